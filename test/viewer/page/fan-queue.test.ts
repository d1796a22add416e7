import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { FanFrame } from "../../../src/stream/protocol.ts";

interface FanQueue {
  add(fan: FanFrame): void;
  at(step: number, isCut: boolean): FanFrame | null;
}

// The page's own module, which Node's compilation does not cover.
const source = fileURLToPath(new URL("../../../../viewer/src/page/fan-queue.ts", import.meta.url));
const { FanQueue } = (await import(source)) as { FanQueue: new () => FanQueue };
const none = new Float32Array(0);

function fan(step: number): FanFrame {
  return {
    scene: 1,
    step,
    size: 1,
    flowSteps: 0,
    samples: none,
    paths: none,
    ghostKind: null,
    bodies: 1,
    ghosts: none,
  };
}

function queueOf(...steps: number[]): FanQueue {
  const queue = new FanQueue();
  for (const step of steps) queue.add(fan(step));
  return queue;
}

describe("sampled actions", () => {
  it("wait until the state that they belong to is on screen", () => {
    const queue = queueOf(10, 20, 30);
    expect(queue.at(9, false)).toBeNull();
    expect(queue.at(19, false)?.step).toBe(10);
    expect(queue.at(31, false)?.step).toBe(30);
  });

  it("of a robot that has been reset since are not shown, nor are those of the reset robot before it is", () => {
    const queue = queueOf(10, 21);
    expect(queue.at(15, false)?.step).toBe(10);
    expect(queue.at(20, true)).toBeNull();
    expect(queue.at(20, false)).toBeNull();
    expect(queue.at(21, false)?.step).toBe(21);
  });

  it("that were sampled in a future which is gone are dropped", () => {
    const queue = queueOf(10, 20, 5);
    expect(queue.at(30, false)?.step).toBe(5);
  });
});
