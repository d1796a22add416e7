/** What MuJoCo's actuators do at their joints, against what is said of them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { describeMechanism } from "../../src/physics/mechanism.ts";
import { jointServos, servoOf } from "../../src/physics/servo.ts";
import { Simulation } from "../../src/physics/simulation.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-servo-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A hinge, a ball joint and a tendon, driven by what the test says. */
async function driven<T>(actuators: string, use: (sim: Simulation) => T): Promise<T> {
  const path = join(folder, "robot.xml");
  writeFileSync(
    path,
    `<mujoco><option gravity="0 0 0" actuatorgroupdisable="2"/><worldbody>
      <body><joint name="hinge" axis="0 1 0" damping="0.25" armature="0.01"/><geom type="capsule" fromto="0 0 0 0 0 -0.4" size="0.03" mass="1"/>
        <body pos="0 0 -0.4"><joint name="wrist" type="ball"/><geom name="hand" size="0.05" mass="0.2"/><site name="tip"/></body></body>
      <body pos="1 0 0"><joint axis="0 1 0"/><geom size="0.1"/></body>
    </worldbody><tendon><fixed name="cord"><joint joint="hinge" coef="1"/></fixed></tendon><actuator>${actuators}</actuator></mujoco>`,
  );
  const sim = await Simulation.load(path);
  try {
    return use(sim);
  } finally {
    sim.delete();
  }
}

describe("a position servo", () => {
  it.each([
    ["plain", '<position joint="hinge" kp="4" kv="0.5"/>', 4, 0.75],
    ["with a gear", '<position joint="hinge" kp="4" kv="0.5" gear="5"/>', 100, 12.75],
    ["with a gear that turns back", '<position joint="hinge" kp="4" gear="-3"/>', 36, 0.25],
    ["with a filter", '<position joint="hinge" kp="4" gear="2" timeconst="0.1"/>', 16, 0.25],
    [
      "whose control has another unit and a constant bias",
      '<general joint="hinge" gear="2" gainprm="10" biastype="affine" biasprm="3 -40 -2"/>',
      160,
      8.25,
    ],
    [
      "whose affine gain is constant",
      '<general joint="hinge" gaintype="affine" gainprm="4" biastype="affine" biasprm="0 -4 0"/>',
      4,
      0.25,
    ],
  ])("%s has the torque stiffness·(target − q) − damping·q̇ at its joint", async (_, actuator, stiffness, damping) => {
    await driven(actuator, (sim) => {
      const servo = servoOf(sim, 0);
      if (typeof servo === "string") throw new Error(servo);
      expect([servo.stiffness, servo.damping]).toEqual([stiffness, damping]);
      const [target, q, speed] = [-0.2, 0.3, 0.7];
      const control = servo.controlScale * target + servo.controlOffset;
      sim.qpos[0] = q;
      sim.qvel[0] = speed;
      sim.ctrl[0] = control;
      if (servo.actAddress >= 0) sim.act[servo.actAddress] = control;
      sim.forward();
      const torque = sim.qfrcActuator[0] + (sim.data.qfrc_passive as Float64Array)[0];
      expect(torque).toBeCloseTo(stiffness * (target - q) - damping * speed, 10);
    });
  });

  it("of a damping ratio has the damping that MuJoCo computes from it, through the gear", async () => {
    await driven('<position joint="hinge" kp="4" dampratio="1" gear="10"/>', (sim) => {
      const servo = servoOf(sim, 0);
      if (typeof servo === "string") throw new Error(servo);
      sim.qvel[0] = 1;
      sim.forward();
      expect(servo.damping).toBeGreaterThan(1);
      expect(servo.damping).toBeCloseTo(0.25 - sim.qfrcActuator[0], 10);
    });
  });

  it("tells how long its filter takes, and counts its joint's damping once where two drive it", async () => {
    const two = '<position joint="hinge" kp="4" timeconst="0.1"/><position joint="hinge" kp="6" kv="1"/>';
    await driven(two, (sim) => {
      expect(jointServos(sim).map(({ lag, damping }) => [lag, damping])).toEqual([
        [0.1, 0.25],
        [0, 1],
      ]);
    });
  });

  it("has a force range at its joint, through the gear, and a control range as it is", async () => {
    await driven('<position joint="hinge" kp="4" gear="-5" forcerange="-3 4" ctrlrange="-1 2"/>', (sim) => {
      expect(describeMechanism(sim).actuators).toMatchObject([{ forceRange: [-20, 15], controlRange: [-1, 2] }]);
    });
    const filtered =
      '<general joint="hinge" dyntype="filter" dynprm="1" ctrlrange="-1 2" actlimited="true" actrange="-3 1"/>';
    await driven(filtered, (sim) => expect(describeMechanism(sim).actuators[0]!.controlRange).toEqual([-1, 1]));
  });
});

it.each([
  ['<motor joint="hinge"/>', "is a motor, its control is a force"],
  ['<general joint="hinge" gainprm="4" biastype="none" biasprm="0 -4 0"/>', "is a motor, its control is a force"],
  ['<velocity joint="hinge" kv="2"/>', "is a velocity servo, its control is a speed"],
  ['<intvelocity joint="hinge" kp="50" actrange="-3 3"/>', "integrates its control, which is the speed of its target"],
  ['<damper joint="hinge" kv="2" ctrlrange="0 1"/>', "has a gain that changes with speed, such as a damper's"],
  [
    '<general joint="hinge" gaintype="affine" gainprm="4 1" biastype="affine" biasprm="0 -4"/>',
    "has a gain that changes with position",
  ],
  ['<muscle joint="hinge" lengthrange="-1 1"/>', "is a muscle"],
  [
    '<general joint="hinge" gainprm="4" biastype="affine" biasprm="0 4 0"/>',
    "pushes its joint away, since its bias grows with the position",
  ],
  [
    '<general joint="hinge" gainprm="0" biastype="affine" biasprm="0 -4 0"/>',
    "ignores its control, since its gain is 0",
  ],
  [
    '<general joint="hinge" dyntype="user" gainprm="4" biastype="affine" biasprm="0 -4 0"/>',
    "has user-defined dynamics",
  ],
  ['<position joint="hinge" kp="4" gear="0"/>', "has gear 0"],
  ['<position joint="hinge" kp="4" group="2"/>', "is of group 2, which the scene disables"],
  ['<position joint="wrist" kp="4" gear="1 0 0"/>', 'drives the ball joint "wrist"'],
  ['<position jointinparent="hinge" kp="4"/>', 'drives the joint "hinge" in its parent\'s frame'],
  ['<position tendon="cord" kp="4"/>', 'drives the tendon "cord"'],
  ['<position site="tip" kp="4" gear="1 0 0 0 0 0"/>', 'drives the site "tip"'],
])("%s is none: it %s", async (actuator, problem) => {
  await driven(actuator, (sim) => expect(servoOf(sim, 0)).toBe(problem));
});
