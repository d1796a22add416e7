/** Actions of a policy that is an ONNX file, brought to what a task's action mapping takes: actions before the squash. */
import type { OnnxSession } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import type { FilePolicy } from "./policy-data.ts";

/** Runs one file for a fixed number of rows. */
export class FileActor {
  readonly #session: () => Promise<OnnxSession>;
  readonly #policy: FilePolicy;
  readonly #rows: number;
  /** Of one run, by the inputs' names. */
  readonly #feeds: Readonly<Record<string, Float32Array>>;

  constructor(session: () => Promise<OnnxSession>, policy: FilePolicy, rows: number) {
    this.#session = session;
    this.#policy = policy;
    this.#rows = rows;
    const { batch, input, obsSize, noise } = policy;
    const atOnce = batch ?? rows;
    this.#feeds = {
      [input]: new Float32Array(atOnce * obsSize),
      ...(noise && { [noise.input]: new Float32Array(atOnce * noise.size) }),
    };
  }

  /**
   * @param obs [rows, obsSize]
   * @param drawn [rows, noise.size], empty where the file takes none
   * @param action [rows, actionSize] written, before any squash
   * @throws UserError when the file gives another number of values than its rows ask for
   */
  async act(obs: Float32Array, drawn: Float32Array, action: Float32Array): Promise<void> {
    const { batch, input, obsSize, noise, actionSize } = this.#policy;
    const step = batch ?? this.#rows;
    for (let row = 0; row < this.#rows; row += step) {
      const rows = Math.min(step, this.#rows - row);
      // What is left of the last run's rows is not looked at.
      this.#feeds[input].set(obs.subarray(row * obsSize, (row + rows) * obsSize));
      if (noise) this.#feeds[noise.input].set(drawn.subarray(row * noise.size, (row + rows) * noise.size));
      const given = await this.#run(step);
      action.set(given.subarray(0, rows * actionSize), row * actionSize);
    }
    this.#undo(action);
  }

  async #run(rows: number): Promise<Float32Array> {
    const { source, output, actionSize } = this.#policy;
    const given = await (await this.#session()).run(this.#feeds, rows, output);
    if (given.length === rows * actionSize) return given;
    throw new UserError(
      `${source}: output "${output}" gave ${given.length} values for ${rows} observations, expected ${actionSize} each`,
    );
  }

  /** Takes back what the file has done and the task will do: joint targets first, then the squash. */
  #undo(action: Float32Array): void {
    const { targets, squash } = this.#policy;
    if (targets) {
      const { offset, scale } = targets;
      const size = offset.length;
      for (let i = 0; i < action.length; i++) action[i] = scaledBack(action[i] - offset[i % size], scale[i % size]);
    }
    if (squash !== "tanh") return;
    for (let i = 0; i < action.length; i++) if (Number.isFinite(action[i])) action[i] = unsquashed(action[i]);
  }
}

/** What a target differs by, in actions; a scale of 0 lets no action make a difference. */
function scaledBack(difference: number, scale: number): number {
  return scale === 0 && Number.isFinite(difference) ? 0 : difference / scale;
}

/** tanh of it is 1 in float64. */
const LARGEST_RAW = 20;

/** The action whose tanh a value is, finite for 1 and −1 too. */
function unsquashed(value: number): number {
  return Math.max(-LARGEST_RAW, Math.min(LARGEST_RAW, Math.atanh(Math.max(-1, Math.min(1, value)))));
}
