/** A task of things that bend: cloth, a soft body, a rope, a skin on two bones, and shapes with textures. Each in a colour that nothing else has. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** The cloth: 3 × 3 vertices, the first pinned, so that it swings down. */
export const CLOTH_VERTICES = 9;
/** Soft body of 2 × 2 × 2, rope of 4. */
export const ALL_VERTICES = CLOTH_VERTICES + 8 + 4;

export const SOFT_SCENE = `<mujoco model="soft">
  <option timestep="0.004" solver="CG" tolerance="1e-6"/>
  <asset>
    <texture name="sky" type="skybox" builtin="flat" rgb1="0.1 0.1 0.3" rgb2="0.1 0.1 0.3" width="8" height="48"/>
    <texture name="squares" type="2d" builtin="checker" rgb1="1 1 0.2" rgb2="0.2 0.2 0" width="16" height="16"/>
    <texture name="dice" type="cube" builtin="flat" rgb1="1 0.1 0.1" rgb2="0.1 0.1 1" width="8" height="48"/>
    <material name="squares" texture="squares" texrepeat="4 4" texuniform="true"/>
    <material name="dice" texture="dice"/>
    <mesh name="slab" vertex="0 0 0 .3 0 0 .3 .3 0 0 .3 0 0 0 .05 .3 0 .05 .3 .3 .05 0 .3 .05"
      texcoord="0 0 1 0 1 1 0 1 0 0 1 0 1 1 0 1" face="0 2 1 0 3 2 4 5 6 4 6 7 0 1 5 0 5 4 1 2 6 1 6 5 2 3 7 2 7 6 3 0 4 3 4 7"/>
  </asset>
  <worldbody>
    <geom name="floor" type="plane" size="0 0 .1" material="squares"/>
    <geom name="crate" type="box" size=".15 .15 .15" pos="-.5 0 .15" material="dice"/>
    <geom name="slab" type="mesh" mesh="slab" pos="-.6 .5 0" material="squares"/>
    <flexcomp name="cloth" type="grid" dim="2" count="3 3 1" spacing=".15 .15 .1" pos=".1 0 .6" radius=".01" mass=".1" rgba="1 0 1 1">
      <edge equality="true" damping=".1"/>
      <contact selfcollide="none"/>
      <pin id="0"/>
    </flexcomp>
    <flexcomp name="jelly" type="grid" dim="3" count="2 2 2" spacing=".15 .15 .15" pos=".5 0 .3" radius=".01" mass=".5" rgba="0 1 0 1">
      <edge equality="true" damping="1"/>
      <contact selfcollide="none"/>
    </flexcomp>
    <flexcomp name="rope" type="grid" dim="1" count="4 1 1" spacing=".1 .1 .1" pos=".1 .5 .5" radius=".02" mass=".1" rgba="1 .5 0 1">
      <edge equality="true"/>
      <contact selfcollide="none"/>
      <pin id="0"/>
    </flexcomp>
    <body name="upper" pos="0 -.5 .7">
      <joint name="shoulder" axis="0 1 0" damping=".5"/>
      <geom type="capsule" fromto="0 0 0 0 0 -.25" size=".01" mass=".2"/>
      <body name="lower" pos="0 0 -.25">
        <joint name="elbow" axis="0 1 0" damping=".5"/>
        <geom type="capsule" fromto="0 0 0 0 0 -.25" size=".01" mass=".2"/>
      </body>
    </body>
  </worldbody>
  <deformable>
    <skin name="sleeve" rgba="0 1 1 1"
      vertex="-.05 -.5 .7 .05 -.5 .7 0 -.42 .7  -.05 -.5 .45 .05 -.5 .45 0 -.42 .45  -.05 -.5 .2 .05 -.5 .2 0 -.42 .2"
      face="0 3 4 0 4 1 1 4 5 1 5 2 2 5 3 2 3 0 3 6 7 3 7 4 4 7 8 4 8 5 5 8 6 5 6 3">
      <bone body="upper" bindpos="0 -.5 .7" bindquat="1 0 0 0" vertid="0 1 2 3 4 5" vertweight="1 1 1 .5 .5 .5"/>
      <bone body="lower" bindpos="0 -.5 .45" bindquat="1 0 0 0" vertid="3 4 5 6 7 8" vertweight=".5 .5 .5 1 1 1"/>
    </skin>
  </deformable>
  <actuator><motor name="elbow" joint="elbow"/></actuator>
</mujoco>
`;

const TASK = `import { defineTask, direct, readings } from "flowgait";
export default defineTask({
  name: "SoftThings",
  scene: "./soft.xml",
  timing: { controlHz: 50, physicsHz: 250, episodeSeconds: 20 },
  robot: readings((sim) => ({ elbow: () => sim.qpos[sim.joint("elbow").qposAddress] })),
  action: direct(),
  reset: () => {},
  observe: { elbow: { of: (s) => s.robot.elbow() } },
  reward: { bend: { weight: 1, of: (s) => Math.abs(s.robot.elbow()) } },
});
`;

/** Writes scene and task into a folder. @returns the task's path, as `resolveTask` takes it */
export function writeSoftTask(folder: string): string {
  writeFileSync(join(folder, "soft.xml"), SOFT_SCENE);
  writeFileSync(join(folder, "task.ts"), TASK);
  return join(folder, "task.ts");
}
