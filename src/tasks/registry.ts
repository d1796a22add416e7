/** The tasks that ship with the package, by name. */
import { suggestion } from "../math/near-names.ts";
import { UserError } from "../math/user-error.ts";
import type { Task } from "./define-task.ts";
import * as gridworld from "./gridworld/gridworld.ts";
import * as humanoidJoystick from "./humanoid/joystick.ts";
import * as humanoidTrack from "./humanoid/track.ts";
import * as apolloJoystick from "./locomotion/apollo-joystick.ts";
import * as barkourJoystick from "./locomotion/barkour-joystick.ts";
import * as berkeleyHumanoidJoystick from "./locomotion/berkeley-humanoid-joystick.ts";
import * as g1Joystick from "./locomotion/g1-joystick.ts";
import * as g1Track from "./locomotion/g1-track.ts";
import * as go1Getup from "./locomotion/go1-getup.ts";
import * as go1Joystick from "./locomotion/go1-joystick.ts";
import * as go1TwoLegs from "./locomotion/go1-two-legs.ts";
import * as h1Gaits from "./locomotion/h1-gaits.ts";
import * as op3Joystick from "./locomotion/op3-joystick.ts";
import * as spotGaits from "./locomotion/spot-gaits.ts";
import * as spotGetup from "./locomotion/spot-getup.ts";
import * as spotJoystick from "./locomotion/spot-joystick.ts";
import * as t1Joystick from "./locomotion/t1-joystick.ts";
import * as aeroCubeRotate from "./manipulation/aero-cube-rotate.ts";
import * as alohaHandOver from "./manipulation/aloha-hand-over.ts";
import * as alohaPeg from "./manipulation/aloha-peg.ts";
import * as leapCubeReorient from "./manipulation/leap-cube-reorient.ts";
import * as leapCubeRotate from "./manipulation/leap-cube-rotate.ts";
import * as pandaOpenCabinet from "./manipulation/panda-open-cabinet.ts";
import * as pandaPickCube from "./manipulation/panda-pick-cube.ts";
import * as pandaPickCubeCartesian from "./manipulation/panda-pick-cube-cartesian.ts";
import * as pandaRobotiqPushCube from "./manipulation/panda-robotiq-push-cube.ts";
import * as acrobot from "./suite/acrobot.ts";
import * as ballInCup from "./suite/ball-in-cup.ts";
import * as cartpole from "./suite/cartpole.ts";
import * as cheetah from "./suite/cheetah.ts";
import * as finger from "./suite/finger.ts";
import * as fish from "./suite/fish.ts";
import * as hopper from "./suite/hopper.ts";
import * as suiteHumanoid from "./suite/humanoid.ts";
import * as pendulum from "./suite/pendulum.ts";
import * as pointMass from "./suite/point-mass.ts";
import * as reacher from "./suite/reacher.ts";
import * as swimmer from "./suite/swimmer.ts";
import * as walker from "./suite/walker.ts";

/** Files of tasks, in the order of lists; each task is named where it is declared. */
const DECLARED: readonly object[] = [
  acrobot,
  ballInCup,
  cartpole,
  cheetah,
  finger,
  fish,
  hopper,
  suiteHumanoid,
  pendulum,
  pointMass,
  reacher,
  swimmer,
  walker,
  humanoidJoystick,
  humanoidTrack,
  g1Joystick,
  g1Track,
  h1Gaits,
  go1Joystick,
  go1Getup,
  go1TwoLegs,
  t1Joystick,
  berkeleyHumanoidJoystick,
  spotJoystick,
  spotGaits,
  spotGetup,
  op3Joystick,
  apolloJoystick,
  barkourJoystick,
  pandaPickCube,
  pandaOpenCabinet,
  pandaPickCubeCartesian,
  pandaRobotiqPushCube,
  leapCubeRotate,
  leapCubeReorient,
  aeroCubeRotate,
  alohaHandOver,
  alohaPeg,
  gridworld,
];

const TASKS: readonly Task[] = DECLARED.flatMap((file) => Object.values(file).filter(isTask));

function isTask(exported: object): exported is Task {
  return "decimation" in exported;
}

/** All registered tasks, in the order of lists. */
export function list(): readonly Task[] {
  return TASKS;
}

/** @returns the task of that name @throws UserError that suggests near names */
export function get(name: string): Task {
  const task = TASKS.find((candidate) => candidate.name === name);
  if (task) return task;
  const names = TASKS.map((candidate) => candidate.name);
  throw new UserError(`task: there is no task "${name}"${suggestion(name, names)}`, { exitCode: 2 });
}
