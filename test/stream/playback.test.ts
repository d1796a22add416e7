import { describe, expect, it } from "vitest";
import { BurstPlayer } from "../../src/stream/playback.ts";
import { POSE_FLAG, type PoseFrame } from "../../src/stream/protocol.ts";
import { sampleBurst } from "./sample-run.ts";

/** Polls every `everyMs` and returns what was shown. */
function play(
  player: BurstPlayer,
  fromMs: number,
  toMs: number,
  everyMs: number,
): { atMs: number; frame: PoseFrame }[] {
  const shown = [];
  for (let now = fromMs; now < toMs; now += everyMs) {
    const next = player.poll(now);
    if (next) shown.push({ atMs: now, frame: next.frame });
  }
  return shown;
}

describe("burst playback", () => {
  it("spreads a burst evenly until the next one is expected", () => {
    const player = new BurstPlayer(1);
    player.push(sampleBurst([0, 1], 0, 24, 2), 1000);
    const shown = play(player, 1000, 3200, 10);
    expect(shown).toHaveLength(24);
    expect(shown.map(({ frame }) => frame.sequence)).toEqual(Array.from({ length: 24 }, (_, k) => k));
    // 24 steps over 2 s and a margin of 6 %: one each 88.3 ms
    const gaps = shown.slice(1).map(({ frame }, k) => frame.dueMs - shown[k].frame.dueMs);
    for (const gap of gaps) expect(gap).toBeCloseTo((2000 * 1.06) / 24, 6);
    expect(player.speed).toBeCloseTo((24 * 20) / (2000 * 1.06), 6);
  });

  it("is never faster than real time", () => {
    const player = new BurstPlayer(1);
    player.push(sampleBurst([0], 0, 24, 0), 0);
    expect(player.speed).toBe(1);
    const shown = play(player, 0, 1000, 5);
    expect(shown[23].frame.dueMs - shown[0].frame.dueMs).toBeCloseTo(23 * 20, 6);
  });

  it("stands still at the end rather than crawl when the next burst is far away", () => {
    const player = new BurstPlayer(1);
    player.push(sampleBurst([0], 0, 24, 60), 0);
    expect(player.speed).toBeCloseTo(0.15, 6);
    expect(play(player, 0, 4000, 10)).toHaveLength(24);
  });

  it("learns the true interval when bursts come later than promised", () => {
    const player = new BurstPlayer(1);
    for (let k = 0; k < 8; k++) {
      player.push(sampleBurst([0], 24 * k, 24, 0.5), 2000 * k);
      play(player, 2000 * k, 2000 * (k + 1), 20);
    }
    const sustained = (24 * 20) / 2000;
    expect(player.speed).toBeGreaterThan(0.9 * sustained);
    expect(player.speed).toBeLessThan(1.1 * sustained);
  });

  it("keeps the time axis even when polled late, and passes the flags of skipped steps on", () => {
    const player = new BurstPlayer(1);
    const burst = sampleBurst([4, 5], 1, 10, 0);
    player.push(burst, 0);
    player.poll(0);
    burst.flags[2 * 2 + 1] = POSE_FLAG.cut | POSE_FLAG.terminated; // step 2, environment 5
    const late = player.poll(100)!.frame;
    expect(late.sequence).toBe(5);
    expect(late.dueMs).toBe(100);
    expect(late.environments.map(({ flags }) => flags)).toEqual([0, POSE_FLAG.cut | POSE_FLAG.terminated]);
  });

  it("cuts to an environment that was not shown before", () => {
    const player = new BurstPlayer(1);
    player.push(sampleBurst([1], 1, 2, 0), 0);
    player.push(sampleBurst([1, 2], 3, 2, 0), 1);
    const shown = play(player, 1, 200, 5);
    expect(shown.map(({ frame }) => frame.environments.map(({ flags }) => flags))).toEqual([[1], [0], [0, 1], [0, 0]]);
  });

  it("drops the oldest bursts rather than fall behind", () => {
    const player = new BurstPlayer(1);
    for (let k = 0; k < 10; k++) player.push(sampleBurst([0], 24 * k, 24, 0.1), k);
    const shown = play(player, 10, 5000, 10);
    expect(shown.length).toBeLessThanOrEqual(72);
    const last = shown.at(-1)!.frame.environments[0].poses;
    expect(last[7]).toBeCloseTo((0.5 * 239) / 50, 4);
  });

  it("hands out the reward terms of the step on screen", () => {
    const player = new BurstPlayer(1);
    const burst = sampleBurst([0, 9], 5, 3, 0);
    player.push(burst, 0);
    expect(Array.from(player.poll(0)!.terms.get(9)!)).toEqual(Array.from(burst.terms!.subarray(3, 6)));
  });

  it("refuses a burst with an array of the wrong size", () => {
    const burst = sampleBurst([0], 0, 4, 1);
    expect(() => new BurstPlayer(1).push({ ...burst, poses: burst.poses.subarray(7) }, 0)).toThrow(
      "burst: poses [steps, environments, bodies, 7] must have 112 values, got 105",
    );
  });
});
