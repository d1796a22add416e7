/** The stage's colours and lights for the light and the dark page. */
import type { Theme } from "../../state/store.ts";

/** CSS colours, and strengths of the lights in three.js's units. */
export interface StagePalette {
  /** Far ground and lower sky: one colour, so that the ground has no edge. */
  readonly horizon: string;
  /** Sky overhead. */
  readonly zenith: string;
  readonly ground: string;
  /** Tiles that robots stand on in a grid. */
  readonly tile: string;
  /** Grid lines of the floor. */
  readonly lines: string;
  readonly majorLines: string;
  /** Rim of the followed robot's tile. */
  readonly highlight: string;
  /** Arrow of the commanded velocity. */
  readonly command: string;
  /** Arrow of the measured velocity. */
  readonly velocity: string;
  /** Where the robot touches something, and how hard. */
  readonly contact: string;
  /** Centre of mass. */
  readonly mass: string;
  /** Light from above. */
  readonly skyLight: string;
  /** Light from below. */
  readonly groundLight: string;
  readonly sun: string;
  /** Light from behind. */
  readonly rim: string;
  /** Strength of the lights from above and below. */
  readonly hemisphere: number;
  readonly sunStrength: number;
  readonly rimStrength: number;
  /** Strength of reflections. */
  readonly environment: number;
}

/** The palette of each theme. */
export const palettes: Readonly<Record<Theme, StagePalette>> = {
  light: {
    horizon: "#e4e7ea",
    zenith: "#cfd8e1",
    ground: "#ced3d8",
    tile: "#d6dade",
    lines: "#bcc3ca",
    majorLines: "#a9b2bb",
    highlight: "#e8641b",
    command: "#e8641b",
    velocity: "#1f7fd1",
    contact: "#1b8a5a",
    mass: "#7a3fc2",
    skyLight: "#eef4fb",
    groundLight: "#c9c2b8",
    sun: "#fff3e2",
    rim: "#cfe3ff",
    hemisphere: 0.65,
    sunStrength: 2.7,
    rimStrength: 0.5,
    environment: 0.38,
  },
  dark: {
    horizon: "#14181e",
    zenith: "#232c37",
    ground: "#404347",
    tile: "#46494e",
    lines: "#4c5056",
    majorLines: "#5b6067",
    highlight: "#ff8a3d",
    command: "#ff8a3d",
    velocity: "#4fb0ff",
    contact: "#4fcf97",
    mass: "#c29bff",
    skyLight: "#b4bcc6",
    groundLight: "#20242b",
    sun: "#ffe9cf",
    rim: "#7fb2ff",
    hemisphere: 0.42,
    sunStrength: 2.1,
    rimStrength: 1.3,
    environment: 0.3,
  },
};
