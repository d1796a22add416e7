/** Overlays and delays that a command names, as settings of a task. */
import { readFileSync } from "node:fs";
import { describeIssue } from "../config/config-issue.ts";
import { type Overlay, overlaySchema, overlaySettings } from "../config/overlay.ts";
import { type TaskSettings, taskSettingOf } from "../config/task-setting-text.ts";
import { readError } from "../files/atomic-file.ts";
import { UserError } from "../math/user-error.ts";

/** The flags. */
export interface OverlayOptions {
  readonly overlay?: string;
  readonly "randomise.actionDelay"?: string;
  readonly "randomise.observationDelay"?: string;
}

const DELAYS = ["randomise.actionDelay", "randomise.observationDelay"] as const;

/** Settings of the task that the flags make; empty without them. @throws UserError where the overlay cannot be read */
export function toldPhysics(options: OverlayOptions): TaskSettings {
  const delays = DELAYS.flatMap((name) => {
    const text = options[name];
    return text === undefined ? [] : [[name, taskSettingOf(text)] as const];
  });
  return { ...(options.overlay && overlaySettings(readOverlay(options.overlay))), ...Object.fromEntries(delays) };
}

/** Whether one of the flags sets a delay. */
export function hasDelays(options: OverlayOptions): boolean {
  return DELAYS.some((name) => options[name] !== undefined);
}

/** @throws UserError when there is no such file, or it is no overlay */
export function readOverlay(path: string): Overlay {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw readError(path, error, "an overlay, as flowgait identify writes it");
  }
  const found = overlaySchema.safeParse(parsed(text, path));
  if (found.success) return found.data;
  throw new UserError(`${path}: ${describeIssue(found.error.issues[0]!, parsed(text, path))}`);
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`${path}: is no JSON; expected an overlay, as flowgait identify writes it`);
  }
}
