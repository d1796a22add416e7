/** The tasks that ship with the package, by name. */
import { suggestion } from "../math/near-names.ts";
import { UserError } from "../math/user-error.ts";
import type { Task } from "./define-task.ts";
import { gridworldFourGoals, gridworldTwoWalls } from "./gridworld/gridworld.ts";
import { humanoidJoystick, humanoidJoystickBlind } from "./humanoid/joystick.ts";
import {
  berkeleyHumanoidJoystickFlatTerrain,
  berkeleyHumanoidJoystickRoughTerrain,
} from "./locomotion/berkeley-humanoid-joystick.ts";
import { g1JoystickFlatTerrain, g1JoystickRoughTerrain } from "./locomotion/g1-joystick.ts";
import { go1Getup } from "./locomotion/go1-getup.ts";
import { go1JoystickFlatTerrain, go1JoystickRoughTerrain } from "./locomotion/go1-joystick.ts";
import { go1Footstand, go1Handstand } from "./locomotion/go1-two-legs.ts";
import { t1JoystickFlatTerrain, t1JoystickRoughTerrain } from "./locomotion/t1-joystick.ts";
import { acrobotSwingup, acrobotSwingupSparse } from "./suite/acrobot.ts";
import { ballInCup } from "./suite/ball-in-cup.ts";
import { cartpoleBalance, cartpoleBalanceSparse, cartpoleSwingup, cartpoleSwingupSparse } from "./suite/cartpole.ts";
import { cheetahRun } from "./suite/cheetah.ts";
import { fingerSpin, fingerTurnEasy, fingerTurnHard } from "./suite/finger.ts";
import { fishSwim } from "./suite/fish.ts";
import { hopperHop, hopperStand } from "./suite/hopper.ts";
import { humanoidRun, humanoidStand, humanoidWalk } from "./suite/humanoid.ts";
import { pendulumSwingup } from "./suite/pendulum.ts";
import { pointMass } from "./suite/point-mass.ts";
import { reacherEasy, reacherHard } from "./suite/reacher.ts";
import { swimmerSwimmer6 } from "./suite/swimmer.ts";
import { walkerRun, walkerStand, walkerWalk } from "./suite/walker.ts";

const TASKS: readonly Task[] = [
  acrobotSwingup,
  acrobotSwingupSparse,
  ballInCup,
  cartpoleBalance,
  cartpoleBalanceSparse,
  cartpoleSwingup,
  cartpoleSwingupSparse,
  cheetahRun,
  fingerSpin,
  fingerTurnEasy,
  fingerTurnHard,
  fishSwim,
  hopperHop,
  hopperStand,
  humanoidStand,
  humanoidWalk,
  humanoidRun,
  pendulumSwingup,
  pointMass,
  reacherEasy,
  reacherHard,
  swimmerSwimmer6,
  walkerRun,
  walkerStand,
  walkerWalk,
  humanoidJoystick,
  humanoidJoystickBlind,
  g1JoystickFlatTerrain,
  g1JoystickRoughTerrain,
  go1JoystickFlatTerrain,
  go1JoystickRoughTerrain,
  go1Getup,
  go1Handstand,
  go1Footstand,
  t1JoystickFlatTerrain,
  t1JoystickRoughTerrain,
  berkeleyHumanoidJoystickFlatTerrain,
  berkeleyHumanoidJoystickRoughTerrain,
  gridworldTwoWalls,
  gridworldFourGoals,
];

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
