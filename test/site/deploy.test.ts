/** The control loop of docs/deploy.md, as readers copy it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fencesOf } from "../../site/markdown.ts";
import { controllerC } from "../../src/export/c/c-controller.ts";
import { controllerFunction } from "../../src/export/controller-function.ts";
import { packageRoot } from "../../src/files/package-root.ts";
import { createReferenceEngine } from "../../src/graph/index.ts";
import { describeTask, Environment, registry } from "../../src/tasks/index.ts";
import { compilerPath } from "../export/compiler.ts";
import { origin, policyFor } from "../export/sample-policy.ts";

const STEPS = 30;
const COMMAND = [0.5, 0.1, 0.3];
const page = readFileSync(join(packageRoot, "docs", "deploy.md"), "utf8");
const loop = fencesOf(page).find(({ language }) => language === "c")!.text;
const folder = mkdtempSync(join(tmpdir(), "flowgait-deploy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A robot that reads the clock's first angle and then its sensors from standard input, and writes its targets to standard output. */
const ROBOT = `
#include "loop.c"
#include <stdio.h>
bool read_robot(struct readings *r) {
  static bool known = false;
  if (!known && scanf("%lf", &clock_angle) != 1) return false;
  known = true;
  r->age = 0;
  float *places[] = {r->lin_vel, r->gyro, r->orientation, r->position, r->velocity};
  const int sizes[] = {3, 3, 4, JOINTS, JOINTS};
  for (int k = 0; k < 5; k++)
    for (int i = 0; i < sizes[k]; i++) if (scanf("%f", places[k] + i) != 1) return false;
  return true;
}
void read_command(float command[3]) { command[0] = ${COMMAND[0]}f; command[1] = ${COMMAND[1]}f; command[2] = ${COMMAND[2]}f; }
void send_targets(const float target[JOINTS]) { for (int i = 0; i < JOINTS; i++) printf("%.6f ", target[i]); printf("\\n"); }
void release_robot(void) { printf("released"); }
`;

/** What a robot measures in some steps, and the targets that the task gives in them. */
async function walked() {
  const env = await Environment.create(registry.get("HumanoidJoystick"), {
    noise: false,
    events: false,
    randomise: false,
  });
  try {
    const task = describeTask(env);
    const policy = policyFor(task);
    const controller = await createReferenceEngine().compile(controllerFunction(policy, task));
    const obs = new Float32Array(env.obsSize);
    env.start(3, 0);
    env.holdCommand(COMMAND);
    env.reset(3, 0);
    env.writeObservation(obs, 0);
    const input: number[] = [Math.atan2(obs[14]!, obs[12]!)];
    const targets: number[][] = [];
    for (let step = 0; step < STEPS; step++) {
      env.writeObservation(obs, 0);
      const position = task.action.offset.map((home, i) => obs[16 + i]! + home);
      input.push(...obs.subarray(0, 6), ...env.sim.qpos.subarray(3, 7), ...position);
      input.push(...obs.subarray(37, 58).map((value) => value / 0.1));
      const { actions } = await controller.run({ obs });
      env.step(3, 0, actions!, 0);
      targets.push([...env.sim.ctrl]);
    }
    const nothing = { rows: 0, obs: new Float32Array(0), noise: null, output: new Float32Array(0) };
    return { input, targets, files: controllerC(policy, task, origin, {}, nothing) };
  } finally {
    env.delete();
  }
}

describe("the control loop of the deployment page", () => {
  it("gives the targets that the task gives, and lets go of a robot that no longer answers", async () => {
    const { input, targets, files } = await walked();
    const written = {
      "loop.c": loop,
      "robot.c": ROBOT,
      [`${files.name}.h`]: files.header,
      [`${files.name}.c`]: files.source,
    };
    for (const [name, text] of Object.entries(written)) writeFileSync(join(folder, name), text);
    const [compiler, ...flags] = compilerPath().split(" ");
    const sources = ["robot.c", `${files.name}.c`];
    const strict = ["-std=gnu99", "-Wall", "-Wextra", "-Werror", "-O0"];
    execFileSync(compiler!, [...flags, ...strict, ...sources, "-lm", "-o", "walk"], { cwd: folder });
    let printed = "";
    try {
      execFileSync(join(folder, "walk"), { input: input.join(" "), encoding: "utf8" });
    } catch (error) {
      printed = (error as { stdout: string }).stdout;
    }
    const lines = printed.trim().split("\n");
    expect(lines.pop()).toBe("released");
    expect(lines).toHaveLength(STEPS);
    lines.forEach((line, step) => {
      line
        .trim()
        .split(" ")
        .forEach((target, joint) => {
          expect(Number(target), `step ${step}, joint ${joint}`).toBeCloseTo(targets[step]![joint]!, 3);
        });
    });
  });
});
