/** Where a task's clips come from: programs that ship, or a user's folder. */
import { existsSync } from "node:fs";
import type { Simulation } from "../../physics/simulation.ts";
import { CLIP_HZ, type Clip } from "./clip.ts";
import { cachedFrames, cacheFrames } from "./clip-cache.ts";
import { controllerFile, PROGRAM_FRAMES } from "./clip-file.ts";
import { clipsFor, readClipFolder } from "./clip-folder.ts";
import type { ClipMaker } from "./clip-maker.ts";
import type { TrackedParts } from "./clip-motion.ts";
import { type ClipProgram, clipPrograms } from "./clip-programs.ts";
import type { Motion, RobotJoints } from "./motion-csv.ts";

/** Some clips. One that is made by a program is made when it is first asked for. */
export interface ClipList {
  readonly size: number;
  get(n: number): Clip;
}

/** Clips of one robot. */
export interface ClipSets {
  readonly training: ClipList;
  /** For everything but training. */
  readonly heldOut: ClipList;
}

/** What of a robot's parts says where its poses stand. */
type Rooted = Pick<TrackedParts, "root" | "home">;

/** Clips that are there before a task is bound. */
export interface ClipSource {
  prepare(): Promise<void>;
  /** @throws UserError where the clips do not fit the robot */
  of(sim: Simulation, parts: Rooted): ClipSets;
}

/** The frames that goals look ahead, and half a second to track. */
export const SHORTEST_CLIP = 31;

/** Values of a frame of the humanoid: root and 21 joints, and the joints' targets. */
const POSE = 28;
const TARGETS = 21;

/** Clips that were made or read in this process, by name. */
const made = new Map<string, Clip>();
let maker: Promise<ClipMaker> | undefined;

/** The clip of a program that ships: kept since it was made, or made now. @param by made with `clipMaker` */
export function programClip(program: ClipProgram, by: ClipMaker): Clip {
  const known = made.get(program.name);
  if (known) return known;
  const { name, about, heldOut } = program;
  const cached = cachedFrames(program, PROGRAM_FRAMES * (POSE + TARGETS));
  const values = cached ?? rounded(by.make(program));
  if (cached === null) cacheFrames(program, values);
  const [qpos, targets] = [values.subarray(0, PROGRAM_FRAMES * POSE), values.subarray(PROGRAM_FRAMES * POSE)];
  const clip: Clip = { name, about, heldOut, frames: PROGRAM_FRAMES, qpos, targets };
  made.set(name, clip);
  return clip;
}

/** What makes the clips of this process. It reads ONNX files, so it is loaded when it is needed. */
export function clipMaker(): Promise<ClipMaker> {
  maker ??= import("./clip-maker.ts").then((module) => module.ClipMaker.create());
  return maker;
}

/** As the cache keeps it, so that a clip is the same whether it was kept or not. */
function rounded({ qpos, targets }: Clip): Float64Array {
  return Float64Array.from(Float32Array.from([...qpos, ...targets!]));
}

/** Clips made by the programs that ship, for the humanoid; where their controller is not there, as on a page, it stands. */
export function programClips(): ClipSource {
  const programs = clipPrograms();
  const training = programs.filter(({ heldOut }) => !heldOut);
  const heldOut = programs.filter((program) => program.heldOut);
  let by: ClipMaker | undefined;
  const list = (of: readonly ClipProgram[], ready: ClipMaker): ClipList => ({
    size: of.length,
    get: (n) => programClip(of[n], ready),
  });
  return {
    prepare: async () => {
      if (existsSync(controllerFile())) by = await clipMaker();
    },
    of: (sim, parts) =>
      by === undefined
        ? standingClip(parts.home, 10).of(sim, parts)
        : { training: list(training, by), heldOut: list(heldOut, by) },
  };
}

/** A user's motions, for training and evaluation alike. */
export function folderClips(folder: string): ClipSource {
  let motions: readonly Motion[] = [];
  return {
    prepare: async () => {
      motions = readClipFolder(folder);
    },
    of: (sim, parts) => alike(clipsFor(motions, jointsOf(sim, parts), SHORTEST_CLIP)),
  };
}

/** A robot that stands: for robots of which no clips ship. */
export function standingClip(keyframe: string, seconds: number): ClipSource {
  return {
    prepare: async () => {},
    of: (sim) => {
      const home = sim.keyframeQpos(keyframe);
      const frames = Math.round(seconds * CLIP_HZ);
      const qpos = new Float64Array(frames * home.length);
      for (let frame = 0; frame < frames; frame++) qpos.set(home, frame * home.length);
      return alike([{ name: "stand", about: "stands still", heldOut: false, frames, qpos }]);
    },
  };
}

function alike(clips: readonly Clip[]): ClipSets {
  const list: ClipList = { size: clips.length, get: (n) => clips[n] };
  return { training: list, heldOut: list };
}

/** Joints of a robot and how it stands at home. */
export function jointsOf(sim: Simulation, { root, home: keyframe }: Rooted): RobotJoints {
  const home = sim.keyframeQpos(keyframe);
  const { qposAddress } = sim.joint(root);
  const joints = sim.names.all("joint").filter((name) => name !== root && name !== "");
  return {
    joints,
    home: joints.map((name) => home[sim.joint(name).qposAddress]),
    height: home[qposAddress + 2],
  };
}
