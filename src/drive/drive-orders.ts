/** Orders to a driven simulation, and its reports. Plain data: it runs on a thread of its own. */
import type { Touching } from "../physics/contacts.ts";
import type { Grip } from "../physics/hands.ts";
import type { CommandVector } from "../rollout/evaluation.ts";
import type { PolicyData, StartNoise } from "../rollout/policy-data.ts";
import type { HandlePose, TaskVariant } from "../tasks/index.ts";
import type { DriveClip } from "./drive-clip.ts";
import type { GoalState } from "./goal-tally.ts";

/** A policy and its name: for a file, a reference as on the command line. */
export interface NamedPolicy {
  readonly key: string;
  readonly data: PolicyData;
  readonly noise: StartNoise;
}

/** How a flow's action comes about. */
export interface FlowSettings {
  /** Integration steps */
  readonly steps: number;
  readonly noise: StartNoise;
}

/** What decides the next action of a driven policy. */
export interface Decision {
  readonly policy: NamedPolicy;
  /** Of the simulation: actions draw from (seed, STREAM.policy, robot, step) */
  readonly seed: number;
  readonly step: number;
  /** [obsSize] */
  readonly obs: Float32Array;
}

/** What does not act any more. */
export interface TakenAway {
  /** Control step from which on; resets from there on are made without, too */
  readonly from: number;
  readonly causes: readonly string[];
}

/** Everything a driven simulation begins with. What it does depends on this and on the changes, step by step, alone. */
export interface DriveSetup extends TaskVariant {
  /** A registered task's name, or the path of a user's task file */
  readonly task: string;
  readonly seed: number;
  readonly policy: NamedPolicy;
  /** Observation noise, pushes and differences between robots as in training */
  readonly disturbances: boolean;
  /** Command of the first step; null stands */
  readonly command: CommandVector | null;
  /** Causes that are taken away from a step on, as in `causesOf`, and "actions" for the policy's own noise */
  readonly without?: TakenAway;
  /** A stretch of a training that is gone through first, until something is changed; then the policy acts */
  readonly clip?: DriveClip;
}

/** Changes to the simulation between two control steps. */
export type DriveChange =
  | { readonly kind: "command"; readonly values: CommandVector }
  /** Direction from the heading, rad to the left, and change of velocity, m/s */
  | { readonly kind: "push"; readonly angle: number; readonly speed: number }
  /** A body is drawn at, or, with null, let go. */
  | { readonly kind: "hold"; readonly grip: Grip | null }
  /** One of the task's handles is put somewhere. */
  | ({ readonly kind: "place"; readonly handle: string } & HandlePose)
  /** The robot stands in a keyframe of its model. */
  | { readonly kind: "keyframe"; readonly name: string }
  /** The policy's actions are moved by this, [actionSize] before the squash, for so many control steps. */
  | { readonly kind: "nudge"; readonly offset: readonly number[]; readonly steps: number }
  /** A coordinate of a joint is set, rad or m, and its speed to 0. */
  | {
      readonly kind: "coordinate";
      readonly qposAddress: number;
      readonly dofAddress: number;
      readonly value: number;
    }
  /** A control is set; it stays where the task's actions leave controls alone. */
  | { readonly kind: "control"; readonly actuator: number; readonly value: number }
  | { readonly kind: "policy"; readonly policy: NamedPolicy };

/** A change, and the control steps that were done before it. */
export interface LoggedChange {
  readonly step: number;
  readonly change: DriveChange;
}

/** A recording from the beginning: the same setup and log give the same digest, bit for bit. */
export interface DriveCourse {
  readonly setup: DriveSetup;
  readonly log: readonly LoggedChange[];
  /** Control steps that are done. */
  readonly steps: number;
  /** SHA-256 chained over positions and velocities of all steps, hexadecimal. */
  readonly digest: string;
}

/** What the thread starts with: a setup, or a recording. */
export interface DriveBeginning {
  readonly setup: DriveSetup;
  readonly course?: DriveCourse;
  /** Whether the clock stands until somebody plays it. */
  readonly isPaused?: boolean;
}

/** What is requested in addition to the sampled actions: robots in the pose of their joint targets, or after holding each for a moment. */
export interface FanWish {
  readonly ghosts: GhostKind | "off";
}
/** What ghosts show: each action's joint targets, or the robot after holding the action for a moment. */
export type GhostKind = "targets" | "ahead";

/** What the policy might do next. */
export interface ActionFan {
  /** Control steps that are done; the actions are those of the step after */
  readonly step: number;
  /** Of an action */
  readonly size: number;
  /** Integration steps of the paths; 0 if there are none */
  readonly flowSteps: number;
  /** [1 + samples, size] before any squash: the action that is taken, then those of as many other draws of noise */
  readonly samples: Float32Array<ArrayBuffer>;
  /** [1 + paths, flowSteps + 1, size] from noise to action, of the first samples; empty where the policy is no flow */
  readonly paths: Float32Array<ArrayBuffer>;
  /** What the ghosts show; null if there are none */
  readonly ghostKind: GhostKind | null;
  /** [1 + ghosts, bodies, 7] the robot as it is, then the ghosts of the first samples, including the executed action */
  readonly ghosts: Float32Array<ArrayBuffer>;
}

/** Results of one choice of flow settings, over the steps that were driven with it. */
export interface FlowTally {
  readonly policy: string;
  readonly flow: FlowSettings;
  /** Simulated seconds */
  readonly seconds: number;
  /** Mean over all of them, and over the last ones, per second */
  readonly reward: number;
  readonly recentReward: number;
  readonly falls: number;
  /** Mean time of an action, ms */
  readonly actMs: number;
}
/** Begins a branch, keeps it in place of the original, or returns to the original. */
export type BranchOrder = "begin" | "keep" | "back";

