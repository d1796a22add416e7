import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

interface PushModule {
  readonly usualPush: object;
  readPush(kept: unknown): object;
  pushFrom(side: string, draw: number): { readonly side: string; readonly angle: number };
}

// The page's own module, which Node's compilation does not cover.
const source = fileURLToPath(new URL("../../../../viewer/src/page/push.ts", import.meta.url));
const { pushFrom, readPush, usualPush } = (await import(source)) as PushModule;
describe("a push", () => {
  it("throws the robot away from the side that it comes from", () => {
    expect(pushFrom("left", 0).angle).toBe(-Math.PI / 2);
    expect(pushFrom("right", 0).angle).toBe(Math.PI / 2);
    expect(pushFrom("back", 0).angle).toBe(0);
    expect(pushFrom("front", 0).angle).toBe(Math.PI);
  });

  it("from any side comes from each of the four", () => {
    const sides = [0, 0.25, 0.5, 0.75, 0.999].map((draw) => pushFrom("any", draw).side);
    expect(new Set(sides)).toEqual(new Set(["left", "right", "front", "back"]));
  });

  it("is the usual one where what was kept cannot be used", () => {
    for (const kept of [undefined, null, 3, {}, { speed: 9, side: "above" }, { speed: Number.NaN }])
      expect(readPush(kept)).toEqual(usualPush);
    expect(readPush({ speed: 2.5, side: "left" })).toEqual({ speed: 2.5, side: "left" });
  });
});
