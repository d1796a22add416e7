import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

type Axes = { readonly forward: number; readonly left: number; readonly turn: number };
type Binding = { readonly axis: number; readonly rest: number; readonly sign: 1 | -1 } | null;
type Layout = { readonly forward: Binding; readonly left: Binding; readonly turn: Binding };
interface Sticks {
  read(axes: readonly (number | undefined)[]): Axes;
}
interface Mapping {
  readonly step: string;
  readonly isMoved: boolean;
  look(axes: readonly (number | undefined)[], nowMs: number): Layout | null;
  skip(): void;
}

// The page's own modules, which Node's compilation does not cover.
const source = (name: string) => fileURLToPath(new URL(`../../../../viewer/src/steering/${name}.ts`, import.meta.url));
const { PadSticks, STANDARD_LAYOUT } = (await import(source("pad-layout"))) as {
  PadSticks: new (layout: Layout) => Sticks;
  STANDARD_LAYOUT: Layout;
};
const { PadMapping } = (await import(source("pad-mapping"))) as { PadMapping: new () => Mapping };

const still: Axes = { forward: 0, left: 0, turn: 0 };
const standard = () => new PadSticks(STANDARD_LAYOUT);

describe("a pad's sticks", () => {
  it("reach both ends of their range", () => {
    const sticks = standard();
    expect(sticks.read([0, 0, 0])).toEqual(still);
    expect(sticks.read([0, -1, 1])).toEqual({ forward: 1, left: 0, turn: -1 });
    expect(sticks.read([1, 0, -1])).toEqual({ forward: 0, left: -1, turn: 1 });
  });

  it("that drift when they are connected ask for nothing where they rest, whoever moved them before", () => {
    const sticks = standard();
    expect(sticks.read([0, 0.3, -0.4])).toEqual(still);
    expect(sticks.read([0, -1, 1])).toEqual({ forward: 1, left: 0, turn: -1 });
    expect(sticks.read([0, 1, -1])).toEqual({ forward: -1, left: 0, turn: 1 });
    expect(sticks.read([0, 0.3, -0.4])).toEqual(still);
    expect(sticks.read([0, 0, 0])).toEqual(still);
  });

  it("that are held when they are connected ask for nothing until they were let go", () => {
    const sticks = standard();
    expect(sticks.read([0, -1, 0])).toEqual(still);
    expect(sticks.read([0, -0.6, 0])).toEqual(still);
    expect(sticks.read([0, 0, 0])).toEqual(still);
    expect(sticks.read([0, -1, 0]).forward).toBe(1);
  });

  it("that a trigger stands for ask for nothing before its first report, at rest, or where the pad leaves it out", () => {
    const turn = { axis: 5, rest: -1, sign: 1 } as const;
    const sticks = new PadSticks({ forward: null, left: null, turn });
    const asked = [0, -1, 0, 1, undefined].map((value) => sticks.read([0, 0, 0, 0, 0, value]).turn);
    expect(asked[0]).toBe(0);
    expect(asked[1]).toBe(0);
    expect(asked[2]).toBeCloseTo((0.5 - 0.12) / 0.88, 10);
    expect(asked.slice(3)).toEqual([1, 0]);
  });
});

/** Lets a mapping see readings, each for so long, ms. */
function show(mapping: Mapping, readings: readonly (readonly [(number | undefined)[], number])[], fromMs = 0) {
  let [nowMs, layout] = [fromMs, null as Layout | null];
  for (const [axes, ms] of readings)
    for (const end = nowMs + ms; nowMs < end && layout === null; nowMs += 16) layout = mapping.look(axes, nowMs);
  return { nowMs, layout };
}

/** A joystick: x, y, a trigger, twist, a trigger, a hat. */
const rest = [0.02, 0, -1, 0, -1, 3.28];
const moved = (axis: number, value: number) => rest.map((before, n) => (n === axis ? value : before));

describe("mapping a pad", () => {
  it("binds the axis that goes and returns, with its rest and its direction", () => {
    const mapping = new PadMapping();
    const push = (axis: number, value: number) => [[moved(axis, value), 200] as const, [rest, 800] as const];
    const { layout } = show(mapping, [
      [rest, 600],
      ...push(1, -0.9),
      [moved(5, -1), 200], // the hat is no stick
      [rest, 300],
      ...push(0, -1),
      ...push(3, 0.8),
    ] as [number[], number][]);
    expect(layout).toEqual({
      forward: { axis: 1, rest: 0, sign: -1 },
      left: { axis: 0, rest: 0.02, sign: -1 },
      turn: { axis: 3, rest: 0, sign: 1 },
    });
  });

  it("does not take a trigger that jumps with its first report for the stick that was pushed", () => {
    const mapping = new PadMapping();
    const pushed = [0, -0.8, -1, 0, -1, 3.28];
    show(mapping, [
      [[0, 0, 0, 0, 0, 0], 600],
      [pushed, 200],
      [rest, 800],
    ]);
    mapping.skip();
    const first = show(mapping, [[rest, 600]], 5000);
    mapping.skip();
    const { layout } = show(mapping, [[rest, 600]], first.nowMs);
    expect(layout).toEqual({ forward: { axis: 1, rest: 0, sign: -1 }, left: null, turn: null });
  });

  it("asks anew when a stick was held while it was taken for at rest", () => {
    const mapping = new PadMapping();
    const held = moved(1, -1);
    const { nowMs } = show(mapping, [
      [held, 600], // held: taken for its rest
      [rest, 200],
      [held, 200], // pushed again: has "returned"
    ]);
    const { layout } = show(mapping, [[rest, 700]], nowMs);
    expect([layout, mapping.step]).toEqual([null, "forward"]);
  });
});
