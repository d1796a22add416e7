/** What `<policy>` may be on the command line, found and loaded: a run folder, a checkpoint, an ONNX file, a shipped controller, `zero` or `random`. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { suggestion } from "../math/near-names.ts";
import { UserError } from "../math/user-error.ts";
import { type Checkpoint, type CheckpointChoice, chosenCheckpoint, loadCheckpoint } from "../runs/checkpoint.ts";
import { RUNS_FOLDER } from "../runs/run-folder.ts";
import { foundRobot, homeOf } from "../runs/run-places.ts";
import { storedConfig, storedPolicy } from "../runs/stored-policy.ts";
import { type Environment, registry, variantOf } from "../tasks/index.ts";
import { type FoundPolicy, PLAIN, placedTask } from "./found-policy.ts";
import { findPolicyFile } from "./policy-file.ts";
import { shippedController, shippedControllers } from "./shipped-controllers.ts";

/**
 * Finds what the reference means.
 * @param choice which checkpoint of a run folder; the best by its evaluations where it is omitted
 * @throws UserError when there is no such thing, it is damaged, or there is nothing to choose from
 */
export async function findPolicy(reference: string, choice?: CheckpointChoice): Promise<FoundPolicy> {
  const isRun = checkChoosable(reference, choice);
  if (isPlain(reference))
    return {
      reference,
      task: null,
      trained: null,
      noise: null,
      variant: PLAIN,
      bind: async () => ({ kind: reference }),
    };
  if (isOnnxName(reference) && existsSync(reference)) return findPolicyFile(reference);
  const shipped = existsSync(reference) ? null : shippedController(reference);
  if (shipped !== null) return { ...(await findPolicyFile(shipped)), reference };
  const { path, checkpoint } = await loadReference(
    reference,
    "a run folder, a checkpoint (.safetensors), a controller (.onnx or the name of one that ships), zero or random",
    choice ?? "best",
  );
  const config = storedConfig(checkpoint, path);
  const { task, evaluation, modelDir } = config;
  const home = await homeOf(path);
  return {
    reference,
    ...placedTask(task, home),
    home,
    trained: checkpoint.metadata,
    ...(isRun && { taken: path }),
    noise: evaluation.noise,
    variant: { ...PLAIN, ...variantOf(config), modelDir: foundRobot(modelDir, home) ?? modelDir },
    bind: async (env) => storedPolicy(forTask(checkpoint, env, path), env, path),
  };
}

/** A shipped controller by its name, whatever lies in the working directory. Throws UserError if no controller has that name. */
export async function findShipped(name: string): Promise<FoundPolicy> {
  const file = shippedController(name);
  if (file === null) throw unknownReference(name, "the name of a controller that ships");
  return { ...(await findPolicyFile(file)), reference: name };
}

/** Whether it is a folder, which may hold several checkpoints. Throws UserError (exit code 2) when a checkpoint is chosen of anything else. */
export function checkChoosable(reference: string, choice: unknown): boolean {
  const isFolder = existsSync(reference) && statSync(reference).isDirectory();
  const isKnown = existsSync(reference) || isPlain(reference) || shippedController(reference) !== null;
  if (choice !== undefined && isKnown && !isFolder)
    throw new UserError(`--checkpoint: ${reference} is not a run folder; omit this flag`, { exitCode: 2 });
  return isFolder;
}

/** A policy that needs no file. */
function isPlain(reference: string): reference is "zero" | "random" {
  return reference === "zero" || reference === "random";
}

/**
 * The checkpoint that the reference means; of a run folder, the newest one.
 * @throws UserError when there is no such thing, or it is damaged
 */
export async function findCheckpoint(reference: string): Promise<{ path: string; checkpoint: Checkpoint }> {
  if (isPlain(reference)) throw new UserError(`${reference}: was not trained, expected ${TRAINED}`, { exitCode: 2 });
  return loadReference(reference, TRAINED, "last");
}

/** Where a picture of what the reference means belongs: in the run folder, with the checkpoint's name where one was named. */
export function figurePath(reference: string, name: string): string {
  if (statSync(reference).isDirectory()) return join(reference, `${name}.svg`);
  const folder = dirname(reference);
  const run = basename(resolve(folder)) === "checkpoints" ? dirname(resolve(folder)) : folder;
  return join(run, `${name}-${basename(reference, extname(reference))}.svg`);
}

/** Whether a name ends as those of ONNX files do, in small letters or capitals. */
export function isOnnxName(name: string): boolean {
  return endingOf(name) === ".onnx";
}

function endingOf(name: string): string {
  return extname(name).toLowerCase();
}

const TRAINED = "a run folder or a checkpoint (.safetensors)";

async function loadReference(
  reference: string,
  expected: string,
  choice: CheckpointChoice,
): Promise<{ path: string; checkpoint: Checkpoint }> {
  if (!existsSync(reference)) throw unknownReference(reference, expected);
  const isFolder = statSync(reference).isDirectory();
  if (!isFolder && endingOf(reference) !== ".safetensors") throw unknownReference(reference, expected);
  const path = isFolder ? await chosenCheckpoint(reference, choice) : reference;
  return { path, checkpoint: await loadCheckpoint(path) };
}

/** Tasks that share what is observed and how actions act, such as on flat and rough ground, take each other's policies. */
function forTask(checkpoint: Checkpoint, { task }: Environment, path: string): Checkpoint {
  const { task: trained } = checkpoint.metadata;
  const own = registry.list().find(({ name }) => name === trained);
  const isAlike = own?.observe === task.observe && own.action === task.action;
  if (trained === task.name || isAlike || extname(trained) !== "") return checkpoint;
  throw new UserError(`${path}: task is ${trained}, expected ${task.name}`);
}

function unknownReference(reference: string, expected: string): UserError {
  const runs = existsSync(RUNS_FOLDER) ? readdirSync(RUNS_FOLDER).map((name) => join(RUNS_FOLDER, name)) : [];
  const known = [...runs, ...shippedControllers()];
  const found = existsSync(reference) ? "is not a policy" : "does not exist";
  return new UserError(`${reference}: ${found}, expected ${expected}${suggestion(reference, known)}`);
}
