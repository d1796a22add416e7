/** What a cell of the table on conditioning comes to: its last policy on the held-out clips, from zero and from random start noise. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readError, writeFileAtomically } from "../files/atomic-file.ts";
import { UserError } from "../math/user-error.ts";
import { checkpointSteps, latestCheckpoint, loadCheckpoint } from "../runs/checkpoint.ts";
import { storedPolicy } from "../runs/stored-policy.ts";
import { Environment, resolveTask, variantOf } from "../tasks/index.ts";
import { evaluatePolicy } from "../train/evaluate.ts";
import type { MaskCell } from "./fpo-conditioning.ts";

const measures = z.object({
  successRate: z.number(),
  aliveShare: z.number(),
  bodyErrorMm: z.number(),
  globalErrorMm: z.number(),
  returnMean: z.number(),
});

const schema = z.object({ steps: z.int(), episodes: z.int(), zero: measures, random: measures });

/** Measures from one kind of start noise. */
export type TrackingMeasures = z.infer<typeof measures>;
/** Both. */
export type MaskResult = z.infer<typeof schema>;

/** Seed of the final evaluation's episodes: none of a training's. */
const SEED = 2_000_003;

/**
 * What was written for a run of so many steps; null where nothing was.
 * @throws UserError when the file is damaged
 */
export async function readMaskResult(folder: string, steps: number): Promise<MaskResult | null> {
  const path = join(folder, "tracking.json");
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw readError(path, error, "the evaluation of a reproduced run");
  });
  if (text === null) return null;
  const result = parse(text, path);
  return result.steps === steps ? result : null;
}

function parse(text: string, path: string): MaskResult {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(`${path}: damaged, expected the evaluation of a reproduced run; remove it to evaluate again`, {
      cause,
    });
  }
}

/** Evaluates a cell's last checkpoint on the held-out clips, and writes the result beside the run. */
export async function evaluateMaskCell(folder: string, { config }: MaskCell, episodes: number): Promise<void> {
  const path = await latestCheckpoint(folder);
  const checkpoint = await loadCheckpoint(path);
  const { task, workers, engine } = config;
  const variant = variantOf(config);
  const env = await Environment.create(await resolveTask(task, variant));
  const policy = storedPolicy(checkpoint, env, path);
  env.delete();
  const from = async (noise: "zero" | "random"): Promise<TrackingMeasures> => {
    const request = { policy, noise, seed: SEED, episodes, command: null };
    const summary = await evaluatePolicy(request, { task, ...variant, disturbances: true, workers, engine });
    const { aliveShare, bodyErrorMm, globalErrorMm } = summary.counters!;
    const { successRate, returnMean } = summary;
    return { successRate: successRate!, aliveShare, bodyErrorMm, globalErrorMm, returnMean } as TrackingMeasures;
  };
  const result: MaskResult = {
    steps: checkpointSteps(path),
    episodes,
    zero: await from("zero"),
    random: await from("random"),
  };
  await writeFileAtomically(join(folder, "tracking.json"), `${JSON.stringify(result, null, 2)}\n`);
}
