/**
 * A driven course as a small file: task, seed, the policies by name and hash, and the log of changes. The same numbers come out of it, bit for bit,
 * as long as the policies exist; its digest proves it.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { z } from "zod";
import { taskSettings } from "../config/task-setting-schema.ts";
import type { DriveChange, DriveCourse, LoggedChange, NamedPolicy } from "../drive/drive-orders.ts";
import { publicPath } from "../files/shown-path.ts";
import { packageVersion } from "../files/version.ts";
import { UserError } from "../math/user-error.ts";
import { FLOW_SAMPLERS } from "../policy/sampler-names.ts";
import { flowOf, type PolicyData } from "../rollout/policy-data.ts";
import { type Environment, isTaskFile, variantOf } from "../tasks/index.ts";
import type { FoundPolicy } from "./found-policy.ts";
import { findPolicy } from "./policy-reference.ts";
import { shippedController } from "./shipped-controllers.ts";
import { missingRobot, missingTask } from "./task-reference.ts";

const FORMAT = "flowgait replay";
const VERSION = 1;

const number = z.number();
const triple = z.tuple([number, number, number]);
const quadruple = z.tuple([number, number, number, number]);
const grip = z.strictObject({ body: z.int().min(0), point: triple, target: triple, turn: quadruple.optional() });
const change = z.discriminatedUnion("kind", [
  z.strictObject({ step: z.int().min(0), kind: z.literal("command"), values: triple }),
  z.strictObject({ step: z.int().min(0), kind: z.literal("push"), angle: number, speed: number }),
  z.strictObject({ step: z.int().min(0), kind: z.literal("hold"), grip: grip.nullable() }),
  z.strictObject({
    step: z.int().min(0),
    kind: z.literal("place"),
    handle: z.string().min(1),
    pos: triple.nullable(),
    quat: quadruple.nullable(),
  }),
  z.strictObject({ step: z.int().min(0), kind: z.literal("nudge"), offset: z.array(number), steps: z.int().min(1) }),
  z.strictObject({ step: z.int().min(0), kind: z.literal("keyframe"), name: z.string().min(1) }),
  z.strictObject({
    step: z.int().min(0),
    kind: z.literal("coordinate"),
    qposAddress: z.int().min(0),
    dofAddress: z.int().min(0),
    value: number,
  }),
  z.strictObject({ step: z.int().min(0), kind: z.literal("control"), actuator: z.int().min(0), value: number }),
  z.strictObject({ step: z.int().min(0), kind: z.literal("policy"), policy: z.int().min(0) }),
]);
const policy = z.strictObject({
  key: z.string().min(1),
  noise: z.union([z.enum(["random", "zero"]), z.strictObject({ seed: z.int().min(0) })]),
  /** SHA-256 of how actions are drawn, weights and normaliser. */
  hash: z.string(),
  flow: z.strictObject({ sampler: z.enum(FLOW_SAMPLERS), flowSteps: z.int().min(1), stepNoise: number }).optional(),
});
const replay = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  packageVersion: z.string(),
  task: z.string().min(1),
  /** Where they are not the task's own. */
  terrainSeed: z.int().min(0).optional(),
  modelDir: z.string().optional(),
  lesson: z.string().optional(),
  taskSettings,
  seed: z.int().min(0),
  /** Causes that are taken away from a step on; absent for none. */
  without: z.strictObject({ from: z.int().min(0), causes: z.array(z.string().min(1)) }).optional(),
  disturbances: z.boolean(),
  command: triple.nullable(),
  steps: z.int().min(0),
  digest: z.string(),
  policies: z.array(policy).min(1),
  log: z.array(change),
});

/** What a replay file holds. */
export type Replay = z.infer<typeof replay>;

/**
 * The file of a course, and what to call it.
 * @throws UserError where the course is not known from its beginning, or needs a policy that is in no file
 */
