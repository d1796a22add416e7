/** The simulation that somebody steers: how it stands, and what the page that steers asks of it. */

/** How the simulation that is driven stands. */
export interface DriveMessage {
  readonly type: "drive";
  readonly state: "loading" | "playing" | "paused" | "failed";
  /** The viewer that steers; null while nobody does. */
  readonly driver: number | null;
  /** Wanted speed as a multiple of real time. */
  readonly speed: number;
  /** Speed that is reached. */
  readonly realTimeFactor: number;
  /** Control steps since the simulation began. */
  readonly step: number;
  /** First and last step that can be gone to; `step` is before the last one in the past. */
  readonly oldest: number;
  readonly newest: number;
  /** How often the robot fell. */
  readonly falls: number;
  /** What became of the task's goal; null where it declares none. */
  readonly goal: GoalState | null;
  /** Key of the policy that acts. */
  readonly policy: string;
  readonly policies: readonly PolicyChoice[];
  /** What it is. */
  readonly kind: "flow" | "gaussian" | "file" | "zero" | "random";
  /** Flow settings that were driven, the present ones first; sent while a page shows the flow. */
  readonly tallies: readonly FlowTally[];
  /** The original that runs beside a branch, as environment `ORIGINAL`; null without a branch. */
  readonly branch: BranchState | null;
  /** How its actions are drawn; null where the policy is no flow. */
  readonly flow: FlowSettings | null;
  /** Time that the policy takes for an action, ms; the mean of the last steps. */
  readonly actMs: number;
  /** One sentence more, such as why it failed. */
  readonly detail?: string;
  /** Why it fell last; absent until a page asks. */
  readonly fall?: FallState;
}
/** What is known of the last fall. */
export interface FallState {
  readonly state: "searching" | "found" | "failed";
  /** The stage of the examination, its verdict, or the reason why it has none. */
  readonly words: string;
  /** Until when it could have been saved, and how; empty while that is not known. */
  readonly rescue: string;
  /** Drives that show the verdict, and whether the robot falls in them. */
  readonly verdicts: readonly { readonly words: string; readonly falls: boolean }[];
  /** Place of the one that is shown; null for the drive itself. */
  readonly shown: number | null;
}
/** What became of a task's goal: of the present attempt, and counted since the beginning. */
export interface GoalState {
  /** null where the task declares no success. */
  readonly success: boolean | null;
  /** From the attempt's start, or from when its target was moved, s; null without success. */
  readonly secondsToSuccess: number | null;
  readonly successes: number;
  /** null where the task declares no drop. */
  readonly drops: number | null;
  /** By name; null where the task counts nothing. */
  readonly counters: Readonly<Record<string, number>> | null;
  /** How often episodes ended, by reason. */
  readonly ends: Readonly<Record<string, number>>;
}
/** Number of the original course in the frames of the driven simulation, which is 0 itself. */
export const ORIGINAL = 1;
/** What runs beside a branch. */
export interface BranchState {
  /** Control step at which the branch left it. */
  readonly start: number;
  /** Key of the original's policy. */
  readonly policy: string;
  readonly falls: number;
  /** Reward since the start, of the branch and of the original. */
  readonly returns: readonly [number | null, number | null];
}
/** How a flow policy's action comes about: from how much noise, in how many steps. */
export interface FlowSettings {
  readonly steps: number;
  /** Of a seed: the same draw for every action. */
  readonly noise: "random" | "zero" | { readonly seed: number };
}
/** What one way of drawing actions has earned, over the steps that were played with it. */
export interface FlowTally {
  /** Key of the policy. */
  readonly policy: string;
  readonly flow: FlowSettings;
  /** Simulated. */
  readonly seconds: number;
  /** Per second: the mean over all of them, and over the last few. */
  readonly reward: number;
  readonly recentReward: number;
  readonly falls: number;
  /** Mean time of an action, ms. */
  readonly actMs: number;
}
/** A policy that can be driven. */
export interface PolicyChoice {
  readonly key: string;
  readonly label: string;
  /** Whether it comes with the package. */
  readonly isShipped?: boolean;
}
/** Where the driven robot touches something, and what a user does to it, in the control step of the message. */
export interface ContactsMessage {
  readonly type: "contacts";
  /** Simulated seconds. */
  readonly time: number;
  /** [contacts, 6]: position in metres, force on the robot in newtons, both in the world. */
  readonly values: readonly (number | null)[];
  /** The spring that draws at a body: a point in the body's frame and where to, in the world, m. */
  readonly grip: Grip | null;
  /** Direction of a push in progress, rad from the world's x axis. */
  readonly push: number | null;
}
/** A body in somebody's hand: a point in the body's frame and its target in the world, both in m. */
export interface Grip {
  readonly body: number;
  readonly point: readonly [number, number, number];
  readonly target: readonly [number, number, number];
  /** The orientation to which it is turned in place of that, w-x-y-z in the world. */
  readonly turn?: readonly [number, number, number, number];
}
/** The course so far as a replay file; sent to the page that asked. */
export interface ReplayMessage {
  readonly type: "replay";
  readonly name: string;
  readonly text: string;
}
/** A command has reached the simulation; sent to the page that steers. */
export interface SteeredMessage {
  readonly type: "steered";
  /** The page's own clock, as sent with the command. */
  readonly at: number;
}

