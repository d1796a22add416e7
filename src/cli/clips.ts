/** `flowgait clips`: the motions that tracking tasks follow. */
import { writeFileAtomically } from "../files/atomic-file.ts";
import { type Output, resultJson } from "../files/output.ts";
import { shownPath } from "../files/shown-path.ts";
import { packageVersion } from "../files/version.ts";
import { suggestion } from "../math/near-names.ts";
import { UserError } from "../math/user-error.ts";
import { describeScene } from "../physics/looks/scene-description.ts";
import { posesNow } from "../rollout/pose-tape.ts";
import { POSE_FLAG, type RunInfo } from "../stream/protocol.ts";
import { StreamServer } from "../stream/server.ts";
import { Environment, resolveTask } from "../tasks/index.ts";
import { CLIP_HZ, type Clip } from "../tasks/tracking/clip.ts";
import { clipPrograms } from "../tasks/tracking/clip-programs.ts";
import { type ClipSets, clipMaker, programClip } from "../tasks/tracking/clip-source.ts";
import { motionCsv } from "../tasks/tracking/motion-csv.ts";
import { clipJoints, clipsOf } from "../tasks/tracking/track-task.ts";
import { readServeFlags, refuseServeFlags, type ServeFlags, type ServeSettings } from "./flags/serve-options.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { stageProgress } from "./stage-progress.ts";
import { formatTable } from "./table.ts";

/** The flags. */
export interface ClipsOptions extends ServeFlags {
  readonly make?: boolean;
  readonly csv?: string;
  readonly clips?: string;
  readonly task: string;
  readonly json?: boolean;
}

/** Runs the command. */
export async function clips(name: string | undefined, options: ClipsOptions, output: Output): Promise<void> {
  const at = readServeFlags(options);
  if (name === undefined || options.csv !== undefined) refuseServeFlags(options);
  if (name === undefined && options.csv !== undefined)
    throw new UserError("--csv: is of one clip; expected its name too", { exitCode: 2 });
  if (options.make === true && !(await makeAll(output))) return;
  if (name === undefined && options.clips === undefined && options.task === "HumanoidTrack") {
    listPrograms(options, output);
    return;
  }
  const env = await openTask(options);
  try {
    const sets = clipsOf(env);
    if (name === undefined) list(allOf(sets), options, output);
    else if (options.csv !== undefined) await writeCsv(find(sets, name), env, options.csv, output);
    else await play(find(sets, name), env, at, output);
  } finally {
    env.delete();
  }
}

async function openTask({ task, clips: folder }: ClipsOptions): Promise<Environment> {
  return Environment.create(await resolveTask(task, folder === undefined ? {} : { taskSettings: { clips: folder } }));
}

/** Makes every program's clip, one after the other; those that were kept are read. @returns whether all are there */
async function makeAll(output: Output): Promise<boolean> {
  const progress = stageProgress(output);
  const interrupt = listenForInterrupt(() => output.note("stopping after this clip; the same command resumes"));
  const programs = clipPrograms();
  try {
    const maker = await clipMaker();
    for (const [n, program] of programs.entries()) {
      if (interrupt.signal.aborted) break;
      progress.tell("making clips", n, programs.length);
      programClip(program, maker);
      // lets Ctrl-C in
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    progress.close();
    interrupt.release();
  }
  interrupt.end();
  return !interrupt.signal.aborted;
}

function listPrograms({ json }: ClipsOptions, output: Output): void {
  const rows = clipPrograms().map(({ name, about, heldOut, style, script, seed, controller }) => {
    return { name, use: heldOut ? "held out" : "training", about, seconds: 10, controller, seed, style, script };
  });
  if (json === true) resultJson(output, rows);
  else output.result(`${table(rows)}\n\nflowgait clips <name> plays one.\n`);
}

function list(found: readonly Clip[], { json }: ClipsOptions, output: Output): void {
  const rows = found.map(({ name, about, heldOut, frames }) => {
    return { name, use: heldOut ? "held out" : "training", about, seconds: frames / CLIP_HZ };
  });
  if (json === true) resultJson(output, rows);
  else output.result(`${table(rows)}\n`);
}

function table(rows: readonly { name: string; use: string; about: string; seconds: number }[]): string {
  const columns = [
    { heading: "clip" },
    { heading: "use" },
    { heading: "length", align: "right" },
    { heading: "shows" },
  ] as const;
  return formatTable(
    columns,
    rows.map(({ name, use, about, seconds }) => [name, use, `${seconds.toFixed(1)} s`, about]),
  );
}

function allOf({ training, heldOut }: ClipSets): Clip[] {
  const lists = training === heldOut ? [training] : [training, heldOut];
  return lists.flatMap((one) => Array.from({ length: one.size }, (_, n) => one.get(n)));
}

/** The clip of a name. Programs other than the one that is named are not made. */
function find(sets: ClipSets, name: string): Clip {
  const programs = clipPrograms();
  const isShipped = sets.training.size + sets.heldOut.size === programs.length;
  const names = isShipped ? programs.map((program) => program.name) : allOf(sets).map((clip) => clip.name);
  const at = names.indexOf(name);
  if (at < 0) throw new UserError(`clips: there is no clip "${name}"${suggestion(name, names)}`, { exitCode: 2 });
  const { training, heldOut } = sets;
  return at < training.size ? training.get(at) : heldOut.get(at - training.size);
}

async function writeCsv(clip: Clip, env: Environment, path: string, output: Output): Promise<void> {
  await writeFileAtomically(path, motionCsv(clip.qpos, clipJoints(env), CLIP_HZ));
  output.result(`${clip.name}: ${clip.frames} frames at ${CLIP_HZ} Hz in ${shownPath(path)}\n`);
}

/** Clips follow no command. */
const STILL = new Float32Array(3);

/** Shows the clip over and over until Ctrl-C. */
async function play(clip: Clip, env: Environment, at: ServeSettings, output: Output): Promise<void> {
  const server = await StreamServer.listen({
    ...at,
    fallback: true,
    version: packageVersion(),
    channels: ["training"],
  });
  server.setScene(describeScene(env.sim), runInfo(env, clip));
  const interrupt = listenForInterrupt(() => output.note("closing"));
  output.result(`flowgait clips: ${server.url}\n`);
  const nq = clip.qpos.length / clip.frames;
  let frame = 0;
  const timer = setInterval(() => {
    frame = (frame + 1) % clip.frames;
    env.sim.qpos.set(clip.qpos.subarray(frame * nq, (frame + 1) * nq));
    env.sim.kinematics();
    const environments = [
      {
        environment: 0,
        flags: frame === 0 ? POSE_FLAG.cut : 0,
        command: STILL,
        twist: STILL,
        poses: Float32Array.from(posesNow(env)),
      },
    ];
    server.pushFrame({ time: frame / CLIP_HZ, speed: 1, bodies: env.sim.nbody, environments });
  }, 1000 / CLIP_HZ);
  if (!interrupt.signal.aborted) await new Promise((resolve) => interrupt.signal.addEventListener("abort", resolve));
  clearInterval(timer);
  interrupt.release();
  await server.close();
  interrupt.end();
}

function runInfo(env: Environment, { name, frames }: Clip): RunInfo {
  return {
    task: env.task.name,
    run: `clip ${name}`,
    algorithm: "",
    environments: 1,
    controlHz: CLIP_HZ,
    episodeSteps: frames,
    totalSteps: 0,
    hasCommand: false,
    commandRanges: [],
    rewardNames: [],
    actionNames: env.actionDescription.names,
    keyframes: [],
    handles: [],
    goal: null,
    capabilities: [],
  };
}
