/**
 * Tracks motions: a robot follows clips while it is told where its whole body should be, or its root and hands, or its root alone. Rewards
 * and what ends an episode always speak of the whole body, and so does what the critic sees. One declaration, for any robot with legs.
 * Kernels of the reward and early end: Peng et al., DeepMimic (2018), and reference/learning of FPO's humanoid with wider kernels, since
 * narrow ones give a beginner no signal.
 */
import type { TaskPresets } from "../../config/presets.ts";
import { fromAxisAngle, rotateInverse, yawOf } from "../../math/quat.ts";
import { UserError } from "../../math/user-error.ts";
import { jointTargets } from "../actions/joint-targets.ts";
import { defineTask, type Family, type Task } from "../define-task.ts";
import type { Environment } from "../environment.ts";
import { type LeggedSettings, legged } from "../legged-robot.ts";
import { AXIAL, POLAR } from "../mirror.ts";
import type { Tuning } from "../settings/knob.ts";
import { distSq, kernel } from "../terms/norms.ts";
import { CLIP_HZ, type Clip } from "./clip.ts";
import { PartReader, type TrackedParts } from "./clip-motion.ts";
import { type ClipList, type ClipSets, type ClipSource, folderClips, jointsOf } from "./clip-source.ts";
import type { MarkNames } from "./goal-marks.ts";
import { MASKS, type MaskName } from "./masks.ts";
import { type ReferenceReading, reference } from "./reference.ts";

/** What differs between robots. */
export interface TrackedRobot {
  readonly name: string;
  readonly family: Family;
  /** With a mocap body for each mark. */
  readonly scene: string;
  readonly physicsHz: number;
  readonly robot: LeggedSettings<never>;
  readonly parts: TrackedParts;
  readonly marks: MarkNames;
  /** Of the tracked bodies, the left foot and the right. */
  readonly feet: readonly [string, string];
  /** rad per unit of a joint's action */
  readonly actionScale: (joint: string) => number;
  /** m, of the base: lower is a fall */
  readonly lowest: number;
  /** Clips where the user gives none. */
  readonly clips: ClipSource;
  readonly presets: TaskPresets;
}

/** What settings of a run choose. */
interface Choices {
  readonly mask: MaskName;
  /** Whether the critic too is told no more than the policy. */
  readonly maskedCritic: boolean;
  /** Folder of a user's motions; empty for the robot's own. */
  readonly folder: string;
}

/** Of a longer clip, an episode is so much. */
const EPISODE_SECONDS = 10;
const SMALLEST_UPRIGHTNESS = 0.4;
/** Signs of a root goal's mirror image: place, turn (two columns of a matrix), velocity, turning rate. */
const ROOT_GOAL = [...POLAR, 1, -1, 1, -1, 1, -1, ...POLAR, -1];
const HAND_GOAL = { sides: POLAR } as const;

/** Where a task's clips come from, and the joint of its robot's root. */
interface Followed {
  readonly clips: ClipSource;
  readonly parts: TrackedParts;
  /** Bodies of the left foot and the right. */
  readonly feet: readonly [string, string];
}

/** By the trackers of the task. */
const sources = new WeakMap<object, Followed>();

/** The clips of a task that follows some, for an environment of it. */
export function clipsOf({ task, sim }: Environment): ClipSets {
  const { clips, parts } = followed(task);
  return clips.of(sim, parts);
}

/** Clips on the same root path as one of a list, itself included: those whose names differ in what follows the last dash. */
export function siblingClips(list: ClipList, n: number): Clip[] {
  const path = pathOf(list.get(n).name);
  return Array.from({ length: list.size }, (_, i) => list.get(i)).filter(({ name }) => pathOf(name) === path);
}

function pathOf(name: string): string {
  return name.includes("-") ? name.slice(0, name.lastIndexOf("-")) : name;
}

/** Where hands and feet of a tracking task's robot are, seen from its root and heading. */
export function partsSeenFromRoot({ task, sim }: Environment) {
  const { parts, feet } = followed(task);
  const reader = new PartReader(sim, parts);
  reader.read();
  const heading = new Float64Array(4);
  fromAxisAngle(heading, 0, 0, 0, 1, yawOf(reader.quats));
  const seen = (point: number, values: Float64Array, from: ArrayLike<number>) => {
    const way = [0, 1, 2].map((i) => values[3 * point + i] - from[i]);
    rotateInverse(way, 0, heading, 0, way, 0);
    return way;
  };
  const root = reader.points.slice(0, 3);
  const [left, right] = feet.map((body) => parts.bodies.indexOf(body));
  const hands = [0, 1].flatMap((hand) => seen(parts.bodies.length + hand, reader.points, root));
  const [leftFoot, rightFoot] = [left, right].map((foot) => seen(foot, reader.points, root));
  const still = [0, 0, 0];
  const [leftVel, rightVel] = [left, right].map((foot) => seen(foot, reader.pointVel, still));
  return {
    /** [6] m, left then right */
    hands,
    feet: [...leftFoot, ...rightFoot],
    /** m by which the left foot is ahead of the right, and m/s of its change */
    feetApart: leftFoot[0] - rightFoot[0],
    feetParting: leftVel[0] - rightVel[0],
  };
}

