/** `flowgait replay <file>`: does a saved course again, says whether it is the same bit for bit, and shows or records it. */
import { courseOf, readReplay, replayPlaces } from "../catalogue/replay-file.ts";
import type { DriveCourse } from "../drive/drive-orders.ts";
import { DriveSession } from "../drive/drive-session.ts";
import { type Output, resultJson } from "../files/output.ts";
import { createEngine } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import { McapFile } from "../mcap/mcap-file.ts";
import { describeScene } from "../physics/looks/scene-description.ts";
import { PolicyShelf } from "../studio/policy-shelf.ts";
import { Environment, resolveDriven } from "../tasks/index.ts";
import { readServeFlags, refuseServeFlags, type ServeFlags } from "./flags/serve-options.ts";
import { type Interrupt, listenForInterrupt } from "./interrupt.ts";
import { servePlay } from "./play.ts";

/** The flags. */
export interface ReplayOptions extends ServeFlags {
  readonly policy?: string;
  readonly task?: string;
  readonly modelDir?: string;
  readonly mcap?: string;
  readonly view?: boolean;
  readonly json?: boolean;
}

/** How often people hear how far it is. */
const NOTE_MS = 5000;

/** Runs the command. */
export async function replayFile(file: string, options: ReplayOptions, output: Output): Promise<void> {
  const at = readServeFlags(options);
  if (options.view !== true) refuseServeFlags(options);
  const replay = await readReplay(file);
  const { policy, task, modelDir } = options;
  const places = await replayPlaces(replay, file, { policy, task, modelDir });
  const env = await Environment.create(await resolveDriven(places.task, { ...replay, ...places }));
  try {
    const course = await courseOf(replay, places, env, policy);
    if (options.view === true) {
      const shelf = new PolicyShelf(env, { first: course.setup.policy.key });
      await servePlay({ task: places.task, env, shelf, start: course.setup, course }, at, output);
    } else await compare(file, course, options, output);
  } finally {
    env.delete();
  }
}

async function compare(
  file: string,
  course: DriveCourse,
  { mcap, json }: ReplayOptions,
  output: Output,
): Promise<void> {
  const interrupt = listenForInterrupt(() => output.note("stopping"));
  const session = await DriveSession.create({ setup: course.setup, course }, createEngine("ort"));
  if (mcap !== undefined && hasUnrecorded(session.env))
    output.note(`${mcap}: cloth, ropes, soft bodies, skins and textures are not recorded`);
  const recording = mcap === undefined ? null : await McapFile.create(mcap, session.env);
  const broken: BrokenStep[] = [];
  let digest: string;
  try {
    digest = await goThrough(session, recording, interrupt, (step) => broken.push(step), output);
    await recording?.close();
  } catch (error) {
    await recording?.discard();
    throw error;
  } finally {
    interrupt.release();
    session.delete();
  }
  const same = digest === course.digest;
  const document = { task: session.env.task.name, steps: course.steps, digest, same, nonFinite: broken };
  if (json === true) resultJson(output, document);
  if (broken.length > 0) output.note(brokenText(file, broken));
  if (!same)
    throw new UserError(`${file}: the replay diverged: got digest ${short(digest)}, expected ${short(course.digest)}`);
  if (json !== true)
    output.result(`identical, bit for bit: ${course.steps.toLocaleString("en")} steps, digest ${short(digest)}\n`);
}

/** Whether the scene has what Foxglove's shapes cannot hold. */
function hasUnrecorded({ sim }: Environment): boolean {
  const { flexes, skins, textures } = describeScene(sim);
  return flexes.length + skins.length + textures.length > 0;
}

/** Goes from the first step to the last. Returns the digest of them all. */
async function goThrough(
  session: DriveSession,
  recording: McapFile | null,
  interrupt: Interrupt,
  stumbled: (broken: BrokenStep) => void,
  output: Output,
): Promise<string> {
  let notedMs = performance.now();
  for (;;) {
    await recording?.add(session);
    if (session.step >= session.newest) return session.digest;
    if (interrupt.signal.aborted) {
      interrupt.end();
      throw new UserError(`replay: stopped after ${session.step} of ${session.newest} steps`);
    }
    await session.advance();
    if (session.broken !== "") stumbled({ step: session.step, source: session.broken });
    // Lets Ctrl-C in.
    if (session.step % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (performance.now() - notedMs < NOTE_MS) continue;
    notedMs = performance.now();
    output.note(`${session.step} of ${session.newest} steps`);
  }
}

/** A step in which something was not finite. */
type BrokenStep = { readonly step: number; readonly source: string };

function brokenText(file: string, broken: readonly BrokenStep[]): string {
  const [{ step, source }] = broken;
  const more = broken.length > 1 ? `, and values of ${broken.length - 1} further steps were not` : "";
  return `${file}: ${source} was not finite at step ${step}${more}`;
}

function short(digest: string): string {
  return digest.slice(0, 12);
}
