/**
 * The clips that ship, as programs: a command script that moves the root, and styles that the root does not reveal. Each root path is
 * walked in four styles, so that goals which leave out the body are truly ambiguous.
 */
import { Rng } from "../../math/rng.ts";
import { ARM_KINDS } from "./arm-scripts.ts";
import type { Style } from "./styled-step.ts";

/** Where the root is sent: values from these seconds on. */
export interface CommandStep {
  readonly from: number;
  /** m/s forward and to the left, rad/s to the left */
  readonly command: readonly [number, number, number];
}

/** One clip's program. */
export interface ClipProgram {
  readonly name: string;
  readonly about: string;
  readonly heldOut: boolean;
  /** Controller that walks, of those that ship. */
  readonly controller: "HumanoidJoystick";
  readonly seed: number;
  readonly script: readonly CommandStep[];
  readonly style: Style;
}

const TRAINING_PATHS = 24;
const HELD_OUT_PATHS = 6;
const STYLES = 4;
const SEED = 29;
const PATH_STREAM = 0x7061;
const STYLE_STREAM = 0x7374;
/** s, with the second that is omitted while it starts */
const SCRIPT_SECONDS = 12;
/** Paths of which another draw is used, since the first one falls: number of the draw, by style; 0 where absent. */
const REDRAWN: Readonly<Record<string, number>> = { "25.1": 1 };

/** All programs: those for training, then those that are held out. */
export function clipPrograms(): ClipProgram[] {
  const paths = Array.from({ length: TRAINING_PATHS + HELD_OUT_PATHS }, (_, path) => path);
  return paths.flatMap((path) => Array.from({ length: STYLES }, (_, style) => clipProgram(path, style)));
}

/** @param draw of the style */
export function clipProgram(path: number, number: number, draw = REDRAWN[`${path}.${number}`] ?? 0): ClipProgram {
  const style = styleOf(path, number, draw);
  const name = `path${String(path).padStart(2, "0")}-${"abcd"[number]}`;
  return {
    name,
    about: styleText(style),
    heldOut: path >= TRAINING_PATHS,
    controller: "HumanoidJoystick",
    seed: SEED + path,
    script: scriptOf(path),
    style,
  };
}

function scriptOf(path: number): CommandStep[] {
  const rng = new Rng().seek(SEED, PATH_STREAM, path);
  const steps: CommandStep[] = [];
  for (let from = 0; from < SCRIPT_SECONDS; from += rng.uniform(1.5, 3)) {
    steps.push({ from, command: drawCommand(rng, rng.uniform()) });
  }
  return steps;
}

function drawCommand(rng: Rng, kind: number): [number, number, number] {
  if (kind < 0.6) return [rng.uniform(0.2, 0.75), 0, rng.uniform() < 0.5 ? rng.uniform(-0.5, 0.5) : 0];
  if (kind < 0.72) return [0, (rng.uniform() < 0.5 ? -1 : 1) * rng.uniform(0.15, 0.3), 0];
  if (kind < 0.82) return [0, 0, (rng.uniform() < 0.5 ? -1 : 1) * rng.uniform(0.4, 0.8)];
  if (kind < 0.88) return [rng.uniform(-0.35, -0.15), 0, 0];
  return [0, 0, 0];
}

function styleOf(path: number, number: number, draw: number): Style {
  const rng = new Rng().seek(SEED, STYLE_STREAM, STYLES * path + number, draw);
  const first = new Rng().seek(SEED, STYLE_STREAM, path, 0x10000).integer(ARM_KINDS.length);
  return {
    lead: number % 2 === 0 ? "left" : "right",
    hz: rounded(rng.uniform(1.15, 1.6)),
    lift: rounded(rng.uniform(0.7, 1.5)),
    width: rounded(rng.uniform(0, 0.08)),
    crouch: rounded(rng.uniform(0, 0.2)),
    twist: rounded(rng.uniform(-0.3, 0.3)),
    arms: {
      // a path's styles differ in what the arms do
      kind: ARM_KINDS[(first + number) % ARM_KINDS.length],
      side: rng.uniform() < 0.5 ? 1 : -1,
      size: rounded(rng.uniform(0.7, 1)),
      hz: rounded(rng.uniform(0.7, 1.3)),
      seed: SEED + STYLES * path + number,
    },
  };
}

function styleText({ lead, hz, lift, crouch, arms }: Style): string {
  return `${lead} foot first, ${hz.toFixed(2)} Hz, lift ${lift.toFixed(2)}, crouch ${crouch.toFixed(2)} rad, arms ${arms.kind}`;
}

function rounded(value: number): number {
  return Math.round(100 * value) / 100;
}