export function replayText(course: DriveCourse | null): { name: string; text: string } {
  if (course === null)
    throw new UserError(
      "replay: the beginning of this recording is no longer kept, expected a shorter recording; reset and record again",
    );
  const { setup, log, steps, digest } = course;
  if (setup.clip)
    throw new UserError(
      "replay: this recording begins inside a training, expected one that begins at a reset; reset and record again",
    );
  const policies: NamedPolicy[] = [setup.policy];
  const entries = log.map(({ step, change }) => ({ step, ...writtenChange(change, policies) }));
  for (const { key } of policies)
    if (key !== "zero" && key !== "random" && !existsSync(key) && shippedController(key) === null)
      throw new UserError(`replay: policy "${key}" has no file, expected a stored policy; choose one and reset`);
  const { task, terrainSeed, modelDir, lesson, taskSettings: changed, seed, disturbances, command, without } = setup;
  const variant = {
    ...(terrainSeed && { terrainSeed }),
    ...(modelDir && { modelDir: publicPath(modelDir) }),
    ...(lesson && { lesson }),
    ...(changed && { taskSettings: changed }),
  };
  const document: Replay = {
    format: FORMAT,
    version: VERSION,
    packageVersion: packageVersion(),
    ...{
      task: isTaskFile(task) ? publicPath(task) : task,
      ...variant,
      seed,
      ...(without && { without: { from: without.from, causes: [...without.causes] } }),
      disturbances,
      command: command === null ? null : [...command],
    },
    ...{ steps, digest, policies: policies.map(writtenPolicy), log: entries },
  };
  const name = `${basename(task, extname(task))}-${steps}-steps.replay.json`;
  return { name, text: `${JSON.stringify(document, null, 1)}\n` };
}

