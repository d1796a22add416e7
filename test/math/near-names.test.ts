import { describe, expect, it } from "vitest";
import { nearest, nearNames, suggestion } from "../../src/math/near-names.ts";

describe("near names", () => {
  it("puts the name with the fewest edits first", () => {
    expect(nearNames("left_kne", ["right_knee", "left_knee", "waist"])).toEqual(["left_knee", "right_knee"]);
  });

  it("finds names that contain the wanted one, whatever their letter case", () => {
    expect(nearNames("cheetah", ["HumanoidJoystick", "CheetahRun"])).toEqual(["CheetahRun"]);
  });

  it("lists a short choice when nothing is near and nothing when there is no choice", () => {
    expect(suggestion("xyz", ["home"])).toBe("; there are: home");
    expect(suggestion("xyz", [])).toBe("");
    expect(nearest("xyz", ["home"])).toBe("");
    expect(nearest("hme", ["home", "raised"])).toBe("; nearest: home");
  });
});
