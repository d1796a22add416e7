/** The page's state in one plain object, and its subscribers. Poses do not pass through here: they go straight to the stage. */
import { useEffect, useReducer, useRef } from "preact/hooks";
import type {
  Channel,
  DriveMessage,
  EvaluationPoint,
  EventMessage,
  FanFrame,
  GalleryRobot,
  GhostKind,
  MetricsPoint,
  ReadingsMessage,
  RunInfo,
  StatusMessage,
  TermsMessage,
} from "../../../src/stream/protocol.ts";
import type { CurveStyle } from "../page/curve-style.ts";
import type { Divergence } from "../page/divergence.ts";
import type { PushChoice, PushSide } from "../page/push.ts";
import type { StudioState } from "../page/studio.ts";
import type { ScreenState } from "../scene/screen/screen.ts";
import type { Axes } from "../steering/axes.ts";
import type { PadState } from "../steering/gamepad.ts";

/** Environments shown side by side. */
export const GRID_COUNTS = [1, 4, 9, 16, 36, 64] as const;
/** A number of environments side by side. */
export type GridCount = (typeof GRID_COUNTS)[number];

/** Named places of the camera, in the order of the menu. */
export const CAMERA_VIEWS = ["three-quarter", "side", "front", "top", "chase", "eyes"] as const;
/** A named place of the camera. */
export type CameraView = (typeof CAMERA_VIEWS)[number];

/** Colours of page and stage. */
export type Theme = "light" | "dark";

/** State of the connection to the server. */
export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "open" }
  | { readonly state: "retrying"; readonly atMs: number; readonly everOpen: boolean }
  | { readonly state: "refused"; readonly what: string; readonly reason: string };

/** Which translucent robots stand beside the driven one. */
export type GhostChoice = GhostKind | "off";

/** What is drawn; kept from visit to visit. */
export interface ViewOptions {
  /** The shapes to look at. */
  readonly shapes: boolean;
  /** The shapes that collide alone. */
  readonly collisions: boolean;
  readonly shadows: boolean;
  /** Arrow of the commanded velocity. */
  readonly commandArrow: boolean;
  /** Arrow of the measured velocity. */
  readonly velocityArrow: boolean;
  /** Grid lines of the floor. */
  readonly grid: boolean;
  /** The model's own floor and sky, in place of the page's. */
  readonly modelGround: boolean;
  /** Contact points and forces of the followed robot. */
  readonly contacts: boolean;
  /** Joint axes of the followed robot. */
  readonly jointAxes: boolean;
  /** Sites of the followed robot's model. */
  readonly sites: boolean;
  /** Centre of mass of the followed robot. */
  readonly centreOfMass: boolean;
  /** Paths of the followed robot's feet. */
  readonly footTraces: boolean;
}