/** Orders to the thread. */
export type DriveOrder =
  /** Draws the actions of the policy that acts in another way; nothing where it is no flow. */
  | { readonly kind: "flow"; readonly flow: FlowSettings }
  /** Discards the recording and starts another, from the next seed. */
  | { readonly kind: "restart" }
  /** Goes to a step that was done before, and stands there; within what is still known. */
  | { readonly kind: "seek"; readonly step: number }
  /** Tells from now on, a few times per second, what the policy might do next; null ends it. */
  | { readonly kind: "fan"; readonly wish: FanWish | null }
  /** Reports from now on, a few times per second, what joints, sensors and contacts read, or no longer. */
  | { readonly kind: "readings"; readonly look: boolean }
  /** Begins another future here beside the one that was known, or ends that: the branch stays, or the original takes its place. */
  | { readonly kind: "branch"; readonly what: BranchOrder }
  /** Asks for the recording so far. */
  | { readonly kind: "tell-course" }
  | { readonly kind: "change"; readonly change: DriveChange; readonly at?: number }
  | { readonly kind: "play" | "pause" | "step" }
  /** Stops the clock while nobody watches, without changing whether it plays. */
  | { readonly kind: "rest"; readonly resting: boolean }
  | { readonly kind: "speed"; readonly factor: number };

/** The simulation after a control step. */
export interface DriveMoment {
  /** Control steps since the beginning */
  readonly step: number;
  /** First and last step that can be gone to */
  readonly oldest: number;
  readonly newest: number;
  /** Whether nothing leads here from the moment before */
  readonly cut: boolean;
  readonly terminated: boolean;
  readonly nan: boolean;
  /** What MuJoCo said where it refused one of the last steps, or warned; "" else */
  readonly complaint: string;
  readonly falls: number;
  /** Key of the policy that acts */
  readonly policy: string;
  readonly kind: "flow" | "gaussian" | "file" | "zero" | "random";
  /** Null where the policy is no flow */
  readonly flow: FlowSettings | null;
  /** Mean time of the last actions, ms */
  readonly actMs: number;
  /** [bodies, 7] position in metres and quaternion w-x-y-z */
  readonly poses: Float32Array<ArrayBuffer>;
  /** [vertices, 3] of flexes, m */
  readonly points: Float32Array<ArrayBuffer>;
  /** (vx, vy, yaw rate) commanded and measured; zeros where the task has none */
  readonly command: Float32Array<ArrayBuffer>;
  readonly twist: Float32Array<ArrayBuffer>;
  /** [terms] weighted reward of the step */
  readonly terms: Float32Array<ArrayBuffer>;
  /** [contacts, 6] position and force on the robot, in the world */
  readonly contacts: Float32Array<ArrayBuffer>;
  /** What became of the task's goal; null where it declares none */
  readonly goal: GoalState | null;
  /** What a user holds */
  readonly grip: Grip | null;
  /** Direction of a push in progress, rad from the world's x axis */
  readonly push: number | null;
}

/** What can be read from the simulation after a control step; arrays are the receiver's own. */
export interface DriveReadings {
  readonly step: number;
  /** [nq] rad, m, quaternions w-x-y-z */
  readonly qpos: Float64Array;
  /** [nu] */
  readonly controls: Float64Array;
  /** [nu] N or N·m before the gear */
  readonly forces: Float64Array;
  /** [nsensordata] */
  readonly sensors: Float64Array;
  /** [sites, 3] m in the world */
  readonly sites: Float64Array;
  /** [obsSize] */
  readonly obs: Float32Array;
  /** What touches what, hardest first */
  readonly touching: readonly Touching[];
}

/** A step in which something was not finite. */
export interface BrokenStep {
  /** Control steps since the beginning */
  readonly step: number;
  /** Such as 'action "slide"' */
  readonly source: string;
  /** Whether the robot is held and the clock stopped, since the policy gave a non-finite action; else the robot was reset */
  readonly held: boolean;
  /** Key of the policy that acts */
  readonly policy: string;
}

/** A branch's original, at the same step. */
export interface OriginalMoment {
  /** Step at which the branch left it */
  readonly start: number;
  readonly cut: boolean;
  readonly falls: number;
  readonly policy: string;
  /** Reward since then of the branch and of the original */
  readonly returns: readonly [number, number];
  /** As in `DriveMoment` */
  readonly poses: Float32Array<ArrayBuffer>;
  readonly points: Float32Array<ArrayBuffer>;
  readonly command: Float32Array<ArrayBuffer>;
  readonly twist: Float32Array<ArrayBuffer>;
}

/** How the clock stands. */
export interface ClockState {
  readonly playing: boolean;
  readonly speed: number;
  readonly realTimeFactor: number;
}

/** What the thread reports. */
export type DriveReport =
  | { readonly kind: "ready" }
  | {
      readonly kind: "moment";
      readonly moment: DriveMoment;
      /** Null while there is no branch */
      readonly original: OriginalMoment | null;
      readonly clock: ClockState;
    }
  /** A step was done with a change that carried `at`. */
  | { readonly kind: "taken"; readonly at: number }
  | { readonly kind: "course"; readonly course: DriveCourse | null }
  | { readonly kind: "broken"; readonly broken: BrokenStep }
  | { readonly kind: "fan"; readonly fan: ActionFan }
  | { readonly kind: "readings"; readonly readings: DriveReadings }
  /** Results of each choice of flow settings so far, the present one first. */
  | { readonly kind: "tallies"; readonly tallies: readonly FlowTally[] }
  /** An order that failed; the simulation continues without it. */
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string; readonly exitCode?: 1 | 2 };
