/** States that a student met, with what its teacher would have done there. */
import { Rng, STREAM } from "../../math/rng.ts";
import type { EpisodePlan } from "../../rollout/episode-batch.ts";
import type { TrainedPolicy } from "../../rollout/policy-data.ts";
import type { Environment } from "../../tasks/index.ts";
import type { ControllerOptions } from "../controller-function.ts";
import { checkActions, runEpisodes } from "../episode-loop.ts";
import { ReferencePolicy } from "../reference-policy.ts";
import type { DistillationRows } from "./distillation-step.ts";

/** Grows with every drive. */
export class Experience {
  readonly #env: Environment;
  readonly #teacher: ReferencePolicy;
  readonly #drawStart: (out: Float32Array, row: number) => void;
  readonly #obs: Float32Array[] = [];
  readonly #noise: Float32Array[] = [];
  readonly #target: Float32Array[] = [];
  readonly #rng = new Rng();
  #draws = 0;

  /** @param drawStart writes the noise of a row [actionSize] */
  constructor(env: Environment, teacher: ReferencePolicy, drawStart: (out: Float32Array, row: number) => void) {
    this.#env = env;
    this.#teacher = teacher;
    this.#drawStart = drawStart;
  }

  /** States so far. */
  get rows(): number {
    return this.#obs.length;
  }

  /** Adds all states of the plan's episodes. @param driver whose actions are taken @throws UserError when one of these is not finite */
  async drive(driver: TrainedPolicy, options: ControllerOptions, plan: EpisodePlan): Promise<void> {
    const { obsSize, actionSize } = this.#env;
    const acting = new ReferencePolicy(driver, options);
    const noise = new Float32Array(plan.episodes * actionSize);
    const target = new Float32Array(plan.episodes * actionSize);
    const act = acting.actor(plan);
    try {
      const outcomes = await runEpisodes(this.#env, plan, async (obs, tick, out, done) => {
        await act(obs, tick, out, done);
        for (let n = 0; n < plan.episodes; n++) this.#drawStart(rowOf(noise, n, actionSize), this.rows + n);
        await this.#teacher.actFrom(obs, noise, target);
        for (let n = 0; n < plan.episodes; n++) {
          if (done[n] === 1) continue;
          this.#obs.push(rowOf(obs, n, obsSize).slice());
          this.#noise.push(rowOf(noise, n, actionSize).slice());
          this.#target.push(rowOf(target, n, actionSize).slice());
        }
      });
      checkActions([outcomes], "--distill");
    } finally {
      await acting.dispose();
    }
  }

  /** Rows drawn uniformly from all states. */
  sample(count: number): DistillationRows {
    const rng = this.#rng.seek(this.#draws++, STREAM.shuffle);
    const picked = Array.from({ length: count }, () => rng.integer(this.rows));
    return { obs: joined(this.#obs, picked), noise: joined(this.#noise, picked), target: joined(this.#target, picked) };
  }
}

function rowOf(values: Float32Array, row: number, size: number): Float32Array {
  return values.subarray(row * size, (row + 1) * size);
}

function joined(rows: readonly Float32Array[], picked: readonly number[]): Float32Array {
  const size = rows[0]!.length;
  const all = new Float32Array(picked.length * size);
  picked.forEach((row, i) => {
    all.set(rows[row]!, i * size);
  });
  return all;
}
