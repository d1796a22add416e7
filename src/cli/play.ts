/** `flowgait play <policy>`: a live simulation under a policy, in the viewer, to steer by hand. Stays until Ctrl-C. */
import { choice, twist, wholeNumber } from "../catalogue/flag-value.ts";
import { noteContradictions, type PlaceOptions, placeOf } from "../catalogue/place.ts";
import { storedReference } from "../catalogue/task-reference.ts";
import type { Output } from "../files/output.ts";
import { packageVersion } from "../files/version.ts";
import { UserError } from "../math/user-error.ts";
import { flowOf, type PolicyData } from "../rollout/policy-data.ts";
import { StreamServer } from "../stream/server.ts";
import { type DriveOptions, DriveView } from "../studio/drive-view.ts";
import { PolicyShelf } from "../studio/policy-shelf.ts";
import { commandRangesOf } from "../tasks/command-ranges.ts";
import { Environment, resolveTask } from "../tasks/index.ts";
import { type CheckpointOptions, takePolicy } from "./flags/checkpoint-flag.ts";
import { type FlowFlags, type FlowOptions, readFlowFlags, resampled } from "./flags/flow-flags.ts";
import { readServeFlags, type ServeFlags, type ServeSettings } from "./flags/serve-options.ts";
import { aborted, listenForInterrupt } from "./interrupt.ts";

/** The flags. */
export interface PlayOptions extends CheckpointOptions, FlowOptions, PlaceOptions, ServeFlags {
  readonly command?: string;
  readonly seed: string;
  readonly noise?: string;
  readonly disturbances?: boolean;
}

/** Runs the command. */
export async function play(reference: string, options: PlayOptions, output: Output): Promise<void> {
  const settings = readSettings(options);
  const found = await takePolicy(reference, options, output);
  const { task, ...variant } = await placeOf(found, options, output);
  const env = await Environment.create(await resolveTask(task, variant));
  try {
    checkCommand(env, settings.command);
    const { flow, noise, at } = settings;
    // The named policy must have what the flags change; others on the shelf need not.
    resampled(await found.bind(env), flow, reference);
    noteContradictions(found, env, output);
    const shelf = new PolicyShelf(env, { first: reference, noise, change: (data) => resampledFlow(data, flow) });
    const policy = await shelf.bind(found);
    const play = { task: storedReference(task), variant, env, shelf, policy, start: settings };
    await servePlay(play, at, output);
  } finally {
    env.delete();
  }
}

/** Shows a driven simulation until Ctrl-C. @throws UserError then, when the simulation had ended or a policy gave no finite actions */
export async function servePlay(
  options: DriveOptions,
  at: ServeSettings,
  output: Output,
  command = "play",
): Promise<void> {
  const channels = ["drive"] as const;
  const server = await StreamServer.listen({ ...at, fallback: true, version: packageVersion(), channels });
  const view = new DriveView(server, { ...options, note: output.note });
  const interrupt = listenForInterrupt(() => output.note("closing"));
  output.result(`flowgait ${command}: ${server.url}\n`);
  await aborted(interrupt.signal);
  interrupt.release();
  await view.close();
  await server.close();
  interrupt.end();
  if (view.failed !== undefined) throw new UserError(view.failed);
}

function readSettings(options: PlayOptions) {
  const { noise, command, seed, disturbances = false } = options;
  return {
    command: command === undefined ? null : twist("--command", command),
    seed: wholeNumber("--seed", seed, 0, 0xffffffff),
    noise: noise === undefined ? undefined : choice("--noise", noise, ["random", "zero"]),
    flow: readFlowFlags(options),
    at: readServeFlags(options),
    disturbances,
  };
}

function resampledFlow(policy: PolicyData, flow: FlowFlags): PolicyData {
  return flowOf(policy) ? resampled(policy, flow, "") : policy;
}

function checkCommand(env: Environment, command: readonly number[] | null): void {
  if (command === null || commandRangesOf(env).length > 0) return;
  throw new UserError(`--command: ${env.task.name} has no velocity command; omit this flag`, {
    exitCode: 2,
  });
}
