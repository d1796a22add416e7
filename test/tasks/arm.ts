/** An arm of two joints with a gripper on a tendon, for tests: servos with gear, filter and constant bias. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ActionMapping, defineTask, type Task } from "../../src/tasks/index.ts";

const XML = `<mujoco>
  <option timestep="0.002" gravity="0 0 0"/>
  <worldbody>
    <body name="goal" mocap="true"><geom size="0.02" contype="0" conaffinity="0"/></body>
    <body><joint name="shoulder" axis="0 1 0" damping="1" armature="0.01"/><geom type="capsule" fromto="0 0 0 0.4 0 0" size="0.03" mass="1" contype="0" conaffinity="0"/>
      <body pos="0.4 0 0"><joint name="elbow" axis="0 1 0" damping="1" armature="0.01"/><geom type="capsule" fromto="0 0 0 0.4 0 0" size="0.03" mass="1" contype="0" conaffinity="0"/>
        <body pos="0.4 0 0"><joint name="finger" type="slide" axis="0 1 0" damping="5"/><geom size="0.02" mass="0.05" contype="0" conaffinity="0"/></body></body></body>
  </worldbody>
  <tendon><fixed name="cord"><joint joint="finger" coef="1"/></fixed></tendon>
  <actuator>
    <position name="grip" tendon="cord" kp="100" kv="10" ctrlrange="0 0.08"/>
    <position name="a1" joint="shoulder" kp="8" gear="-5" timeconst="0.05" ctrlrange="-2 3"/>
    <general name="a2" joint="elbow" gainprm="50" biastype="affine" biasprm="5 -100 -1"/>
  </actuator>
  <keyframe>
    <key name="home" qpos="-0.4 1.4 0.03"/>
    <key name="held" qpos="-0.4 1.4 0.03" qvel="0.1 0 0" ctrl="0.03 2.2 2.5" act="1.9" mpos="1 2 3" mquat="0 1 0 0"/>
  </keyframe>
</mujoco>`;

const TASK = `import { defineTask, jointTargets } from "flowgait";
export default defineTask({
  name: "ArmFile",
  scene: "./arm.xml",
  keyframe: "home",
  timing: { controlHz: 50, physicsHz: 500, episodeSeconds: 10 },
  action: jointTargets({ scale: 0.1, rest: { around: "range" } }),
  observe: { q: { of: (s) => s.sim.qpos }, v: { of: (s) => s.sim.qvel }, last: { of: (s) => s.lastAction } },
  reward: { still: { weight: 1, of: () => 1 } },
});`;

/** The scene, and a task's file, in a folder of their own. */
export function armScene(): { readonly scene: string; readonly file: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "flowgait-arm-"));
  const scene = join(folder, "arm.xml");
  const file = join(folder, "arm.ts");
  writeFileSync(scene, XML);
  writeFileSync(file, TASK);
  return { scene, file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A task of the arm. */
export function armTask(scene: string, action: ActionMapping, changes: Partial<Task> = {}): Task {
  const task = defineTask({
    name: "Arm",
    scene,
    keyframe: "home",
    timing: { controlHz: 50, physicsHz: 500, episodeSeconds: 10 },
    action,
    observe: { q: { of: (s) => s.sim.qpos }, v: { of: (s) => s.sim.qvel }, last: { of: (s) => s.lastAction } },
    reward: { still: { weight: 1, of: () => 1 } },
  });
  return { ...task, ...changes };
}
