/** The way of controls from the controller to the drives, which may take any number of physics steps, of each actuator its own. */
import type { Simulation } from "../../physics/simulation.ts";

/** What makes controls late, all in physics steps. */
export interface Lateness {
  /** [nu] of each actuator, always the same; absent for none */
  readonly own?: ArrayLike<number>;
  /** Of all actuators together in any step, at most. */
  readonly most: number;
  /** Of all actuators in this control step. */
  now(): number;
}

/** The controls of one environment slot that are on their way. */
export class ControlLine {
  readonly #sim: Simulation;
  readonly #nu: number;
  readonly #decimation: number;
  readonly #lateness: Lateness;
  readonly #own: Float64Array;
  /** [frames, nu] as the controller gave them, newest first */
  readonly #given: Float64Array;
  /** Whether everything arrives within its control step, so that the simulation holds all that must be remembered. */
  readonly #isShort: boolean;
  #late = 0;

  /** @param claim gives memory that is swapped with the environment; none is claimed where all arrive within their control step */
  constructor(sim: Simulation, decimation: number, lateness: Lateness, claim: (size: number) => Float64Array) {
    this.#sim = sim;
    this.#nu = sim.nu;
    this.#decimation = decimation;
    this.#lateness = lateness;
    this.#own = Float64Array.from({ length: sim.nu }, (_, i) => lateness.own?.[i] ?? 0);
    const most = lateness.most + Math.max(0, ...this.#own);
    this.#isShort = most < decimation;
    const size = (Math.ceil(most / decimation) + 1) * sim.nu;
    this.#given = this.#isShort ? new Float64Array(size) : claim(size);
  }

  /** A new episode: the controls that it starts with have always been there. */
  begin(): void {
    const { ctrl } = this.#sim;
    for (let i = 0; i < this.#given.length; i++) this.#given[i] = ctrl[i % this.#nu];
  }

  /** Puts the newest controls back in place, which an action mapping may build on. */
  recall(): void {
    const { ctrl } = this.#sim;
    for (let i = 0; i < this.#nu; i++) {
      if (this.#isShort) this.#given[i] = ctrl[i];
      else ctrl[i] = this.#given[i];
    }
  }

  /** Takes the controls that were just given on their way. */
  send(): void {
    const { ctrl } = this.#sim;
    this.#given.copyWithin(this.#nu, 0, this.#given.length - this.#nu);
    for (let i = 0; i < this.#nu; i++) this.#given[i] = ctrl[i];
    this.#late = this.#lateness.now();
  }

  /**
   * Puts the controls in place that act from this physics step of the control step on.
   * @returns the physics step at which others arrive, at most the decimation
   */
  place(from: number): number {
    const { ctrl } = this.#sim;
    const decimation = this.#decimation;
    let next = decimation;
    for (let i = 0; i < this.#nu; i++) {
      const late = this.#own[i] + this.#late;
      const age = Math.max(0, Math.ceil((late - from) / decimation));
      ctrl[i] = this.#given[age * this.#nu + i];
      if (age > 0) next = Math.min(next, late - (age - 1) * decimation);
    }
    return next;
  }
}
