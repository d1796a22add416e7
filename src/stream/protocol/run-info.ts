/** What is being watched, and how far it has come. */
import type { ModelInfo } from "./readings.ts";

/** What a page can look at: the environments of a training, or a simulation of its own that somebody steers. A page shows one at a time. */
export const CHANNELS = ["training", "drive"] as const;
/** One of the things to look at. */
export type Channel = (typeof CHANNELS)[number];

/** What a page may ask of what it looks at; controls for anything else stay hidden. */
export type Capability = "pause-training" | "steer" | "simulate" | "pose";

/** What is being watched. */
export interface RunInfo {
  readonly task: string;
  /** Folder or label of the run; empty if there is none. */
  readonly run: string;
  readonly algorithm: string;
  /** Environments that exist, numbered from 0. */
  readonly environments: number;
  readonly controlHz: number;
  /** Control steps after which an episode is cut off. */
  readonly episodeSteps: number;
  /** Environment steps the run is meant to take. */
  readonly totalSteps: number;
  /** Whether the task follows a (vx, vy, yawRate) command. */
  readonly hasCommand: boolean;
  /** Lowest and highest vx, vy in m/s and yaw rate in rad/s that the task was made for; empty where it has no such command. */
  readonly commandRanges: readonly (readonly [number, number])[];
  readonly rewardNames: readonly string[];
  /** Joints, actuators or axes that an action has values for, in its order. */
  readonly actionNames: readonly string[];
  /** Keyframes of the model that the driven robot can be put into. */
  readonly keyframes: readonly string[];
  /** What may be moved by hand. */
  readonly handles: readonly HandleInfo[];
  /** What the task's goal is, in words; null where it declares none. */
  readonly goal: GoalInfo | null;
  readonly capabilities: readonly Capability[];
  /** [bodies * 7] how robots stand until poses of theirs have come; absent where it is not known. */
  readonly startPoses?: readonly number[];
  /** What the driven simulation has to move and to read; absent for a training. */
  readonly model?: ModelInfo;
  /** What of a training is gone through first, where that is so. */
  readonly incident?: "fall" | "nan";
}

/** Something that may be moved or turned by hand. */
export interface HandleInfo {
  readonly name: string;
  readonly about: string;
  /** Position in the scene's list of bodies. */
  readonly body: number;
  /** A goal stays where it is put; an object is moved by the physics. */
  readonly kind: "goal" | "object";
  /** Where it may be put, m; absent where it stays in its place. */
  readonly within?: {
    readonly lowest: readonly [number, number, number];
    readonly highest: readonly [number, number, number];
  };
  /** Axis about which it may be turned, and by how much at most, rad; absent where it is not turned. */
  readonly turn?: { readonly about: "z" | "any"; readonly most?: number };
}

/** What a task counts as success, drop and more, in sentences. */
export interface GoalInfo {
  readonly success?: { readonly about: string };
  readonly drop?: { readonly about: string };
  readonly counters?: Readonly<
    Record<
      string,
      { readonly about: string; readonly unit: string; readonly per: "second" | "minute" | "episode" | "step" }
    >
  >;
}

/** One training iteration; null where there is no value yet. */
export interface MetricsPoint {
  readonly iteration: number;
  readonly steps: number;
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly returnMean: number | null;
  /** Control steps. */
  readonly episodeLengthMean: number | null;
  readonly losses: Readonly<Record<string, number | null>>;
  /** Weighted reward per second of episode. */
  readonly terms: Readonly<Record<string, number | null>>;
  /** Share of the ended episodes per reason. */
  readonly terminations: Readonly<Record<string, number | null>>;
}

/** One evaluation; null where it has no such value. Lengths are control steps, errors m/s and rad/s. */
export interface EvaluationPoint {
  readonly iteration: number;
  readonly steps: number;
  readonly returnMean: number | null;
  readonly returnStd: number | null;
  readonly episodeLengthMean: number | null;
  readonly fallRate: number | null;
  readonly linVelError: number | null;
  readonly yawRateError: number | null;
}

/** The machines that compute shards of the training. */
export interface MachinesInfo {
  readonly present: readonly {
    readonly name: string;
    readonly host: string;
    readonly threads: number;
    /** What it computes now. */
    readonly doing: readonly string[];
    /** Units that it has computed. */
    readonly done: number;
  }[];
  /** Those that were lost or refused, with the reason, the newest last. */
  readonly lost: readonly string[];
}

/** What the training is doing. */
export type RunState =
  | "idle"
  | "starting"
  | "training"
  | "evaluating"
  | "paused"
  | "stopping"
  | "stopped"
  | "done"
  | "failed";
