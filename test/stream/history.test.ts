import { describe, expect, it } from "vitest";
import { History } from "../../src/stream/history.ts";
import { samplePoint } from "./sample-run.ts";

describe("history", () => {
  it("tells a late page everything and then only what is new", () => {
    const history = new History();
    for (let k = 1; k <= 5; k++) history.addPoint(samplePoint(k));
    const cursor = history.cursor();
    expect(history.takeMetrics(cursor)).toMatchObject({ restart: true, points: { length: 5 } });
    expect(history.takeMetrics(cursor)).toBeNull();
    history.addPoint(samplePoint(6));
    expect(history.takeMetrics(cursor)).toMatchObject({ restart: false, points: [{ iteration: 6 }] });
  });

  it("thins the curve to a bounded size, keeps both ends and tells each point once", () => {
    const history = new History();
    const seen: number[] = [];
    const live = history.cursor();
    for (let k = 1; k <= 20_000; k++) {
      history.addPoint(samplePoint(k));
      for (const { iteration } of history.takeMetrics(live)?.points ?? []) seen.push(iteration);
    }
    expect(seen).toHaveLength(20_000);
    const late = history.takeMetrics(history.cursor())!.points.map(({ iteration }) => iteration);
    expect(late.length).toBeLessThanOrEqual(2048);
    expect(late.length).toBeGreaterThan(1000);
    expect(late[0]).toBeLessThan(200);
    expect(late.at(-1)).toBe(20_000);
    expect(late).toEqual([...late].sort((a, b) => a - b));
  });

  it("starts again with another run", () => {
    const history = new History();
    history.addPoint(samplePoint(1));
    history.addEvent({ type: "event", kind: "checkpoint", steps: 1, message: "saved" });
    const cursor = history.cursor();
    history.takeMetrics(cursor);
    history.restart();
    expect(history.takeMetrics(cursor)).toEqual({ type: "metrics", restart: true, points: [], evaluations: [] });
    expect(history.takeEvents(cursor)).toEqual([]);
  });
});
