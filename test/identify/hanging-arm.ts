/** A trunk with two arms of two joints each, on position servos: quick to simulate, and hung up like a robot. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { excitation } from "../../src/identify/excitation.ts";
import { HungRobot } from "../../src/identify/hung-robot.ts";
import type { JointLog } from "../../src/identify/joint-log.ts";
import { recorded } from "../../src/identify/recorded.ts";
import { resolveDriven, withSettings } from "../../src/tasks/index.ts";

const arm = (side: string, y: number) => `
  <body name="${side}_upper" pos="0 ${y} 0">
    <joint name="${side}_shoulder" axis="0 1 0" range="-1.5 1.5" damping="0.2" armature="0.02" frictionloss="0.2"/>
    <geom type="capsule" fromto="0 0 0 0 0 -0.3" size="0.03" mass="1.5"/>
    <body name="${side}_lower" pos="0 0 -0.3">
      <joint name="${side}_elbow" axis="0 1 0" range="-1.5 1.5" damping="0.1" armature="0.01" frictionloss="0.1"/>
      <geom type="capsule" fromto="0 0 0 0 0 -0.25" size="0.025" mass="0.8"/>
    </body>
  </body>`;

const servo = (joint: string, kp: number, kv: number) =>
  `<position name="${joint}" joint="${joint}" kp="${kp}" kv="${kv}" ctrlrange="-1.2 1.2"/>`;

const SCENE = `<mujoco model="hanging">
  <compiler angle="radian" autolimits="true"/>
  <option timestep="0.002"/>
  <worldbody>
    <geom type="plane" size="0 0 1"/>
    <body name="trunk" pos="0 0 0.5"><freejoint name="root"/>
      <geom type="box" size="0.1 0.15 0.1" mass="5"/>
      ${arm("left", 0.25)}${arm("right", -0.25)}
    </body>
  </worldbody>
  <actuator>
    ${servo("left_shoulder", 60, 1.5)}${servo("left_elbow", 40, 1)}
    ${servo("right_shoulder", 60, 1.5)}${servo("right_elbow", 40, 1)}
  </actuator>
</mujoco>
`;

/** Values of joints by name. */
export type Truth = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Writes the scene. @returns its path */
export function writeArm(folder: string): string {
  const scene = join(folder, "hanging.xml");
  writeFileSync(scene, SCENE);
  return scene;
}

/** The robot that hangs, with other values than the scene's where a truth is given. */
export async function hungArm(scene: string, truth: Truth = {}): Promise<HungRobot> {
  const settings = Object.entries(truth).flatMap(([joint, values]) =>
    Object.entries(values).map(([name, value]) => [`physics.${joint}.${name}`, value]),
  );
  return HungRobot.create(withSettings(await resolveDriven(scene), Object.fromEntries(settings)));
}

/** A recording of the arm with other values than the scene's. */
export async function recordedArm(
  scene: string,
  truth: Truth,
  sizes: { readonly seconds: number; readonly amplitude: number; readonly noise?: number },
): Promise<JointLog> {
  const real = await hungArm(scene, truth);
  try {
    const targets = excitation(real, { ...sizes, joints: Object.keys(truth) });
    return recorded(real, targets, { noise: sizes.noise ?? 1e-4, seed: 1 });
  } finally {
    real.delete();
  }
}
