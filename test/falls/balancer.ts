/** A sled that balances a pole under a linear policy, and everything that may topple it, each as strong as a test wants. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NamedPolicy } from "../../src/drive/drive-orders.ts";
import { add, constant, graphFunction, input, matmul, mul, writeOnnx } from "../../src/graph/index.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

const SLED = `<mujoco model="balancer">
  <compiler angle="radian"/>
  <option timestep="0.01"/>
  <worldbody>
    <body name="sled">
      <joint name="x" type="slide" axis="1 0 0" damping="0.5"/>
      <joint name="y" type="slide" axis="0 1 0" damping="0.5"/>
      <joint name="yaw" type="hinge" axis="0 0 1" damping="0.5"/>
      <geom type="box" size="0.2 0.15 0.05" mass="4" contype="0" conaffinity="0"/>
      <body name="pole" pos="0 0 0.05">
        <joint name="pole" type="hinge" axis="0 1 0" damping="0.01"/>
        <geom type="capsule" fromto="0 0 0 0 0 0.5" size="0.02" mass="0.5" contype="0" conaffinity="0"/>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor name="forward" joint="x" gear="40" ctrlrange="-1 1" forcerange="-1 1"/>
    <motor name="left" joint="y" gear="40" ctrlrange="-1 1" forcerange="-1 1"/>
    <motor name="turn" joint="yaw" gear="4" ctrlrange="-1 1" forcerange="-1 1"/>
  </actuator>
</mujoco>
`;

/** How strong each cause is. */
export interface Strengths {
  /** m/s */
  readonly kick: number;
  /** rad of the pole's angle, uniform */
  readonly noise: number;
  /** Control steps */
  readonly delay: number;
  /** Factor of the motors */
  readonly motors: number;
  /** Factor of the pole's mass */
  readonly mass: number;
  /** kg on the sled */
  readonly payload: number;
  /** rad of the pole at the start */
  readonly start: number;
  /** Of the actions' normal noise */
  readonly actions: number;
}

/** Under these it stands. */
export const MILD: Strengths = {
  ...{ kick: 0.05, noise: 0.005, delay: 1, motors: 0.97, mass: 1.05, payload: 0.1, start: 0.02, actions: 0.02 },
};

/** Writes the task. @returns the path of its file */
export function writeBalancer({ kick, noise, delay, motors, mass, payload, start }: Strengths): string {
  const folder = scratchFolder();
  writeFileSync(join(folder, "balancer.xml"), SLED);
  const file = join(folder, "balancer.ts");
  writeFileSync(
    file,
    `import { defineTask, direct, kicks, masses, motorStrength, normSq, payload, readings, twistCommand } from "flowgait";
export default defineTask({
  name: "Balancer",
  scene: "./balancer.xml",
  timing: { controlHz: 50, physicsHz: 100, episodeSeconds: 10 },
  robot: readings((sim) => {
    const [x, y, yaw, pole] = ["x", "y", "yaw", "pole"].map((name) => sim.joint(name).dofAddress);
    return {
      linVel: () => [sim.qvel[x], sim.qvel[y]],
      yawRate: () => sim.qvel[yaw],
      pole: () => [sim.qpos[pole], sim.qvel[pole]],
      tip: (angle) => { sim.qpos[pole] = angle; },
    };
  }),
  action: direct({ squash: "none" }),
  command: twistCommand({ vx: 9, vy: 1, yawRate: 2, resampleSeconds: [1, 3], zeroProbability: 0.1 }),
  events: { kick: kicks({ joint: "x", everySeconds: [1, 2], speed: [${kick}, ${kick}] }) },
  randomise: {
    pole: masses([${mass}, ${mass}], /pole/),
    load: payload("sled", [${payload}, ${payload}]),
    motors: motorStrength([${motors}, ${motors}]),
  },
  reset: ({ robot, rng }) => robot.tip(rng.uniform() < 0.5 ? ${-start} : ${start}),
  observe: {
    linVel: { of: (s) => s.robot.linVel() },
    yawRate: { of: (s) => s.robot.yawRate() },
    pole: { of: (s) => s.robot.pole(), noise: [${noise}, 0.001], delay: ${delay} },
    command: { of: (s) => s.command },
  },
  reward: { calm: { weight: -1, of: (s) => normSq(s.action) } },
  terminate: { fell: (s) => Math.abs(s.robot.pole()[0]) > 0.8 },
  measured: (s) => [...s.robot.linVel(), s.robot.yawRate()],
});
`,
  );
  return file;
}

/** [observation, action] force to stand under the pole: ẍ = 19.1 θ + 3.44 θ̇ + 0.8 (v − command), poles at −4, −4 and −1.5 1/s. */
const WEIGHTS = [
  ...[0.092, 0, 0],
  ...[0, -0.5, 0],
  ...[0, 0, -0.5],
  ...[2.15, 0, 0],
  ...[0.387, 0, 0],
  ...[-0.092, 0, 0],
  ...[0, 0.5, 0],
  ...[0, 0, 0.5],
];

/** The policy that balances, with noise on its actions. */
export function balancingPolicy({ actions }: Strengths): NamedPolicy {
  const noise = mul(input("noise", [1, 3]), constant(Float32Array.of(actions), [1]));
  const steered = matmul(input("obs", [1, 8]), constant(Float32Array.from(WEIGHTS), [8, 3]));
  const bytes = writeOnnx(graphFunction("balance", { actions: add(steered, noise) }));
  return {
    key: "balance.onnx",
    noise: "random",
    data: {
      kind: "file",
      ...{ source: "balance.onnx", bytes, digest: `balance ${actions}`, input: "obs", obsSize: 8 },
      ...{ noise: { input: "noise", size: 3 }, output: "actions", actionSize: 3, batch: 1 },
      ...{ squash: "none", targets: null, draws: null, flow: null },
    },
  };
}
