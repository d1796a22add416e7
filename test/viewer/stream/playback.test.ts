import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { POSE_FLAG, type PoseFrame } from "../../../src/stream/protocol.ts";

interface ShownPose {
  readonly poses: Float32Array;
  isCut: boolean;
}
interface Playback {
  readonly shown: ReadonlyMap<number, ShownPose>;
  push(frame: PoseFrame, nowMs: number): void;
  sample(nowMs: number): boolean;
  clear(): void;
}

// The page's own module, which Node's compilation does not cover.
const source = fileURLToPath(new URL("../../../../viewer/src/stream/playback.ts", import.meta.url));
const { Playback } = (await import(source)) as { Playback: new () => Playback };

/** One environment with one body at `x`, turned by `angle` about z. */
function frame(sequence: number, dueMs: number, x: number, angle = 0, flags = 0): PoseFrame {
  const poses = Float32Array.of(x, 0, 1, Math.cos(angle / 2), 0, 0, Math.sin(angle / 2));
  const zeros = new Float32Array(3);
  const environments = [{ environment: 3, flags, command: zeros, twist: zeros, poses }];
  return { scene: 1, sequence, time: dueMs / 1000, dueMs, speed: 1, bodies: 1, environments };
}

/** Frames each 40 ms with x = sequence, shown every 10 ms; arrivals are late by `latenessMs(sequence)`. */
function run(latenessMs: (sequence: number) => number, flags: (sequence: number) => number = () => 0): number[] {
  const playback = new Playback();
  const arrivals = Array.from({ length: 60 }, (_, k) => ({ at: 1000 + 40 * k + latenessMs(k), sequence: k }));
  arrivals.sort((a, b) => a.at - b.at);
  const xs: number[] = [];
  for (let now = 1000; now < 3200; now += 10) {
    while (arrivals.length > 0 && arrivals[0].at <= now) {
      const { sequence } = arrivals.shift()!;
      playback.push(frame(sequence, 40 * sequence, sequence, 0, flags(sequence)), now);
    }
    if (playback.sample(now)) xs.push(playback.shown.get(3)!.poses[0]);
  }
  return xs;
}

function largestStep(xs: readonly number[]): number {
  return Math.max(...xs.slice(1).map((x, k) => x - xs[k]));
}

describe("page playback", () => {
  it("moves evenly between frames that arrive evenly", () => {
    const xs = run(() => 5).slice(20);
    expect(largestStep(xs)).toBeLessThan(0.3); // 10 ms of 40 ms is 0.25
    expect(Math.min(...xs.slice(1).map((x, k) => x - xs[k]))).toBeGreaterThan(0.15);
  });

  it("moves evenly though frames arrive late by chance", () => {
    const xs = run((k) => (k * 7919) % 60).slice(80);
    expect(largestStep(xs)).toBeLessThan(0.32);
    for (let k = 1; k < xs.length; k++) expect(xs[k]).toBeGreaterThanOrEqual(xs[k - 1]);
  });

  it("moves evenly though frames arrive in groups, ahead of their time", () => {
    // five at a time, when the first is due, by a timer that is late by chance
    const xs = run((k) => ((7919 * Math.floor(k / 5)) % 15) - 40 * (k % 5)).slice(80);
    expect(largestStep(xs)).toBeLessThan(0.32);
    for (let k = 1; k < xs.length; k++) expect(xs[k] - xs[k - 1]).toBeGreaterThan(0.15);
  });

  it("never shows a place between the end of an episode and the next one's start", () => {
    const xs = run(
      () => 5,
      (k) => (k === 30 ? POSE_FLAG.cut : 0),
    );
    expect(xs.some((x) => x > 29 && x < 30)).toBe(false);
    expect(xs.some((x) => x > 28 && x < 29)).toBe(true);
  });

  it("turns along the shorter way and keeps quaternions of length one", () => {
    const playback = new Playback();
    playback.push(frame(0, 0, 0, 3), 100);
    playback.push(frame(1, 40, 0, 3.4), 140); // 3.4 rad is stored with w < 0
    const angles: number[] = [];
    for (let now = 140; now < 400; now += 4) {
      playback.sample(now);
      const [, , , w, x, y, z] = playback.shown.get(3)!.poses;
      expect(Math.hypot(w, x, y, z)).toBeCloseTo(1, 5);
      angles.push(2 * Math.atan2(z, w));
    }
    for (const angle of angles) expect(Math.abs(Math.cos(angle))).toBeGreaterThan(Math.cos(3) * -1 - 0.05);
  });

  it("has nothing to show before the first frame and after it is cleared", () => {
    const playback = new Playback();
    expect(playback.sample(0)).toBe(false);
    playback.push(frame(0, 0, 1), 0);
    expect(playback.sample(10)).toBe(true);
    playback.clear();
    expect(playback.sample(20)).toBe(false);
    expect(playback.shown.size).toBe(0);
  });
});