/** Joints of a tracking task's robot, in the order of its clips. */
export function clipJoints({ task, sim }: Environment): readonly string[] {
  return jointsOf(sim, followed(task).parts).joints;
}

function followed({ name, track }: Task): Followed {
  const found = sources.get(track);
  if (found) return found;
  throw new UserError(`--task: ${name} tracks no clips; expected a task such as HumanoidTrack`, { exitCode: 2 });
}

/** The task of a robot. */
export function trackTask(robot: TrackedRobot): Task {
  return chosen(robot, { mask: "mixed", maskedCritic: false, folder: "" });
}

function chosen(robot: TrackedRobot, choices: Choices): Task {
  const task = declared(robot, choices);
  if (!choices.maskedCritic) return task;
  const told = Object.entries(task.observe).filter(([name]) => name.endsWith("Goal") || name.endsWith("GoalLater"));
  const kept = Object.entries(task.critic).filter(([name]) => !name.startsWith("full"));
  return Object.freeze({
    ...task,
    critic: Object.fromEntries([...kept, ...told.map(([name, term]) => [`own-${name}`, term] as const)]),
  });
}

function declared(robot: TrackedRobot, choices: Choices): Task {
  const { mask, folder } = choices;
  const { parts, marks, actionScale } = robot;
  const clips = folder === "" ? robot.clips : folderClips(folder);
  const task = defineTask({
    name: robot.name,
    family: robot.family,
    scene: robot.scene,
    timing: { controlHz: CLIP_HZ, physicsHz: robot.physicsHz, episodeSeconds: EPISODE_SECONDS },
    robot: legged(robot.robot),
    keyframe: robot.robot.home,
    action: jointTargets({ scale: actionScale }),
    track: { reference: reference({ parts, marks, clips, mask, actionScale }) },
    prepare: clips.prepare,

    observe: {
      linVel: { of: (s) => s.robot.linVel, noise: 0.05, unit: "m/s, body frame", mirror: POLAR },
      gyro: { of: (s) => s.robot.gyro, noise: 0.1, unit: "rad/s, body frame", mirror: AXIAL },
      gravity: { of: (s) => s.robot.gravity, noise: 0.02, unit: "unit vector, body frame", mirror: POLAR },
      jointPos: { of: (s) => s.robot.jointPos, noise: 0.01, unit: "rad from home", mirror: "joints" },
      jointVel: { of: (s) => s.robot.jointVel, noise: 0.5, scale: 0.1, unit: "rad/s", mirror: "joints" },
      lastAction: { of: (s) => s.lastAction, mirror: "joints" },
      told: { of: (s) => s.reference.told, unit: "1 where the goal is given: hands, body", mirror: "same" },
      rootGoal: { of: (s) => s.reference.toldRoot, unit: ROOT_UNIT, mirror: ROOT_GOAL },
      handGoal: { of: (s) => s.reference.toldHands, unit: HAND_UNIT, mirror: HAND_GOAL },
      jointGoal: {
        of: (s) => s.reference.toldJoints,
        unit: "rad from home, 1 frame ahead; 0 where not given",
        mirror: "joints",
      },
      jointGoalLater: {
        of: (s) => s.reference.toldJointsLater,
        unit: "rad from home, 5 frames ahead; 0 where not given",
        mirror: "joints",
      },
      trunkGoal: { of: (s) => s.reference.toldTrunk, unit: BODY_UNIT, mirror: POLAR },
      limbGoal: { of: (s) => s.reference.toldLimbs, unit: BODY_UNIT, mirror: HAND_GOAL },
    },
    critic: {
      trueLinVel: { of: (s) => s.robot.linVel, unit: "m/s, body frame", mirror: POLAR },
      baseHeight: { of: (s) => s.robot.baseHeight, unit: "m", mirror: "same" },
      footHeight: { of: (s) => s.robot.footHeight, unit: "m", mirror: "sides" },
      fullRootGoal: { of: (s) => s.reference.root, mirror: ROOT_GOAL },
      fullHandGoal: { of: (s) => s.reference.hands, mirror: HAND_GOAL },
      fullJointGoal: { of: (s) => s.reference.joints, mirror: "joints" },
      fullJointGoalLater: { of: (s) => s.reference.jointsLater, mirror: "joints" },
      fullTrunkGoal: { of: (s) => s.reference.trunk, mirror: POLAR },
      fullLimbGoal: { of: (s) => s.reference.limbs, mirror: HAND_GOAL },
    },

    reward: {
      place: { weight: 0.5, of: (s) => kernel(s.reference.placeSq, 0.15 ** 2) },
      turn: { weight: 0.3, of: (s) => kernel(s.reference.turnSq, 0.4 ** 2) },
      velocity: { weight: 0.1, of: (s) => kernel(s.reference.velocitySq, 1) },
      spin: { weight: 0.1, of: (s) => kernel(s.reference.spinSq, 3.14 ** 2) },
      actionRate: { weight: -0.002, of: (s) => distSq(s.action, s.lastAction) },
    },

    lessons: {
      shown: {
        about: "the policy learns the clip's own actions as well, with --algorithm.advice-pull",
        advise: (s: { readonly reference: ReferenceReading }) => s.reference.clipAction,
      },
    },

    terminate: {
      fell: (s) => s.robot.baseHeight < robot.lowest || s.robot.uprightness < SMALLEST_UPRIGHTNESS,
      lost: (s) => s.reference.lost,
    },
    truncate: (s) => s.reference.ended,
    goal: {
      success: {
        about: "the mean error of the bodies was never above 0.5 m, and the robot did not fall",
        of: ({ terminated, reference: { led, ended }, episodeStep }) =>
          !terminated && !led && (ended || episodeStep >= CLIP_HZ * EPISODE_SECONDS),
      },
      counters: {
        aliveShare: {
          about: "share of the clip until the robot fell or lost it",
          unit: "of a clip",
          of: (s) => s.reference.stepShare,
          per: "episode",
        },
        bodyErrorMm: {
          about: "mean distance of the bodies from the clip's, relative to the root and its heading",
          unit: "mm",
          of: (s) => 1000 * s.reference.bodyError,
          per: "step",
        },
        globalErrorMm: {
          about: "mean distance of the bodies from the clip's, in the world",
          unit: "mm",
          of: (s) => 1000 * s.reference.globalError,
          per: "step",
        },
      },
    },
    handles: handlesOf(robot),
    variants: variants(robot, choices),
    presets: robot.presets,
  });
  sources.set(task.track, { clips, parts: robot.parts, feet: robot.feet });
  return task;
}

