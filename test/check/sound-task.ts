/** A user's task of a small robot, with nothing wrong with it, as a file; faults are planted by changing parts of it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratchFolder } from "../train/scratch-folder.ts";

/** A sled that slides and turns, with a pole on it that a spring keeps upright until the sled jerks. */
const SLED = `<mujoco model="sled">
  <compiler angle="radian"/>
  <option timestep="0.005"/>
  <worldbody>
    <geom name="floor" type="plane" size="20 20 0.1" pos="0 0 -0.2" contype="0" conaffinity="0"/>
    <body name="sled">
      <joint name="x" type="slide" axis="1 0 0" damping="4"/>
      <joint name="y" type="slide" axis="0 1 0" damping="4"/>
      <joint name="yaw" type="hinge" axis="0 0 1" damping="1"/>
      <geom type="box" size="0.2 0.15 0.05" mass="4" contype="0" conaffinity="0"/>
      <body name="pole" pos="0 0 0.05">
        <joint name="pole" type="hinge" axis="0 1 0" stiffness="1.8" damping="0.1" range="-1.5 1.5" limited="true"/>
        <geom type="capsule" fromto="0 0 0 0 0 0.5" size="0.02" mass="0.5" contype="0" conaffinity="0"/>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor name="forward" joint="x" gear="40" ctrlrange="-1 1"/>
    <motor name="left" joint="y" gear="40" ctrlrange="-1 1"/>
    <motor name="turn" joint="yaw" gear="4" ctrlrange="-1 1"/>
  </actuator>
</mujoco>
`;

/** Parts of the task, as source text. */
export interface Parts {
  readonly observe: string;
  readonly reward: string;
  readonly terminate: string;
  readonly timing: string;
  readonly action: string;
  /** Whatever else defineTask takes */
  readonly more: string;
}

/** Nothing is wrong with these. */
export const SOUND: Parts = {
  timing: "controlHz: 50, physicsHz: 200, episodeSeconds: 10",
  action: 'direct({ squash: "tanh", scale: 0.5 })',
  observe: `
    linVel: { of: (s) => s.robot.linVel(), unit: "m/s" },
    yawRate: { of: (s) => s.robot.yawRate(), unit: "rad/s" },
    pole: { of: (s) => s.robot.pole(), unit: "rad" },
    poleSpeed: { of: (s) => s.robot.poleSpeed(), unit: "rad/s" },
    command: { of: (s) => s.command },`,
  reward: `
    trackLinVel: { weight: 1, of: (s) => kernel(distSq(s.command, s.robot.linVel(), 2), 0.25) },
    trackYawRate: { weight: 0.5, of: (s) => kernel((s.command[2] - s.robot.yawRate()) ** 2, 0.25) },
    alive: { weight: 0.1, of: () => 1 },
    effort: { weight: -0.01, of: (s) => normSq(s.action) },
    fall: { weight: -1, of: (s) => (s.terminated ? 1 : 0) },`,
  terminate: "fell: (s) => Math.abs(s.robot.pole()) > 0.6",
  more: "",
};

let files = 0;

/** Writes the task with some of its parts exchanged. @returns the path of its file */
export function writeTask(changed: Partial<Parts> = {}): string {
  const { timing, action, observe, reward, terminate, more } = { ...SOUND, ...changed };
  const folder = join(scratchFolder(), `task-${files++}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "sled.xml"), SLED);
  const text = `import { defineTask, direct, distSq, friction, kernel, kicks, masses, normSq, readings, twistCommand } from "flowgait";
export default defineTask({
  name: "Sled",
  scene: "./sled.xml",
  timing: { ${timing} },
  robot: readings((sim) => {
    const at = (name) => sim.joint(name).dofAddress;
    const [x, y, yaw, pole] = ["x", "y", "yaw", "pole"].map(at);
    return {
      linVel: () => [sim.qvel[x], sim.qvel[y]],
      yawRate: () => sim.qvel[yaw],
      pole: () => sim.qpos[pole],
      poleSpeed: () => sim.qvel[pole],
    };
  }),
  action: ${action},
  command: twistCommand({ vx: 1.5, vy: 1, yawRate: 2, resampleSeconds: [1, 3], zeroProbability: 0.1 }),
  events: { kick: kicks({ joint: "x", everySeconds: [1, 3], speed: [0.05, 0.3] }) },
  randomise: { masses: masses([0.9, 1.1]) },
  observe: {${observe}
  },
  reward: {${reward}
  },
  terminate: { ${terminate} },
  measured: (s) => [...s.robot.linVel(), s.robot.yawRate()],
  ${more}
});
`;
  const file = join(folder, "sled.ts");
  writeFileSync(file, text);
  return file;
}