/** Everything that the page's components read. */
export interface PageState {
  readonly connection: Connection;
  /** This page's number; null until the server has greeted it. */
  readonly viewer: number | null;
  /** Whether the server is a studio, which has a start screen. */
  readonly isStudio: boolean;
  /** Whether the start screen is shown, where there is one. */
  readonly isStart: boolean;
  /** Robots that can be chosen; null until the list has come. */
  readonly gallery: readonly GalleryRobot[] | null;
  /** Whether the list of all robots is open. */
  readonly areRobotsOpen: boolean;
  /** The robot that was asked for and has not come yet, in words. */
  readonly choosing: string | null;
  /** What the server has to look at; the first is the usual one. */
  readonly channels: readonly Channel[];
  /** What this page looks at. */
  readonly channel: Channel;
  /** The driven simulation; null until the server reports one. */
  readonly drive: DriveMessage | null;
  /** What the driven policy might do next, as last received. */
  readonly fan: FanFrame | null;
  /** Whether the page shows it. */
  readonly isFanSeen: boolean;
  /** What joints, sensors and contacts read, as last received. */
  readonly readings: ReadingsMessage | null;
  /** Whether the page shows them. */
  readonly areReadingsSeen: boolean;
  /** Which ghosts the user wants to see. */
  readonly ghosts: GhostChoice;
  /** The command from keys, stick and gamepad. */
  readonly axes: Axes;
  /** Steering keys that are held, by code. */
  readonly heldKeys: ReadonlySet<string>;
  /** The gamepad that steers, or would; null if none is connected. */
  readonly gamepad: PadState | null;
  /** How hard and from where the user pushes; kept from visit to visit. */
  readonly push: PushChoice;
  /** The side of the last push; null before the first one. */
  readonly pushedFrom: PushSide | null;
  /** From the page to the simulation and back; the middle of the last commands. */
  readonly latencyMs: number | null;
  /** Whether there is a picture. */
  readonly screen: ScreenState;
  /** Whether the scene has deformable bodies. */
  readonly hasFlexes: boolean;
  /** What of the model the picture lacks, in words; empty once it was read. */
  readonly undrawn: readonly string[];
  /** Whether the picture is being filmed. */
  readonly isFilming: boolean;
  /** The body under the pointer, and where to name it, CSS pixels. */
  readonly pointed: {
    readonly name: string;
    readonly x: number;
    readonly y: number;
    /** Whether what is held cannot go there. */
    readonly isOut?: boolean;
  } | null;
  /** (vx, vy, yaw rate) commanded and measured of the followed environment, as shown. */
  readonly motion: Motion | null;
  /** How far a branch and its original are apart; null if there is none. */
  readonly divergence: Divergence | null;
  /** Whether the original is drawn beside the branch instead of over it. */
  readonly isBeside: boolean;
  /** What the scene on screen belongs to; null until it has come. */
  readonly info: RunInfo | null;
  /** How far the training has come; null until the server reports it. */
  readonly status: StatusMessage | null;
  /** Curves of the training, one point per iteration; thinned when there are many. */
  readonly points: readonly MetricsPoint[];
  /** Evaluations of the training. */
  readonly evaluations: readonly EvaluationPoint[];
  /** Reward of the followed environment in the step on screen; null until it has come. */
  readonly terms: TermsMessage | null;
  /** Trainings that are started, stopped and compared from this page. */
  readonly studio: StudioState;
  /** What has happened lately; `key` tells them apart. */
  readonly events: readonly (EventMessage & { readonly key: number })[];
  /** Number of the environment that camera and readouts belong to. */
  readonly followed: number;
  /** How curves are drawn. */
  readonly curveStyle: CurveStyle;
  /** Environments side by side. */
  readonly gridCount: GridCount;
  /** Whether this page's picture stands; the simulation goes on. */
  readonly isPaused: boolean;
  /** Whether the camera goes along with the followed robot. */
  readonly isFollowing: boolean;
  /** The named view that was chosen last. */
  readonly cameraView: CameraView;
  /** What is drawn. */
  readonly options: ViewOptions;
  readonly theme: Theme;
  /** Whether plots and rewards are open; on a phone they are a sheet. */
  readonly isPanelOpen: boolean;
  /** Whether single keys act; kept from visit to visit. */
  readonly hasKeys: boolean;
  /** Whether the help is open. */
  readonly isHelpOpen: boolean;
  /** Whether any pose has arrived since the scene was set. */
  readonly hasPoses: boolean;
  /** Speed of what is shown as a multiple of real time. */
  readonly speed: number;
  /** Whether the followed environment has poses on screen. */
  readonly isFollowedShown: boolean;
}

/** Commanded and measured velocity at a moment, each [vx, vy, yaw rate] in m/s, m/s and rad/s. */
export interface Motion {
  /** Simulated seconds. */
  readonly time: number;
  readonly command: readonly number[];
  readonly twist: readonly number[];
}

/** Holds the state, and reports changes of it. */
export class Store {
  private state: PageState;
  private readonly listeners = new Set<(state: PageState, before: PageState) => void>();

  constructor(initial: PageState) {
    this.state = initial;
  }

  /** The state now. */
  get(): PageState {
    return this.state;
  }

  /** Changes fields and notifies subscribers, unless nothing differs. */
  set(change: Partial<PageState>): void {
    const before = this.state;
    const keys = Object.keys(change) as (keyof PageState)[];
    if (keys.every((key) => Object.is(before[key], change[key]))) return;
    this.state = { ...before, ...change };
    for (const listener of this.listeners) listener(this.state, before);
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: (state: PageState, before: PageState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** A part of the state, followed by the component that requests it. */
export function useStore<T>(store: Store, select: (state: PageState) => T): T {
  const value = select(store.get());
  const shown = useRef({ select, value });
  shown.current = { select, value };
  const [, render] = useReducer((renders: number, _: undefined) => renders + 1, 0);
  useEffect(() => {
    const look = () => {
      if (!Object.is(shown.current.select(store.get()), shown.current.value)) render(undefined);
    };
    look();
    return store.subscribe(look);
  }, [store]);
  return value;
}
