/** What people read when a function of their own task throws. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DriveThread } from "../../../src/drive/drive-thread.ts";
import { Environment, loadUserTask } from "../../../src/tasks/index.ts";
import { asUserFault } from "../../../src/tasks/own/user-fault.ts";
import { runCli, TINY } from "../../cli/cli-process.ts";
import { scratchFolder } from "../../train/scratch-folder.ts";

const SCENE = `<mujoco><worldbody><body><joint name="hinge" axis="0 1 0"/><geom size="0.1"/></body></worldbody>
<actuator><motor joint="hinge"/></actuator></mujoco>`;

/** Types of several lines, so that lines of the file and of the script that runs differ. */
const COST = `interface Measured {
  readonly value: number;
}

export function cost(measured?: Measured): number {
  return measured!.value ** 2;
}
`;

/** A folder with a task. @param reset, reward its functions */
function taskWith({ reset = "() => {}", reward = "() => 1" }): { folder: string; file: string } {
  const folder = scratchFolder();
  const file = join(folder, "my-task.ts");
  writeFileSync(join(folder, "scene.xml"), SCENE);
  writeFileSync(join(folder, "cost.ts"), COST);
  const imports = [
    'defineTask, direct, readings } from "flowgait',
    'isMainThread } from "node:worker_threads',
    'cost } from "./cost.ts',
  ];
  const lines = [
    ...imports.map((what) => `import { ${what}";`),
    "interface Robot {",
    "  place(angle: number): void;",
    "}",
    "export default defineTask({",
    '  name: "Faulty", scene: "./scene.xml", timing: { controlHz: 50, physicsHz: 500, episodeSeconds: 1 },',
    "  robot: readings((sim): Robot => ({ place: (angle) => void (sim.qpos[0] = angle) })),",
    '  action: direct({ squash: "tanh" }),',
    `  reset: ${reset},`,
    "  observe: { angle: { of: (s) => s.sim.qpos[0] } },",
    `  reward: { up: { weight: 1, of: ${reward} } },`,
    "  extra: isMainThread ? cost : cost,",
    "});",
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  return { folder, file };
}

const PLASE = "({ robot }) => robot.plase(0)";
const PLASE_IN_THREADS = "({ robot }) => (isMainThread ? robot.place(0) : robot.plase(0))";

describe("an exception in a user's task", () => {
  it.each([
    ["of the main thread", "eval zero --task ./my-task.ts --episodes 2", PLASE, "my-task.ts:11:31"],
    [
      "of a training's threads",
      `train ./my-task.ts --steps 512 ${TINY.join(" ")}`,
      PLASE_IN_THREADS,
      "my-task.ts:11:64",
    ],
  ])("%s is reported with the user's file, line, column and function", async (_, command, reset, place) => {
    const { code, stderr } = await runCli(command.split(" "), taskWith({ reset }).folder);
    expect(stderr.trim().split("\n").at(-1)).toBe(`flowgait: ${place} in reset: robot.plase is not a function`);
    expect(stderr).not.toContain("internal error");
    expect(code).toBe(1);
  });

  it("of a driven simulation too", async () => {
    const { file } = taskWith({ reset: PLASE_IN_THREADS });
    const policy = { key: "zero", data: { kind: "zero" }, noise: "zero" } as const;
    const setup = { task: file, seed: 1, policy, disturbances: true, command: null };
    const drive = DriveThread.create({ setup }, { report: () => {}, lost: () => {} });
    await expect(drive).rejects.toThrow(/my-task\.ts:11:64 in reset: robot\.plase is not a function$/);
  });

  it("in a file that the task imports is found in that file", async () => {
    const { file, folder } = taskWith({ reward: "() => cost()" });
    const task = await loadUserTask(file);
    const fault = await Environment.create(task).catch(asUserFault);
    expect(fault).toMatchObject({ name: "UserError", exitCode: 1 });
    expect(String(fault)).toContain(`${join(folder, "cost.ts")}:6:20 in cost: Cannot read properties of undefined`);
  });

  it("is none of the user's where no function of the task was at work", () => {
    const error = new TypeError("of our own");
    expect(asUserFault(error)).toBe(error);
  });
});