const ROOT_UNIT =
  "1 and 5 frames ahead: m from the root, first two columns of the turn's matrix, m/s, rad/s; seen from the heading, the turn from the body";
const HAND_UNIT = "m from each hand, left then right, 1 frame ahead and 5, seen from the heading; 0 where not given";
const BODY_UNIT = "m from each body, 1 frame ahead, seen from the heading; 0 where not given";

/** m around the origin */
const HALL = 20;

function handlesOf({ marks: [root, left, right], parts }: TrackedRobot) {
  const within = { lowest: [-HALL, -HALL, 0.1], highest: [HALL, HALL, 2] } as const;
  const [low, high] = parts.heights;
  return {
    root: {
      about: "where the root goes",
      body: root,
      within: { lowest: [-HALL, -HALL, low], highest: [HALL, HALL, high] },
      turn: { about: "z" },
    },
    "left hand": { about: "where the left hand goes", body: left, within },
    "right hand": { about: "where the right hand goes", body: right, within },
  } as const;
}

function variants(robot: TrackedRobot, choices: Choices): Tuning<Partial<Task>> {
  return {
    knobs: {
      mask: {
        value: choices.mask,
        options: MASKS,
        about:
          "Goals that the policy gets: the whole body's, those of root and hands, the root's, or another mask in each episode.",
      },
      "mask.critic": {
        value: choices.maskedCritic,
        about: "Whether the critic gets no more goals than the policy; otherwise it always gets all of them.",
      },
      clips: {
        value: choices.folder,
        about:
          "Folder of your own motions as CSV: root position, quaternion x, y, z, w, joints. Empty: the clips that ship.",
      },
    },
    with: (values) => {
      const {
        track,
        prepare,
        critic,
        variants: own,
      } = chosen(robot, {
        mask: (values.mask ?? choices.mask) as MaskName,
        maskedCritic: Boolean(values["mask.critic"] ?? choices.maskedCritic),
        folder: String(values.clips ?? choices.folder),
      });
      return { track, prepare, critic, variants: own };
    },
  };
}
