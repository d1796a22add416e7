/** Where episodes of AlohaHandOver begin: by the task, and by its lesson. */
import type { HandleBox } from "../handles/allowed.ts";
import type { ResetContext } from "../moment.ts";
import type { BoxRobot } from "./aloha-box.ts";

/** m, of the box and of its target; half the ranges around them */
const BOX_START = [-0.16, 0];
const BOX_RANGE = [0.05, 0.1];
const TARGET_MIDDLE = [0.2, 0, 0.25];
const TARGET_RANGE = 0.15;
const LEAST_TARGET_X = 0.15;
/** Where targets are put. */
export const TARGETS: HandleBox = {
  lowest: [LEAST_TARGET_X, TARGET_MIDDLE[1] - TARGET_RANGE, TARGET_MIDDLE[2] - TARGET_RANGE],
  highest: [TARGET_MIDDLE[0] + TARGET_RANGE, TARGET_MIDDLE[1] + TARGET_RANGE, TARGET_MIDDLE[2] + TARGET_RANGE],
};

/** m and rad: where hands are along a run that goes well. */
const [GRASP_HEIGHT, GRASP_PITCH] = [0.062, 0.3];
const [LEFT_BASE, RIGHT_BASE] = [
  [-0.469, -0.019],
  [0.469, -0.019],
];
const [LEFT_WAITING, LEFT_MEETING] = [
  [-0.14, 0, 0.25],
  [-0.01, 0, 0.27],
];
const [RIGHT_WAITING, RIGHT_MEETING] = [
  [0.12, 0, 0.23],
  [0.06, 0, 0.23],
];
/** m, controls of grippers */
const [SHUT, OPEN] = [0.002, 0.037];

/** The box before the left arm, the target to the right. @returns where the box is, m */
function begin({ sim, robot, rng }: ResetContext<BoxRobot>): readonly [number, number] {
  const box = [0, 1].map((i) => BOX_START[i] + rng.uniform(-BOX_RANGE[i], BOX_RANGE[i])) as [number, number];
  robot.commandHome();
  robot.placeBox(box[0], box[1]);
  for (let i = 0; i < 3; i++) sim.mocapPos[i] = TARGET_MIDDLE[i] + rng.uniform(-TARGET_RANGE, TARGET_RANGE);
  sim.mocapPos[0] = Math.max(LEAST_TARGET_X, sim.mocapPos[0]);
  return box;
}

/** As the task has it. */
export function beginBefore(context: ResetContext<BoxRobot>): void {
  begin(context);
}

/** A start of the task, or a moment of a run that went well, each as often: at the box, with it on the way to the right hand, and beyond. */
export function beginAnywhere(context: ResetContext<BoxRobot>): void {
  const box = begin(context);
  const { sim, robot, rng } = context;
  const stage = rng.integer(4);
  if (stage === 0) return;
  const way = rng.uniform();
  const between = (a: ArrayLike<number>, b: ArrayLike<number>) => [0, 1, 2].map((i) => a[i] + way * (b[i] - a[i]));
  const atBox = [box[0], box[1], GRASP_HEIGHT];
  if (stage === 1) {
    robot.hands.left.place(atBox, headingFrom(LEFT_BASE, atBox), GRASP_PITCH);
    robot.grip(OPEN, OPEN);
  } else if (stage === 2) {
    const place = between(atBox, LEFT_MEETING);
    robot.hands.left.place(place, (1 - way) * headingFrom(LEFT_BASE, atBox), GRASP_PITCH);
    robot.hands.left.hold();
    robot.hands.right.place(between(RIGHT_WAITING, RIGHT_MEETING), Math.PI, 0.1);
    robot.grip(SHUT, OPEN);
  } else {
    const place = between(RIGHT_MEETING, sim.mocapPos);
    const heading = headingFrom(RIGHT_BASE, sim.mocapPos);
    robot.hands.right.place(place, Math.PI + way * turn(heading - Math.PI), 0.1);
    robot.hands.right.hold();
    robot.hands.left.place(LEFT_WAITING, 0, 0.1);
    robot.grip(OPEN, SHUT);
  }
}

/** rad, direction of a place from an arm's base */
const headingFrom = (base: readonly number[], place: ArrayLike<number>) =>
  Math.atan2(place[1] - base[1], place[0] - base[0]);
/** rad, in [−π, π] */
const turn = (angle: number) => Math.atan2(Math.sin(angle), Math.cos(angle));
