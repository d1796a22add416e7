import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { controllerCards } from "../../src/catalogue/controller-cards.ts";
import { findPolicy } from "../../src/catalogue/policy-reference.ts";
import { listRobots } from "../../src/catalogue/robots.ts";
import { shippedController, shippedControllers } from "../../src/catalogue/shipped-controllers.ts";
import { PlayedRobot } from "../../src/export/page/played-robot.ts";
import { readController } from "../../src/export/read-controller.ts";
import { packageRoot } from "../../src/files/package-root.ts";
import { registry } from "../../src/tasks/index.ts";
import { callCli } from "../cli/cli-process.ts";

describe("controllers that ship", () => {
  it("are known by their names, with or without their folder and ending", () => {
    const [name] = shippedControllers();
    const file = join(packageRoot, "controllers", `${name}.onnx`);
    expect([name, `controllers/${name}`, `controllers/${name}.onnx`].map((it) => shippedController(it!))).toEqual([
      file,
      file,
      file,
    ]);
    expect(shippedController("nobody")).toBeNull();
  });

  it("say what made them, and are small", () => {
    const readme = readFileSync(join(packageRoot, "controllers", "README.md"), "utf8");
    for (const name of shippedControllers()) {
      expect(readme).toContain(`| [${name}](${name}.md)`);
      const file = readFileSync(shippedController(name)!);
      expect(file.length).toBeLessThan(1_000_000);
      expect(file.toString("latin1"), "the run's name or place below runs/").toMatch(/"run":"(runs\/)?[\w+-]+["/]/);
    }
  });

  const walks = (name: string) => registry.get(name).command !== undefined;

  it.each(shippedControllers())("%s fits its task as it is now", async (name) => {
    const found = await findPolicy(name);
    expect(found.task).toBe(name);
  });

  it.each(shippedControllers().filter(walks))("%s stands through an episode", async (name) => {
    const flags = ["--episodes", "1", "--command", "0,0,0", "--no-disturbances", "--json"];
    const { code, stdout } = await callCli("eval", name, ...flags);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ task: name, fallRate: 0 });
  });

  const succeeds = (name: string) => registry.get(name).goal?.success !== undefined;

  it.each(shippedControllers().filter(succeeds))("%s succeeds from seven of eight starts", async (name) => {
    const { code, stdout } = await callCli("eval", name, "--episodes", "8", "--seed", "3", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).successRate).toBeGreaterThanOrEqual(7 / 8);
  });

  const counted = controllerCards().filter(({ evaluation }) => evaluation.counters !== undefined);

  it.each(counted)("$name does most of what its card says", async ({ name, evaluation }) => {
    const { code, stdout } = await callCli("eval", name, "--episodes", "8", "--seed", "3", "--json");
    expect(code).toBe(0);
    const found = JSON.parse(stdout).counters;
    for (const [counter, value] of Object.entries(evaluation.counters!))
      expect(found[counter], counter).toBeGreaterThan(0.7 * value);
  });

  it("the humanoid keeps its feet when it is told to stop at full speed, and when it is pushed as it stands", async () => {
    const task = registry.get("HumanoidJoystick");
    const { bytes, contract } = readController(readFileSync(shippedController(task.name)!), task.name);
    for (const seed of [1, 2, 3, 4]) {
      const robot = await PlayedRobot.create(task, bytes, contract, seed);
      const hold = async (command: number[], steps: number) => {
        robot.command(command);
        for (let step = 0; step < steps; step++) await robot.step();
      };
      await hold([1, 0, 0], 200);
      expect(robot.env.sim.qvel[0] ** 2 + robot.env.sim.qvel[1] ** 2, "walks").toBeGreaterThan(0.25);
      await hold([0, 0, 0], 200);
      robot.push(0, 0.25);
      await hold([0, 0, 0], 150);
      expect(robot.falls, `seed ${seed}`).toBe(0);
      robot.delete();
    }
  });
});

describe("the cards of shipped controllers", () => {
  it("name the task that each file names", async () => {
    for (const { name, task } of controllerCards()) expect((await findPolicy(name)).task).toBe(task);
  });

  it("every task belongs to one robot, and none is listed without a task", () => {
    const listed = listRobots().flatMap(({ tasks }) => tasks);
    const names = registry.list().map(({ name }) => name);
    expect(listed.toSorted()).toEqual(names.toSorted());
    expect(listRobots().filter(({ tasks }) => tasks.length === 0)).toEqual([]);
  });
});
