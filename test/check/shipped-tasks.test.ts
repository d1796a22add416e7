import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkTask } from "../../src/check/check-task.ts";
import { knownReports } from "../../src/check/known-reports.ts";
import { quickCheck } from "../../src/check/quick-check.ts";
import { FULL, QUICK } from "../../src/check/sizes.ts";
import { packageRoot } from "../../src/files/package-root.ts";
import { createEngine } from "../../src/graph/index.ts";
import { registry } from "../../src/tasks/index.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";

const engine = createEngine("ort");
afterAll(() => engine.dispose());

async function checked(task: string, sizes: typeof FULL) {
  return checkTask({ config: resolveTrainConfig({ task }), sizes: { ...sizes, seed: 1 }, engine });
}

describe("the reward doctor on tasks that ship", () => {
  it.each(["CartpoleSwingup", "PointMass", "GridWorldTwoWalls", "SpotJoystickGaitTracking"])(
    "reports nothing of %s but what is known",
    async (task) => {
      const { checks } = await checked(task, FULL);
      expect(checks.filter(({ verdict }) => verdict === "warn" || verdict === "fail")).toEqual([]);
      const known = checks.filter(({ found }) => found.includes("Known: ")).map(({ name }) => name);
      expect(known.sort()).toEqual(
        knownReports()
          .filter((one) => one.task === task)
          .map((one) => one.check)
          .sort(),
      );
    },
  );

  it.each(["Go1JoystickFlatTerrain", "HumanoidJoystick", "PandaPickCube"])(
    "reports nothing of %s in the moment before a training",
    async (task) => {
      const { checks, behaviours } = await checked(task, QUICK);
      expect(checks.filter(({ verdict }) => verdict === "warn" || verdict === "fail")).toEqual([]);
      expect(behaviours.map(({ value }) => value)).toEqual(
        behaviours.map(({ value }) => value).toSorted((a, b) => b - a),
      );
    },
  );

  it("says nothing before a training where nothing is off", async () => {
    expect(await quickCheck(resolveTrainConfig({ task: "PointMass" }), "flowgait check PointMass")).toBe("");
  });

  it("gives the same report twice", async () => {
    expect(await checked("CartpoleBalance", QUICK)).toEqual(await checked("CartpoleBalance", QUICK));
  });

  it("explains every known report in the documentation, of tasks that there are", () => {
    const text = readFileSync(join(packageRoot, "docs", "check.md"), "utf8");
    const names = registry.list().map(({ name }) => name);
    for (const { task, check, why } of knownReports()) {
      expect(names).toContain(task);
      expect(text).toContain(`| ${task} | ${check} | ${why} |`);
    }
  });
});
