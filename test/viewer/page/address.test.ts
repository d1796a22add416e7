import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

interface Address {
  readonly isStart: boolean;
  readonly channel: string | null;
  readonly robot: string | null;
}

// The page's own module, which Node's compilation does not cover.
const source = fileURLToPath(new URL("../../../../viewer/src/page/place.ts", import.meta.url));
const { readAddress } = (await import(source)) as { readAddress(hash: string): Address };
describe("an address", () => {
  it("without a screen is the start screen", () => {
    for (const hash of ["", "#", "#elsewhere", "#drives"])
      expect(readAddress(hash)).toEqual({ isStart: true, channel: null, robot: null });
  });

  it("names a screen, and the robot that is driven", () => {
    expect(readAddress("#training")).toEqual({ isStart: false, channel: "training", robot: null });
    expect(readAddress("#drive")).toEqual({ isStart: false, channel: "drive", robot: null });
    expect(readAddress("#drive/Go1JoystickFlatTerrain").robot).toBe("Go1JoystickFlatTerrain");
    expect(readAddress("#drive/..%2Fmy-task.ts").robot).toBe("../my-task.ts");
    expect(readAddress("#drive/%").robot).toBeNull();
  });
});
