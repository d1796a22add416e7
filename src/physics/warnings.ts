/** Warnings of MuJoCo's that change what it computes: it continues, with contacts or constraints omitted, or with an inertia that it cannot divide by. */
import type { MjData } from "mujoco-js";
import { withAdvice } from "./physics-error.ts";
import { type EngineName, OWN_ENGINE } from "./wasm/engine-name.ts";

/** By `mjtWarning`, which numbers them from 0: inertia, contacts, constraints. */
const WORDS = [
  "the inertia matrix is too close to singular",
  "too many contacts, the arena memory is full and some are omitted",
  "insufficient arena memory for the constraints, some are omitted",
] as const;

/** Kinds of warnings that are counted. */
export const WARNING_KINDS = WORDS.length;

const PRINTED = /^WARNING: (Inertia matrix|Too many contacts|Insufficient arena)/;

/** Whether MuJoCo has printed one in this thread; until then looking, which takes some microseconds, is unnecessary. */
let printed = false;

/** Takes note of a line that MuJoCo prints. */
export function noteLine(line: string): void {
  printed ||= PRINTED.test(line);
}

/** @param arena bytes that the model gives MuJoCo for what a step needs */
export function warningWords(kind: number, arena: number): string {
  return `MuJoCo: ${withAdvice(WORDS[kind]!, arena)}`;
}

/** Finds the steps of one simulation that raised warnings: MuJoCo counts them, and prints the first one after a reset only. */
export class WarningWatch {
  /** [kinds] as last seen */
  readonly #counts = new Int32Array(WARNING_KINDS);
  readonly #isOwn: boolean;

  /** @param engine other builds print no warnings, so that each step is looked at, and give their counts themselves in place of a copy */
  constructor(engine: EngineName = OWN_ENGINE) {
    this.#isOwn = engine === OWN_ENGINE;
  }

  /** MuJoCo has set its counts to 0. */
  reset(): void {
    this.#counts.fill(0);
  }

  /** @returns one bit per kind that was warned of since the last look */
  look(data: MjData): number {
    if (!printed && this.#isOwn) return 0;
    let bits = 0;
    const all = data.warning;
    for (let kind = 0; kind < WARNING_KINDS; kind++) {
      const one = all.get(kind)!;
      if (one.number > this.#counts[kind]!) bits |= 1 << kind;
      this.#counts[kind] = one.number;
      one.delete();
    }
    if (this.#isOwn) all.delete();
    return bits;
  }
}