/** Fastest and slowest speed of a driven simulation, as multiples of real time. */
export const DRIVE_SPEEDS = { slowest: 1 / 8, fastest: 8 } as const;
/** Hardest push, m/s. */
export const HARDEST_PUSH = 3;
/** Most integration steps of a flow that is driven. */
export const MOST_FLOW_STEPS = 64;
/** Largest seed of noise that stays the same. */
export const LARGEST_NOISE_SEED = 999;
/** Longest name of a keyframe. */
export const MAX_KEYFRAME_NAME = 100;
/** Longest name of a handle. */
export const MAX_HANDLE_NAME = 100;
/** Longest key of a policy. */
export const MAX_POLICY_KEY = 400;

/** Requests of the steering page to the driven simulation. One page at a time steers; the first request takes control when nobody has it. */
export type DriveWish =
  /** Steers: m/s, m/s, rad/s, cut to the task's ranges. `at` is the page's clock in milliseconds and comes back in `steered`. */
  | {
      readonly type: "command";
      readonly vx: number;
      readonly vy: number;
      readonly yawRate: number;
      readonly at: number;
    }
  /** `step` is a single control step, `reset` a new episode. */
  | { readonly type: "simulate"; readonly what: "play" | "pause" | "step" | "reset" }
  /** A multiple of real time within `DRIVE_SPEEDS`. */
  | { readonly type: "setSpeed"; readonly factor: number }
  /** Lets another policy act from the next step on. */
  | { readonly type: "policy"; readonly key: string }
  /** Goes to an earlier step, or to the newest, and stands there. A change made in the past begins another future. */
  | { readonly type: "seek"; readonly step: number }
  /** Puts the robot into a keyframe of its model. */
  | { readonly type: "keyframe"; readonly name: string }
  /** Sets one of the model's coordinates, rad or m; `coordinate` is its place in `ModelInfo.coordinates`. Needs the capability "pose". */
  | { readonly type: "coordinate"; readonly coordinate: number; readonly value: number }
  /** Sets the control of one of the model's actuators. Needs the capability "pose". */
  | { readonly type: "control"; readonly actuator: number; readonly value: number }
  /** Puts one of the task's handles somewhere: position in m, quaternion w-x-y-z, both in the world; null leaves what it has. */
  | {
      readonly type: "place";
      readonly handle: string;
      readonly pos: readonly [number, number, number] | null;
      readonly quat: readonly [number, number, number, number] | null;
    }
  /** Begins another future here with the known one beside it; ends that and keeps the branch, or goes back to the original. */
  | { readonly type: "branch"; readonly what: "begin" | "keep" | "back" }
  /** Asks for the course so far as a small file that gives it again, bit for bit; it comes as `replay`. */
  | { readonly type: "saveReplay" }
  /** Asks why the robot fell last; the answer comes in `drive`. */
  | { readonly type: "why" }
  /** Shows a drive of the answer by its place; null returns to the own drive, or closes the answer there. */
  | { readonly type: "verdict"; readonly place: number | null }
  /** Draws the actions of the policy that acts in another way, from the next step on. */
  | { readonly type: "flow"; readonly steps: number; readonly noise: FlowSettings["noise"] }
  /** Pushes the robot: direction from its heading, rad to the left, and change of its velocity, m/s. */
  | { readonly type: "push"; readonly angle: number; readonly speed: number }
  /** Draws a point of a body (in its frame, m) towards a target (in the world, m) by a spring, until let go. */
  | ({ readonly type: "grab" } & Grip)
  | { readonly type: "letGo" };
