/** What the clips of programs are made with, and how long they are: known without making one. */
import { join } from "node:path";
import { packageRoot } from "../../files/package-root.ts";
import { CLIP_HZ } from "./clip.ts";

/** s of a clip that are tracked */
const CLIP_SECONDS = 10;
/** Frames at its end that only goals look ahead to. */
const LOOK_AHEAD = 6;

/** Of every program's clip. */
export const PROGRAM_FRAMES = CLIP_SECONDS * CLIP_HZ + LOOK_AHEAD;

/** Path of the controller that walks. */
export function controllerFile(): string {
  return join(packageRoot, "controllers", "HumanoidJoystick.onnx");
}
