/** What the compiler says about tasks: term names are inferred, so that a misspelt one does not compile. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-types-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A task as a user would write it, then statements one to a line; the compiler's complaints by line. */
const DECLARATION = `import { contactTimers, defineTask, direct, gaitPhase, kicks, legged, readings, withOverrides } from "${packageRoot}/dist/src/tasks/index.js";
const timing = { controlHz: 50, physicsHz: 100, episodeSeconds: 1 };
const cart = defineTask({ name: "Cart", scene: "scenes/cartpole.xml", timing, robot: readings((sim) => ({ speed: () => sim.qvel[0] })), action: direct(), track: { feet: contactTimers(["left"]) }, events: { kick: kicks({ joint: "root", everySeconds: [1, 2], speed: [0, 1] }) }, observe: { speed: { of: (s) => s.robot.speed() }, push: { of: (s) => s.kick.push } }, reward: { torque: { weight: 1, of: (s) => s.robot.speed() + s.feet.airTime[0] } }, terminate: { fast: (s) => s.robot.speed() > 1 } });
`;

function complaints(lines: readonly string[]): string[] {
  const file = join(folder, "fixture.ts");
  writeFileSync(file, `${DECLARATION}${lines.join("\n")}\nexport { cart, legged, gaitPhase, withOverrides };\n`);
  const flags = [
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--types",
    "node",
  ];
  flags.push("--typeRoots", join(packageRoot, "node_modules", "@types"), "--pretty", "false", "--ignoreConfig");
  const compiler = join(packageRoot, "node_modules", "typescript", "bin", "tsc");
  try {
    execFileSync(process.execPath, [compiler, ...flags, file], { encoding: "utf8", stdio: "pipe", cwd: folder });
    return [];
  } catch (error) {
    return String((error as { stdout: string }).stdout)
      .trim()
      .split("\n");
  }
}

describe("the types of a task", () => {
  it("accept its own names, with readings of robot, trackers and events inferred", () => {
    const robot = `legged({ root: "r", home: "h", imu: "i", gyro: "g", linVel: "v", feet: [], footVelocities: [], groups: { arms: (j) => j === "a" } })`;
    const walker = `defineTask({ name: "W", scene: "w.xml", timing, robot: ${robot}, action: direct(), track: { gait: gaitPhase({ hz: 1, offsets: [0], standBelow: 0, fadeSeconds: 1 }) }, reset: ({ robot, rng }) => robot.place(rng, { position: 0, yaw: 0, joints: 0, velocity: 0 }), observe: { gyro: { of: (s) => s.robot.gyro } }, critic: { phase: { of: (s) => s.gait.phase } }, reward: { arms: { weight: 1, of: (s) => s.robot.groups.arms[0] } } });`;
    expect(
      complaints(["withOverrides(cart, { reward: { torque: 0 }, noise: { speed: 0.1 }, episodeSeconds: 2 });", walker]),
    ).toEqual([]);
  });

  it("refuse names that the task does not have", () => {
    const found = complaints([
      "withOverrides(cart, { reward: { torqe: 0 } });",
      "withOverrides(cart, { noise: { sped: 0 } });",
      'defineTask({ name: "A", scene: "a.xml", timing, robot: readings((sim) => ({ height: () => sim.qpos[2] })), action: direct(), observe: { h: { of: (s) => s.robot.heigth() } }, reward: { h: { weight: 1, of: () => 1 } } });',
      'defineTask({ name: "B", scene: "b.xml", timing, action: direct(), observe: { h: { of: (s) => s.sim.qpos } }, reward: { h: { weight: 1, of: (s) => s.gait.amplitude } } });',
    ]);
    expect(found.map((line) => line.replace(/^.*fixture\.ts\((\d+),.*?: error TS\d+: /, "$1 "))).toEqual([
      expect.stringMatching(/^4 .*'torqe'/),
      expect.stringMatching(/^5 .*'sped'/),
      expect.stringMatching(/^6 .*'heigth'/),
      expect.stringMatching(/^7 .*'gait'/),
    ]);
  });
});
