/**
 * A lesson for any robot whose task reads it by `legged`, from figures that a person can read and edit: a step to begin from, rewards that
 * rank bad steps, and commands that grow. `flowgait lesson-for <task>` measures the figures. What each part does for learning:
 * docs/experiments.md.
 */
import { jointTargets } from "../actions/joint-targets.ts";
import { type SteppingSettings, steppingPose } from "../actions/stepping-pose.ts";
import type { RewardTerm } from "../define-task.ts";
import type { LeggedRobot } from "../legged-robot.ts";
import type { Lesson } from "../lesson.ts";
import { TWIST } from "../mirror.ts";
import type { Moment } from "../moment.ts";
import { contactMatch, footHeightMatch, footSlip } from "../terms/gait.ts";
import { distSq, mixedKernel, normSq } from "../terms/norms.ts";
import type { ContactReading } from "../trackers/contact-timers.ts";
import { type GaitReading, type GaitSettings, gaitPhase } from "../trackers/gait-phase.ts";
import { type MeanTwistReading, meanTwist } from "../trackers/mean-twist.ts";

/** The figures of a walking lesson. */
export interface WalkingFigures {
  /** The lesson's own clock, where the task has none of a steady gait. It is tracked as `step`. */
  readonly clock?: GaitSettings;
  readonly step: SteppingSettings;
  /** rad per unit of action, by joint */
  readonly scale: Readonly<Record<string, number>>;
  /** rad per unit of what the policy sees as its last action: the scale of the task's own mapping */
  readonly shown?: number;
  /** Control steps of one period of the gait. */
  readonly strideSteps: number;
  /** m, how high a foot should swing */
  readonly clearance: number;
  /** m, height of each foot's site where the robot stands */
  readonly soles: readonly number[];
  /** m, height of the base where the robot stands */
  readonly standing: number;
  /** Share of the command's ranges that training begins with. */
  readonly commandsFrom: number;
  /**
   * True: episodes of training end by a fall alone, below 65 % of the standing height or beyond 60°, and not where the task's own would.
   * Default false: by either.
   */
  readonly fallsAlone?: boolean;
  /** Physics steps per second in training, where fewer than the task's will do. */
  readonly physicsHz?: number;
}

type Robot = LeggedRobot<string, string>;

/** What the lesson's terms read: the task's contacts, a clock under either name, and the mean over a stride. */
interface Tracked {
  readonly feet: ContactReading;
  readonly gait?: GaitReading;
  readonly step?: GaitReading;
  readonly stride: MeanTwistReading;
}
type Walking = Moment<Robot, Tracked>;

const LOWEST = 0.65; // share of the standing height, below which the robot has fallen
const LEAST_UPRIGHT = 0.5; // cosine of 60°
/** Relative to the clearance, squared: width of the kernel of the feet's height. */
const HEIGHT_WIDTH = 0.4;

/** The lesson. The task's contacts must be tracked as `feet`, and a clock that the step goes by as `gait`, unless the figures have one. */
export function walkingLesson(figures: WalkingFigures): Lesson<Walking, Robot> {
  const { clock, step, scale, shown, strideSteps, physicsHz, commandsFrom } = figures;
  return {
    about: "starts from a step that was measured on the robot; rewards that rank bad steps, growing commands",
    ...(physicsHz !== undefined && { physicsHz }),
    action: jointTargets({
      scale: (joint) => scale[joint] ?? 0,
      ...(shown !== undefined && { shown }),
      feedForward: steppingPose(step),
    }),
    track: { ...(clock && { step: gaitPhase(clock) }), stride: meanTwist(strideSteps) },
    critic: {
      ...(clock && { step: { of: (s: Walking) => clockOf(s).signals, mirror: "sides" as const } }),
      strideTwist: { of: (s) => s.stride.twist, unit: "m/s, m/s, rad/s", mirror: TWIST },
      soleHeight: { of: (s) => s.robot.footHeight, unit: "m", mirror: "sides" },
    },
    curriculum: { from: commandsFrom, step: 0.4 },
    reward: rewardsOf(figures),
    [figures.fallsAlone === true ? "terminate" : "alsoTerminate"]: {
      sank: ({ robot }: Walking) => robot.baseHeight < LOWEST * figures.standing || robot.uprightness < LEAST_UPRIGHT,
    },
  };
}

function clockOf({ step, gait }: Walking): GaitReading {
  return (step ?? gait)!;
}

/** Nothing on robots that do not measure how fast their feet move. */
function slip({ feet, robot: { footVel } }: Walking): number {
  return footVel.length === 0 ? 0 : footSlip(feet.contact, footVel);
}

function rewardsOf({ soles, clearance }: WalkingFigures): Readonly<Record<string, RewardTerm<Walking>>> {
  const heights = new Float64Array(soles.length);
  const width = HEIGHT_WIDTH * clearance ** 2;
  const aboveGround = ({ robot: { footHeight } }: Walking) => {
    for (let i = 0; i < heights.length; i++) heights[i] = footHeight[i] - soles[i];
    return heights;
  };
  return {
    // sideways and turning it sways with every step, forward it does not
    trackLinVel: {
      weight: 4.5,
      of: ({ command, robot, stride }) =>
        mixedKernel((command[0] - robot.linVel[0]) ** 2 + (command[1] - stride.twist[1]) ** 2),
    },
    trackYawRate: { weight: 2, of: (s) => mixedKernel((s.command[2] - s.stride.twist[2]) ** 2) },
    alive: { weight: 0.5, of: () => 1 },
    footHeight: { weight: 0.5, of: (s) => footHeightMatch(aboveGround(s), clockOf(s), clearance, width) },
    contactRhythm: { weight: 0.5, of: (s) => contactMatch(s.feet.contact, clockOf(s)) },
    fall: { weight: -40, of: (s) => (s.terminated ? 1 : 0) },
    rollPitchRate: { weight: -0.05, of: (s) => normSq(s.robot.gyro, 2) },
    yawSway: { weight: -0.1, of: (s) => (s.robot.gyro[2] - s.stride.twist[2]) ** 2 },
    tilt: { weight: -3, of: (s) => normSq(s.robot.gravity, 2) },
    bounce: { weight: -1, of: (s) => s.robot.worldLinVel[2] ** 2 },
    jointLimits: { weight: -1, of: (s) => s.robot.jointLimitExcess(0.95) },
    footSlip: { weight: -0.1, of: slip },
    actionRate: { weight: -0.004, of: (s) => distSq(s.action, s.lastAction) },
    jointVel: { weight: -0.0005, of: (s) => normSq(s.robot.jointVel) },
  };
}