/** Reads a replay file. Throws UserError that names what is wrong. */
export async function readReplay(path: string): Promise<Replay> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new UserError(`${path}: cannot be read (${error.message}), expected a replay file`, { exitCode: 2 });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${path}: is not JSON, expected a replay file`);
  }
  const result = replay.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(`${path}: ${issue.path.join(".") || "the file"}: ${issue.message}, expected a replay file`);
}

/** Where the user says that things are which the file names. */
export interface Moved {
  /** The first policy. */
  readonly policy?: string;
  /** The file of a user's own task. */
  readonly task?: string;
  /** A user's own description of the robot. */
  readonly modelDir?: string;
}

/**
 * The task and the robot of a replay file, where they are now: the user's own files by the user's word, from the working directory or from
 * beside the file, or as the first policy's run keeps them.
 * @param path of the replay file
 * @throws UserError (exit code 2) where they are nowhere
 */
export async function replayPlaces({ task, modelDir = "", policies }: Replay, path: string, moved: Moved) {
  const isOwn = isTaskFile(task);
  const isHere = (name: string) => [resolve(name), resolve(dirname(path), name)].find(existsSync);
  const near = {
    task: moved.task ?? (isOwn ? isHere(task) : task),
    modelDir: moved.modelDir ?? (modelDir && isHere(modelDir)),
  };
  if (near.task !== undefined && near.modelDir !== undefined) return { task: near.task, modelDir: near.modelDir };
  const found = await policyOf(policies[0]!.key, moved.policy);
  const places = { task: near.task ?? found.task, modelDir: near.modelDir ?? found.variant.modelDir };
  if (places.task === null) throw missingTask(task, path);
  if (near.modelDir === undefined && !existsSync(places.modelDir)) throw missingRobot(modelDir, path);
  return { task: places.task, modelDir: places.modelDir };
}

/**
 * The course that a replay file describes, with its policies loaded.
 * @param moved where the first policy is now; if omitted, as in the file
 * @throws UserError where a policy is gone or is not the one of the file
 */
export async function courseOf(
  file: Replay,
  { task, modelDir }: { readonly task: string; readonly modelDir: string },
  env: Environment,
  moved?: string,
): Promise<DriveCourse> {
  const { seed, disturbances, command, steps, digest, log, without } = file;
  const policies: NamedPolicy[] = [];
  const [{ key: first }] = file.policies;
  for (const entry of file.policies)
    policies.push(await loadedPolicy(entry, env, entry.key === first ? moved : undefined));
  const changes = log.map((entry): LoggedChange => {
    const { step, ...change } = entry;
    if (change.kind === "nudge" && change.offset.length !== env.actionSize)
      throw new UserError(
        `replay: a nudge has ${change.offset.length} values, expected the ${env.actionSize} actions of ${env.task.name}`,
      );
    if (change.kind === "place" && env.handles.get(change.handle) === undefined)
      throw new UserError(`replay: ${env.task.name} has no handle "${change.handle}", ${handleNames(env)}`);
    if (change.kind !== "policy") return { step, change };
    const found = policies[change.policy];
    if (!found)
      throw new UserError(`replay: policy ${change.policy} is missing, expected at most ${policies.length - 1}`);
    return { step, change: { kind: "policy", policy: found } };
  });
  const variant = variantOf({ ...file, modelDir });
  const setup = { task, ...variant, seed, disturbances, command, policy: policies[0], ...(without && { without }) };
  return { setup, log: changes, steps, digest };
}

function handleNames({ handles: { all } }: Environment): string {
  return all.length === 0 ? "since it has no handles" : `expected one of ${all.map(({ name }) => name).join(", ")}`;
}

type WrittenChange = Replay["log"][number];
/** Of each kind by itself, which a plain Omit would join. */
type WithoutStep<T> = T extends unknown ? Omit<T, "step"> : never;

/** @param policies grows by the policies that are met first here */
function writtenChange(change: DriveChange, policies: NamedPolicy[]): WithoutStep<WrittenChange> {
  if (change.kind === "policy") {
    if (!policies.includes(change.policy)) policies.push(change.policy);
    return { kind: "policy", policy: policies.indexOf(change.policy) };
  }
  if (change.kind === "command") return { kind: "command", values: [...change.values] };
  if (change.kind === "place") {
    const { handle, pos, quat } = change;
    return { kind: "place", handle, pos: pos && [...pos], quat: quat && [...quat] };
  }
  if (change.kind === "nudge") return { ...change, offset: [...change.offset] };
  if (change.kind !== "hold") return change;
  if (change.grip === null) return { kind: "hold", grip: null };
  const { body, point, target, turn } = change.grip;
  return { kind: "hold", grip: { body, point: [...point], target: [...target], ...(turn && { turn: [...turn] }) } };
}

function writtenPolicy({ key, data, noise }: NamedPolicy): Replay["policies"][number] {
  const flow = data.kind === "trained" ? flowOf(data)?.spec : null;
  return {
    key: publicPath(key),
    noise,
    hash: policyHash(data),
    ...(flow && { flow: { sampler: flow.sampler, flowSteps: flow.flowSteps, stepNoise: flow.stepNoise } }),
  };
}

async function loadedPolicy(entry: Replay["policies"][number], env: Environment, moved?: string): Promise<NamedPolicy> {
  const { key, noise, hash, flow } = entry;
  const data = await (await policyOf(key, moved)).bind(env);
  const trained = flow ? flowOf(data) : null;
  const drawn: PolicyData = trained ? { ...trained, spec: { ...trained.spec, ...flow } } : data;
  const found = policyHash(drawn);
  if (found === hash) return { key: moved ?? key, data: drawn, noise };
  throw new UserError(
    `${moved ?? key}: is another policy than the recorded one: got hash ${found.slice(0, 12)}, expected ${hash.slice(0, 12)}`,
  );
}

/** Files name policies as they were called from the folder that they were driven in. */
async function policyOf(key: string, moved: string | undefined): Promise<FoundPolicy> {
  try {
    return await findPolicy(moved ?? key);
  } catch (error) {
    if (!(error instanceof UserError) || moved !== undefined) throw error;
    throw error.reworded(`${error.message}; try: --policy <its present path>`);
  }
}

/** SHA-256 of everything that decides what a policy does. */
export function policyHash(policy: PolicyData): string {
  const hash = createHash("sha256");
  // of a file, what it does is in its bytes
  const { flow: _, draws: __, ...deciding } = { flow: null, draws: null, ...policy };
  for (const [name, value] of Object.entries(deciding).sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}:`);
    if (ArrayBuffer.isView(value)) hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    else hash.update(JSON.stringify(value));
  }
  return hash.digest("hex");
}
