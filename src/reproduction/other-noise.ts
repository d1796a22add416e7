/**
 * The final evaluation once more, from the start noise that the table does not count: FPO was published with drawn noise and its Gaussian baseline
 * at the mean, and a reader wants both of each.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readError, writeFileAtomically } from "../files/atomic-file.ts";
import { UserError } from "../math/user-error.ts";
import { checkpointSteps, latestCheckpoint, loadCheckpoint } from "../runs/checkpoint.ts";
import { storedPolicy } from "../runs/stored-policy.ts";
import { Environment, resolveTask, variantOf } from "../tasks/index.ts";
import { evaluatePolicy } from "../train/evaluate.ts";
import type { Cell } from "./cells.ts";

const schema = z.object({
  noise: z.enum(["random", "zero"]),
  steps: z.int(),
  returnMean: z.number(),
  returnStd: z.number(),
  episodes: z.int(),
});

/** Result of the second evaluation. */
export type OtherEvaluation = z.infer<typeof schema>;

function fileOf(folder: string): string {
  return join(folder, "other-noise.json");
}

/**
 * What was written for a run of so many steps; null where nothing was.
 * @throws UserError when the file is damaged
 */
export async function readOtherEvaluation(folder: string, steps: number): Promise<OtherEvaluation | null> {
  const path = fileOf(folder);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw readError(path, error, "an evaluation of a reproduced run");
  });
  if (text === null) return null;
  const other = parse(text, path);
  return other.steps === steps ? other : null;
}

function parse(text: string, path: string): OtherEvaluation {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new UserError(`${path}: damaged, expected an evaluation of a reproduced run; remove it to evaluate again`, {
      cause: error,
    });
  }
}

/** The start noise that the table does not count. */
export function otherNoise({ config }: Cell): "random" | "zero" {
  return config.evaluation.noise === "zero" ? "random" : "zero";
}

/** Evaluates a cell's last checkpoint on the episodes of its final evaluation, and writes the result beside the run. */
export async function evaluateOtherNoise(folder: string, cell: Cell): Promise<void> {
  const { config } = cell;
  const path = await latestCheckpoint(folder);
  const checkpoint = await loadCheckpoint(path);
  const { task, evaluation, workers, engine } = config;
  const variant = variantOf(config);
  const env = await Environment.create(await resolveTask(task, variant));
  const policy = storedPolicy(checkpoint, env, path);
  env.delete();
  const noise = otherNoise(cell);
  const { seed, episodes } = evaluation;
  const request = { policy, noise, seed, episodes, command: null };
  const options = { task, ...variant, disturbances: true, workers, engine };
  const { returnMean, returnStd } = await evaluatePolicy(request, options);
  const other: OtherEvaluation = { noise, steps: checkpointSteps(path), returnMean, returnStd, episodes };
  await writeFileAtomically(fileOf(folder), `${JSON.stringify(other, null, 2)}\n`);
}
