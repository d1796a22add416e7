/** Boxes that drop onto each other, with too little memory for the contacts of all: MuJoCo refuses the step in which the last ones land. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const BOXES = 6;
const boxes = Array.from({ length: BOXES }, (_, i) => {
  return `<body pos="0 0 ${0.15 + 0.22 * i}"><freejoint/><geom type="box" size="0.1 0.1 0.1"/></body>`;
});

/** @param memory for contacts, as MJCF writes it */
const scene = (memory: string) => `<mujoco model="pile">
  <option timestep="0.01"/>
  <size memory="${memory}"/>
  <worldbody><geom name="floor" type="plane" size="20 20 0.1"/>${boxes.join("")}
    <body pos="0 5 1"><joint name="hinge" axis="0 1 0"/><geom type="capsule" fromto="0 0 0 0 0 0.3" size="0.03"/></body>
  </worldbody>
  <actuator><motor name="motor" joint="hinge"/></actuator>
</mujoco>`;

/** A share of the episodes begins far above the floor. */
const task = (high: number) => `import { defineTask, direct } from "flowgait";
export default defineTask({
  name: "Pile",
  scene: "./pile.xml",
  timing: { controlHz: 50, physicsHz: 100, episodeSeconds: 0.4 },
  action: direct(),
  reset: ({ sim, rng }) => {
    if (rng.uniform(0, 1) < ${high}) for (let i = 0; i < ${BOXES}; i++) sim.qpos[7 * i + 2] += 50;
  },
  observe: { height: { of: (s) => s.sim.qpos[2] }, fall: { of: (s) => s.sim.qvel[2] } },
  reward: { still: { weight: 1, of: (s) => Math.abs(s.action[0]) } },
});
`;

/** Call at a file's top. @returns the paths of the scene and of a task whose episodes begin high to a share, in a folder that is removed after the tests */
export function pile(
  high: number,
  memory = "56K",
): { readonly folder: string; readonly scene: string; readonly task: string } {
  const folder = mkdtempSync(join(tmpdir(), "flowgait-pile-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const paths = { folder, scene: join(folder, "pile.xml"), task: join(folder, "task.ts") };
  writeFileSync(paths.scene, scene(memory));
  writeFileSync(paths.task, task(high));
  return paths;
}
