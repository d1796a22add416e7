import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import type { PoseFrame } from "../../../src/stream/protocol.ts";

interface MotionHistory {
  add(frame: PoseFrame, followed: number): void;
  upTo(time: number): readonly { readonly time: number; readonly twist: readonly number[] }[];
}

// The page's own module, which Node's compilation does not cover.
const source = fileURLToPath(new URL("../../../../viewer/src/page/motion-history.ts", import.meta.url));
const { HISTORY_SECONDS, MotionHistory } = (await import(source)) as {
  HISTORY_SECONDS: number;
  MotionHistory: new () => MotionHistory;
};
const HZ = 50;

function frame(step: number, forward: number): PoseFrame {
  const pose = { environment: 3, flags: 0, poses: new Float32Array(7), command: Float32Array.of(1, 0, 0) };
  const environments = [{ ...pose, twist: Float32Array.of(forward, 0, 0) }];
  return { scene: 1, sequence: step, time: step / HZ, dueMs: 0, speed: 1, bodies: 1, environments };
}

it("every received step is in the history, as far as it is on screen and not older than the strip is long", () => {
  const history = new MotionHistory();
  for (let step = 0; step <= 20 * HZ; step++) history.add(frame(step, step), 3);
  const shown = history.upTo(19);
  expect(shown.length).toBe(HISTORY_SECONDS * HZ + 1);
  expect(shown.at(-1)!.twist[0]).toBe(19 * HZ);
  history.add(frame(15 * HZ, -1), 3);
  expect(history.upTo(20).at(-1)!.twist[0]).toBe(-1);
  history.add(frame(16 * HZ, -2), 0);
  expect(history.upTo(20).at(-1)!.twist[0]).toBe(-1);
});
