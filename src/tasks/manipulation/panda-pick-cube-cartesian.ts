/**
 * Lift a cube by leading the tip of a Franka Emika Panda in a plane, paid for progress alone. Figures, terms and their order: MuJoCo Playground,
 * Panda pick cube Cartesian, from state. Besides what stands in panda.ts, these differ from it: the cube starts on the floor, where there it
 * starts 3 cm inside and is thrown out; an episode that starts with the cube in hand leads the tip from where it is, where there the arm
 * is pulled to where other episodes start; the first best is what the start is worth, where there it is what the first step comes to, which
 * is not paid; the observation shows the action just taken.
 */

import { adviceRecipe } from "../../config/advice-recipe.ts";
import { pandaArm } from "../actions/panda-arm.ts";
import { tipIncrements } from "../actions/tip-increments.ts";
import { defineTask } from "../define-task.ts";
import type { MomentBase, ResetContext } from "../moment.ts";
import { readings } from "../readings.ts";
import { distSq } from "../terms/norms.ts";
import { bestSoFar } from "../trackers/best-so-far.ts";
import { type TipCommand, tipCommand } from "../trackers/tip-command.ts";
import type { TouchReading } from "../trackers/touch.ts";
import {
  atObject,
  gripperNear,
  type Handling,
  objectNearTurned,
  type PandaRobot,
  pandaSeen,
  untouched,
} from "./panda.ts";
import { LiftingPanda } from "./panda-lift-script.ts";
import { cubeHandle, handOnFloor } from "./panda-pick-cube.ts";

/** m, middle of the strip on which the cube starts, and half its length */
const STRIP = [0.631053, 0, 0.03];
const SPREAD = 0.05;
const TARGET_HEIGHT = 0.2; // m
const PICKED_CHANCE = 0.05;
const CUBE = 9; // of the cube's position in qpos
const LIFTED = 0.05; // m
const IN_PLACE = 0.05; // m
const CLOSE = 0.02; // m

interface Picking extends Handling, MomentBase<PandaRobot> {
  readonly robot: PandaRobot;
  readonly onFloor: TouchReading;
  readonly tip: TipCommand;
}

const isInPlace = ({ robot }: Picking) => robot.wayLeft < IN_PLACE;

/** How far the episode has come. */
function progress(_: PandaRobot, s: Picking): number {
  const near = 4 * gripperNear(s) + 8 * objectNearTurned(s) + 0.25 * untouched(s.onFloor);
  const effort = 0.0005 * Math.sqrt(distSq(s.action, s.lastAction)) + (s.tip.reached ? 0 : 0.01);
  return near - effort + (s.robot.object[2] > LIFTED ? 0.5 : 0) + (isInPlace(s) ? 2 : 0);
}

function start({ sim, robot, rng }: ResetContext<PandaRobot>): void {
  sim.qpos.set(STRIP, CUBE);
  sim.qpos[CUBE + 1] += rng.uniform(-SPREAD, SPREAD);
  robot.target.set(STRIP);
  robot.target[2] = TARGET_HEIGHT;
  if (rng.uniform() < PICKED_CHANCE) robot.take("picked");
}

/** Lift the cube by 17 cm. */
export const pandaPickCubeCartesian = defineTask({
  name: "PandaPickCubeCartesian",
  family: "manipulation",
  scene: "scenes/panda-cube-camera.xml",
  timing: { controlHz: 20, physicsHz: 200, episodeSeconds: 10 },
  robot: readings((sim) => new LiftingPanda(sim, "box", ["picked"])),
  keyframe: "low_home",
  action: tipIncrements({
    arm: pandaArm,
    tip: "tip",
    axes: ["y", "z"],
    step: 0.005,
    gripper: { actuator: "actuator8", step: 0.02 },
  }),
  track: {
    atObject,
    onFloor: handOnFloor,
    tip: tipCommand({ arm: pandaArm, lowest: [0.25, -0.32, 0.02], highest: [0.77, 0.32, 0.5] }),
    best: bestSoFar(progress),
  },
  reset: start,
  lessons: {
    shown: {
      about: "a scripted controller lifts the cube; the policy learns from it with --algorithm.advice-pull",
      advise: (s: Picking & { readonly robot: LiftingPanda }) => s.robot.advise(),
    },
  },
  observe: {
    ...pandaSeen,
    noSolution: { of: (s) => (s.tip.reached ? 0 : 1) },
    lastAction: { of: (s) => s.lastAction },
  },
  handles: {
    target: {
      about: "where the cube is to be brought",
      body: "mocap_target",
      // the tip is led in this plane
      within: { lowest: [STRIP[0], -0.2, 0.05], highest: [STRIP[0], 0.2, 0.4] },
    },
    cube: cubeHandle,
  },
  reward: { progress: { weight: 1, of: (s) => s.best.gain } },
  terminate: { cubeAway: (s) => s.robot.isAway, inPlace: isInPlace },
  presets: adviceRecipe(120_000),
  goal: {
    success: { about: "The cube is within 5 cm of its target, which ends the episode.", of: isInPlace },
    counters: {
      close: {
        about: "Steps in which the cube is within 2 cm of its target; an episode ends before, but for a jerk.",
        unit: "steps",
        of: (s) => (s.robot.wayLeft < CLOSE ? 1 : 0),
        per: "episode",
      },
    },
  },
});
