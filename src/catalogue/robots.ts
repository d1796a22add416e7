/** The robots of the registered tasks, as people look for them: by kind, with the tasks that each has. */
import { basename } from "node:path";
import type { Task } from "../tasks/define-task.ts";
import { list } from "../tasks/registry.ts";

/** Kinds, in the order of lists. */
export const ROBOT_KINDS = ["Humanoids", "Quadrupeds", "Arms and hands", "Control suite", "Grid worlds"] as const;
/** A kind of robot. */
export type RobotKind = (typeof ROBOT_KINDS)[number];

/** A robot and its tasks. */
export interface Robot {
  readonly name: string;
  readonly kind: RobotKind;
  readonly tasks: readonly string[];
}

/** By the beginning of their scenes' names, which is the folder of the model. */
const robots: Readonly<Record<string, Omit<Robot, "tasks">>> = {
  humanoid: { name: "Humanoid", kind: "Humanoids" },
  g1: { name: "Unitree G1", kind: "Humanoids" },
  h1: { name: "Unitree H1", kind: "Humanoids" },
  t1: { name: "Booster T1", kind: "Humanoids" },
  berkeley_humanoid: { name: "Berkeley Humanoid", kind: "Humanoids" },
  apollo: { name: "Apptronik Apollo", kind: "Humanoids" },
  op3: { name: "Robotis OP3", kind: "Humanoids" },
  go1: { name: "Unitree Go1", kind: "Quadrupeds" },
  spot: { name: "Boston Dynamics Spot", kind: "Quadrupeds" },
  barkour: { name: "Google Barkour vB", kind: "Quadrupeds" },
  panda: { name: "Franka Emika Panda", kind: "Arms and hands" },
  panda_robotiq: { name: "Panda with Robotiq gripper", kind: "Arms and hands" },
  aloha: { name: "ALOHA", kind: "Arms and hands" },
  leap_hand: { name: "LEAP hand", kind: "Arms and hands" },
  aero_hand: { name: "Aero Hand Open", kind: "Arms and hands" },
  acrobot: { name: "Acrobot", kind: "Control suite" },
  "ball-in-cup": { name: "Ball in cup", kind: "Control suite" },
  cartpole: { name: "Cart-pole", kind: "Control suite" },
  cheetah: { name: "Cheetah", kind: "Control suite" },
  finger: { name: "Finger", kind: "Control suite" },
  fish: { name: "Fish", kind: "Control suite" },
  hopper: { name: "Hopper", kind: "Control suite" },
  "suite-humanoid": { name: "Suite humanoid", kind: "Control suite" },
  pendulum: { name: "Pendulum", kind: "Control suite" },
  "point-mass": { name: "Point mass", kind: "Control suite" },
  reacher: { name: "Reacher", kind: "Control suite" },
  swimmer: { name: "Swimmer", kind: "Control suite" },
  walker: { name: "Walker", kind: "Control suite" },
  gridworld: { name: "Grid world", kind: "Grid worlds" },
};

/** All robots with registered tasks, kind by kind. */
export function listRobots(): Robot[] {
  const tasks = list();
  return Object.entries(robots).map(([model, robot]) => ({
    ...robot,
    tasks: tasks.filter((task) => modelOf(task) === model).map(({ name }) => name),
  }));
}

/** Names of robots' models, as scenes begin with them: "go1". */
export function robotModels(): readonly string[] {
  return Object.keys(robots);
}

/** The first task of the robot that is called so: by its model, or as lists call it ("Unitree Go1"); undefined for none. */
export function firstTaskOf(robot: string): string | undefined {
  const model = robot in robots ? robot : robotModels().find((key) => robots[key]!.name === robot);
  return list().find((task) => model !== undefined && modelOf(task) === model)?.name;
}

/** The longest name of a model that the scene's name begins with: `go1-whole-flat.xml` is of `go1`. */
function modelOf({ scene }: Task): string | undefined {
  const name = basename(scene, ".xml");
  const fits = Object.keys(robots).filter((model) => name === model || name.startsWith(`${model}-`));
  return fits.sort((a, b) => b.length - a.length)[0];
}
