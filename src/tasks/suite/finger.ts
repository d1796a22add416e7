/** A finger that spins or turns a hinged body. Values: dm_control suite and MuJoCo Playground, finger.py. */

import { shortSighted, suiteRecipe } from "../../config/suite-recipe.ts";
import { direct } from "../actions/action-mapping.ts";
import { defineTask } from "../define-task.ts";
import { jointDamping, markerRadius } from "../model-change.ts";
import type { MomentBase, ResetContext } from "../moment.ts";
import { readings } from "../readings.ts";
import { type ChangeReading, changeOf } from "../trackers/change-of.ts";
import { randomPose } from "./random-pose.ts";

/** Velocity of the hinge that counts as spinning, rad/s. */
const SPIN_VELOCITY = -15;

/** Axes of the plane in which all moves: x and z. */
const PLANE = [0, 2] as const;

/** The words in which the tasks are written. Positions are (x, z) from the spinner's hinge, in m. */
const words = readings((sim) => {
  const address = (sensor: string) => sim.sensor(sensor).address;
  const angles = [address("proximal"), address("distal")];
  const touches = [address("touchtop"), address("touchbottom")];
  const places = { tip: address("tip"), target: address("target"), hinge: address("spinner") };
  const hingeVelocity = address("hinge_velocity");
  const { site_size: sites, geom_size: geoms, body_pos: bodies } = sim.modelFields;
  const targetRadius = sites[3 * sim.siteId("target")];
  const cap = 3 * sim.geomId("cap1");
  const hingeAngle = sim.joint("hinge").qposAddress;
  const spinnerLength = geoms[cap] + geoms[cap + 1];
  const hinge = PLANE.map((axis) => bodies[3 * sim.bodyId("spinner") + axis]);
  const fromHinge = (place: number, axis: number) => sim.sensordata[place + axis] - sim.sensordata[places.hinge + axis];
  const robot = {
    /** [2] of the finger, rad */
    jointPos: new Float64Array(2),
    /** [2] of the mark on the spinner's end */
    tip: new Float64Array(2),
    /** [2] */
    target: new Float64Array(2),
    /** [2] log(1 + force in N) above and below the fingertip */
    touch: new Float64Array(2),
    /** m from the tip to the target's surface, negative inside */
    targetDistance: 0,
    hingeVelocity: () => sim.sensordata[hingeVelocity],
    pose: randomPose(sim),
    /** Of the mark, rad; 0 on top, as the target's */
    tipAngle: () => -sim.qpos[hingeAngle],
    /** Between the mark and the target, seen from the hinge, rad, 0 … π */
    angleLeft: () => {
      const { tip, target } = robot;
      return Math.abs(Math.atan2(tip[0] * target[1] - tip[1] * target[0], tip[0] * target[0] + tip[1] * target[1]));
    },
    /** Puts the target on the circle of the spinner's end; the angle is 0 on top. */
    placeTarget: (angle: number) => {
      sim.mocapPos[PLANE[0]] = hinge[0] + spinnerLength * Math.sin(angle);
      sim.mocapPos[PLANE[1]] = hinge[1] + spinnerLength * Math.cos(angle);
    },
    update: () => {
      for (let i = 0; i < 2; i++) {
        robot.jointPos[i] = sim.sensordata[angles[i]];
        robot.touch[i] = Math.log1p(sim.sensordata[touches[i]]);
        robot.tip[i] = fromHinge(places.tip, PLANE[i]);
        robot.target[i] = fromHinge(places.target, PLANE[i]);
      }
      robot.targetDistance = Math.hypot(robot.target[0] - robot.tip[0], robot.target[1] - robot.tip[1]) - targetRadius;
    },
  };
  return robot;
});

type Robot = ReturnType<typeof words.bind>;
type Seen = MomentBase<Robot>;

const finger = {
  family: "suite",
  scene: "scenes/finger.xml",
  timing: { controlHz: 50, physicsHz: 200, episodeSeconds: 20 },
  robot: words,
  action: direct({ squash: "tanh" }),
} as const;

const observed = {
  jointPos: { of: (s: Seen) => s.robot.jointPos, unit: "rad" },
  tip: { of: (s: Seen) => s.robot.tip, unit: "m" },
  velocity: { of: (s: Seen) => s.sim.qvel, unit: "rad/s" },
  touch: { of: (s: Seen) => s.robot.touch, unit: "log(1 + N)" },
};

const spins = (s: Seen) => (s.robot.hingeVelocity() <= SPIN_VELOCITY ? 1 : 0);

/** Keep the spinner spinning, on a hinge that turns easily. */
export const fingerSpin = defineTask({
  ...finger,
  name: "FingerSpin",
  model: { hinge: jointDamping("hinge", 0.03), target: markerRadius("site", "target", 0) },
  reset: ({ robot, rng }) => robot.pose(rng),
  lessons: {
    faster: {
      about: "slower turns in the right direction earn part of the reward",
      reward: {
        spin: { weight: 1, of: spins },
        faster: { weight: 0.5, of: (s: Seen) => Math.min(1, Math.max(0, s.robot.hingeVelocity() / SPIN_VELOCITY)) },
      },
    },
  },
  observe: observed,
  reward: { spin: { weight: 1, of: spins } },
  presets: suiteRecipe({ steps: 6_000_000, noisePeriod: 8, lesson: "faster" }, shortSighted),
});

const inTarget = (s: Seen) => (s.robot.targetDistance <= 0 ? 1 : 0);

/** Turn the spinner until its end is in the target. The target is in place in the first observation, unlike Playground's. */
function fingerTurn(name: string, targetRadius: number) {
  return defineTask({
    ...finger,
    name,
    model: { target: markerRadius("site", "target", targetRadius) },
    reset: ({ robot, rng }) => {
      robot.pose(rng);
      robot.placeTarget(rng.uniform(-Math.PI, Math.PI));
    },
    lessons: {
      near: {
        about: "half of the targets lie between the mark and the task's target, and approaching is rewarded",
        track: { angleLeft: changeOf((robot: Robot) => robot.angleLeft()) },
        reset: ({ robot, rng }: ResetContext<Robot>) => {
          robot.pose(rng);
          const reach = rng.uniform() < 0.5 ? rng.uniform() : 1;
          robot.placeTarget(robot.tipAngle() + reach * rng.uniform(-Math.PI, Math.PI));
        },
        reward: {
          turn: { weight: 1, of: inTarget },
          nearer: { weight: -20, of: (s: Seen & { angleLeft: ChangeReading }) => s.angleLeft.change },
        },
      },
    },
    observe: {
      ...observed,
      target: { of: (s) => s.robot.target, unit: "m" },
      targetDistance: { of: (s) => s.robot.targetDistance, unit: "m" },
    },
    reward: { turn: { weight: 1, of: inTarget } },
    // 4 s: the target is found in the first seconds or not at all, and most of a longer episode shows the same rest
    presets: suiteRecipe({
      steps: 6_000_000,
      noisePeriod: 8,
      lesson: "near",
      episodeSteps: 200,
      normalPullEnd: 0.01,
    }),
  });
}

/** A target of 14 cm across. */
export const fingerTurnEasy = fingerTurn("FingerTurnEasy", 0.07);

/** A target of 6 cm across. */
export const fingerTurnHard = fingerTurn("FingerTurnHard", 0.03);
