/** What a self-contained page carries beside its program: plain JSON. */
import type { TaskSettings } from "../../config/task-setting-text.ts";
import type { PlayedContract } from "./played-robot.ts";

/** Everything that the page's program is given. */
export interface PagePayload {
  readonly task: string;
  /** Script of a user's own task (`pageScript`); null for one that ships. */
  readonly taskScript: string | null;
  /** The task's lesson whose action mapping the controller has; "" for none. */
  readonly lesson: string;
  /** What the run's settings changed of the task. */
  readonly settings: TaskSettings;
  /** Path of the scene among `files`. */
  readonly scene: string;
  readonly run: string;
  readonly contract: PlayedContract;
  /** The ONNX controller, base64. */
  readonly controller: string;
  /** Files of the scene by absolute path in the page, base64. */
  readonly files: Readonly<Record<string, string>>;
  readonly seed: number;
  /** [lowest, highest] of each command; empty without one. */
  readonly commandRanges: readonly (readonly [number, number])[];
}

/** Id of the element that holds the payload. */
export const PAYLOAD_ID = "flowgait-controller";
