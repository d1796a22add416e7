/** The stage's colours and lights for the light and the dark page. */
import type { Theme } from "../store.ts";

export interface StagePalette {
  /** Far ground and lower sky: one colour, so that the ground has no edge. */
  readonly horizon: string;
  readonly zenith: string;
  readonly ground: string;
  readonly tile: string;
  readonly lines: string;
  readonly majorLines: string;
  readonly highlight: string;
  readonly command: string;
  readonly velocity: string;
  readonly skyLight: string;
  readonly groundLight: string;
  readonly sun: string;
  readonly rim: string;
  readonly hemisphere: number;
  readonly sunStrength: number;
  readonly rimStrength: number;
  readonly environment: number;
}

export const palettes: Readonly<Record<Theme, StagePalette>> = {
  light: {
    horizon: "#e4e7ea",
    zenith: "#cfd8e1",
    ground: "#dfe2e5",
    tile: "#eceef0",
    lines: "#c6cbd1",
    majorLines: "#aab2bb",
    highlight: "#e8641b",
    command: "#e8641b",
    velocity: "#1f7fd1",
    skyLight: "#eef4fb",
    groundLight: "#c9c2b8",
    sun: "#fff3e2",
    rim: "#cfe3ff",
    hemisphere: 0.85,
    sunStrength: 2.6,
    rimStrength: 0.5,
    environment: 0.45,
  },
  dark: {
    horizon: "#11151b",
    zenith: "#1d2631",
    ground: "#151a21",
    tile: "#1a2028",
    lines: "#252d38",
    majorLines: "#35404e",
    highlight: "#ff8a3d",
    command: "#ff8a3d",
    velocity: "#4fb0ff",
    skyLight: "#8fa6c4",
    groundLight: "#20242b",
    sun: "#ffe9cf",
    rim: "#7fb2ff",
    hemisphere: 0.35,
    sunStrength: 2.3,
    rimStrength: 1.3,
    environment: 0.3,
  },
};
