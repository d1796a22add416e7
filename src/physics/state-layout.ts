/**
 * MuJoCo's integration state as one flat vector, component for component what mj_getState gives for mjSTATE_INTEGRATION:
 * time, qpos, qvel, act, qacc_warmstart, ctrl, qfrc_applied, xfrc_applied, eq_active, mocap_pos, mocap_quat, userdata, plugin_state.
 * It decides the future wholly, so an environment is this vector and any simulation of the same model can continue it.
 */
import type { DataViews } from "./data-views.ts";

/** Copies the integration state between a simulation's views and flat vectors. */
export class StateLayout {
  /** Number of values. */
  readonly size: number;
  /** Components before and after eq_active, whose view holds bytes; empty ones are omitted. */
  readonly #before: Float64Array[];
  readonly #equalities: Uint8Array;
  readonly #after: Float64Array[];

  constructor(views: DataViews) {
    const held = (components: Float64Array[]) => components.filter((component) => component.length > 0);
    const { clock, qpos, qvel, act, qaccWarmstart, ctrl, qfrcApplied, xfrcApplied } = views;
    this.#before = held([clock, qpos, qvel, act, qaccWarmstart, ctrl, qfrcApplied, xfrcApplied]);
    this.#equalities = views.eqActive;
    this.#after = held([views.mocapPos, views.mocapQuat, views.userdata, views.pluginState]);
    const total = (components: Float64Array[]) => components.reduce((sum, component) => sum + component.length, 0);
    this.size = total(this.#before) + this.#equalities.length + total(this.#after);
  }

  /** Writes the state into `out` from `offset` on. */
  read(out: Float64Array, offset: number): void {
    let at = readComponents(this.#before, out, offset);
    const equalities = this.#equalities;
    for (let i = 0; i < equalities.length; i++) out[at++] = equalities[i];
    readComponents(this.#after, out, at);
  }

  /** Takes the state from `source` at `offset`. */
  write(source: Float64Array, offset: number): void {
    let at = writeComponents(this.#before, source, offset);
    const equalities = this.#equalities;
    for (let i = 0; i < equalities.length; i++) equalities[i] = source[at++];
    writeComponents(this.#after, source, at);
  }
}

function readComponents(components: Float64Array[], out: Float64Array, offset: number): number {
  let at = offset;
  for (let c = 0; c < components.length; c++) {
    const component = components[c];
    const size = component.length;
    for (let i = 0; i < size; i++) out[at + i] = component[i];
    at += size;
  }
  return at;
}

function writeComponents(components: Float64Array[], source: Float64Array, offset: number): number {
  let at = offset;
  for (let c = 0; c < components.length; c++) {
    const component = components[c];
    const size = component.length;
    for (let i = 0; i < size; i++) component[i] = source[at + i];
    at += size;
  }
  return at;
}
