/**
 * ALOHA's left arm lifts a socket, its right arm a peg, and the peg goes into the socket. Figures, terms and their order: MuJoCo Playground,
 * ALOHA single peg insertion.
 *
 * What differs: Playground repeats each action for two steps of 2.5 ms and sums their rewards. Here these are one step of 5 ms, which adds
 * twice as much to the targets at once, and whose reward at its end counts twice. The first observation is of the real state, where Playground
 * shows zeros for all places. Actions are clipped to ±1, where published policies stay.
 */
import { adviceRecipe } from "../../config/advice-recipe.ts";
import { defineTask } from "../define-task.ts";
import type { HandleBox } from "../handles/allowed.ts";
import type { MomentBase, ResetContext } from "../moment.ts";
import { readings } from "../readings.ts";
import { distSq } from "../terms/norms.ts";
import { tolerance } from "../terms/tolerance.ts";
import { alohaIncrements, alohaWords, point } from "./aloha.ts";
import { PegScript } from "./aloha-peg-script.ts";
import { AlohaHand, type Hold } from "./aloha-starts.ts";

/** Playground's steps in one of ours. */
const REPEATS = 2;
const WEIGHT_SUM = 19.9;
const weight = (share: number) => (REPEATS * share) / WEIGHT_SUM;

/** Where socket and peg are to be held before the peg goes in, m. */
const SOCKET_GOAL = [-0.05, 0, 0.15];
const PEG_GOAL = [0.05, 0, 0.15];
/** m, from the hole's axis: a peg so far from it is not going in */
const AXIS_REACH = 0.005;
/** m, from the hole's end, as the reward sees it: the peg is in */
const INSERTED = 0.005;

/** Of the lesson, m: where the peg is held at first, and from the socket's middle to the peg's with its tip in the socket's middle or entrance. */
const APART = [0.12, 0, 0.15];
const [FULLY_IN, JUST_IN] = [0.05, 0.09];
/** Hands hold parts at their middles, along their axes. */
const SOCKET_HOLD: Hold = { place: [0, 0, 0], turn: [1, 0, 0, 0], fingers: [0.0305, 0.0305] };
const PEG_HOLD: Hold = { place: [0, 0, 0], turn: [0, 0, 0, 1], fingers: [0.0186, 0.0186] };
/** Where hands may put the parts. */
const OVER_TABLE: HandleBox = { lowest: [-0.35, -0.25, 0.01], highest: [0.35, 0.25, 0.5] };
/** m, control of a gripper that holds */
const SHUT = 0.002;

const inHand = tolerance({ bounds: [0, 0.001], margin: 0.3, sigmoid: "linear" });
const atHome = tolerance({ bounds: [0, 0.01], margin: 2 });
const isUp = tolerance({ bounds: [0.99, 1], margin: 0.03, sigmoid: "linear" });
const inPlace = tolerance({ bounds: [0, 0.01], margin: 0.15, sigmoid: "linear" });
const isIn = tolerance({ bounds: [0, 0.001], margin: 0.1, sigmoid: "linear" });

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.sqrt(distSq(a, b, 3));

/** Distance of a point from the line through `a` and `b`. */
function lineDistance(p: ArrayLike<number>, a: ArrayLike<number>, b: ArrayLike<number>): number {
  const length = distance(a, b);
  let along = 0;
  for (let i = 0; i < 3; i++) along += ((p[i] - a[i]) * (b[i] - a[i])) / length;
  return Math.sqrt(Math.max(0, distSq(p, a, 3) - along * along));
}

const words = readings((sim) => {
  const aloha = alohaWords(sim, "home");
  const [socket, peg] = [sim.bodyId("socket"), sim.bodyId("peg")];
  const [entrance, rear, tip] = ["socket_entrance", "socket_rear", "peg_end2"].map((site) => sim.siteId(site));
  const addresses = [sim.joint("socket").qposAddress, sim.joint("peg").qposAddress];
  const home = sim.keyframeQpos("home");
  const { grippers } = aloha;
  const places = sim.views(() => ({
    socket: point(sim.xpos, socket),
    peg: point(sim.xpos, peg),
    entrance: point(sim.siteXpos, entrance),
    rear: point(sim.siteXpos, rear),
    tip: point(sim.siteXpos, tip),
    socketUp: sim.xmat.subarray(9 * socket + 6, 9 * socket + 9),
    pegUp: sim.xmat.subarray(9 * peg + 6, 9 * peg + 9),
  }));
  const script = new PegScript(sim, { places, grippers });
  return {
    ...aloha,
    /** What the scripted controller would do now [14]. */
    advise: () => script.advise(),
    hands: {
      left: new AlohaHand(sim, "left", "socket", SOCKET_HOLD),
      right: new AlohaHand(sim, "right", "peg", PEG_HOLD),
    },
    /** [3] each: m, and the third rows of rotations; `rear` is the middle of the socket, where the peg's `tip` has to go */
    places,
    /** 1 where the gripper is at the socket's or the peg's middle */
    leftHold: () => inHand(distance(places.socket, grippers.left)),
    rightHold: () => inHand(distance(places.peg, grippers.right)),
    /** rad, of an arm's six joints together */
    fromHome: (arm: Int32Array) => {
      let sum = 0;
      for (let i = 0; i < arm.length; i++) sum += (sim.qpos[arm[i]] - home[arm[i]]) ** 2;
      return Math.sqrt(sum);
    },
    tipDistance: () => distance(places.tip, places.rear),
    isOnAxis: () => lineDistance(places.tip, places.rear, places.entrance) < AXIS_REACH,
    /** Moves socket (0) or peg (1) from where the keyframe has it. */
    shift: (which: 0 | 1, x: number, y: number) => {
      sim.qpos[addresses[which]] += x;
      sim.qpos[addresses[which] + 1] += y;
    },
  };
});

type Robot = ReturnType<typeof words.bind>;
type Seen = MomentBase<Robot>;

const bothHold = ({ robot }: Seen) => robot.leftHold() * robot.rightHold();
const socketLift = ({ robot: { places } }: Seen) => inPlace(distance(places.socket, SOCKET_GOAL));
const pegLift = ({ robot: { places } }: Seen) => inPlace(distance(places.peg, PEG_GOAL));

function isFar(place: ArrayLike<number>): boolean {
  return Math.abs(place[0]) > 1 || Math.abs(place[1]) > 1 || Math.abs(place[2]) > 1;
}

function begin({ robot, rng }: ResetContext<Robot>): void {
  robot.commandHome();
  robot.shift(1, rng.uniform(-0.1, 0.1), rng.uniform(-0.1, 0.1));
  robot.shift(0, rng.uniform(-0.1, 0.1), rng.uniform(-0.1, 0.1));
}

/** A start of the task, or with both parts in their hands, or so with the peg's tip in the hole, each as often. */
function beginAnywhere(context: ResetContext<Robot>): void {
  begin(context);
  const { robot, rng } = context;
  const stage = rng.integer(3);
  if (stage === 0) return;
  const around = (middle: readonly number[], range: number) =>
    middle.map((value) => value + rng.uniform(-range, range));
  const socket = around(SOCKET_GOAL, stage === 1 ? 0.03 : 0.01);
  const peg = stage === 1 ? around(APART, 0.03) : [socket[0] + rng.uniform(FULLY_IN, JUST_IN), socket[1], socket[2]];
  robot.hands.left.place(socket, 0, 0);
  robot.hands.left.hold();
  robot.hands.right.place(peg, Math.PI, 0);
  robot.hands.right.hold();
  robot.grip(SHUT, SHUT);
}

/** Put the peg into the socket. */
export const alohaSinglePegInsertion = defineTask({
  name: "AlohaSinglePegInsertion",
  family: "manipulation",
  scene: "scenes/aloha-peg.xml",
  timing: { controlHz: 200, physicsHz: 400, episodeSeconds: 2.5 },
  robot: words,
  keyframe: "home",
  action: alohaIncrements(0.005 * REPEATS),

  reset: begin,

  lessons: {
    shown: {
      about: "a scripted controller puts the peg in; the policy learns from it with --algorithm.advice-pull",
      advise: (s: { readonly robot: Robot }) => s.robot.advise(),
    },
    stages: {
      about: "two of three episodes begin later: both parts in their hands, or also the peg's tip in the hole",
      reset: beginAnywhere,
    },
  },

  observe: {
    qpos: { of: (s) => s.sim.qpos, unit: "rad; m of fingers and objects; quaternions of objects" },
    qvel: { of: (s) => s.sim.qvel, unit: "rad/s, m/s" },
    leftGripper: { of: (s) => s.robot.grippers.left, unit: "m" },
    socket: { of: (s) => s.robot.places.socket, unit: "m" },
    rightGripper: { of: (s) => s.robot.grippers.right, unit: "m" },
    peg: { of: (s) => s.robot.places.peg, unit: "m" },
    entrance: { of: (s) => s.robot.places.entrance, unit: "m" },
    tip: { of: (s) => s.robot.places.tip, unit: "m" },
    socketUp: { of: (s) => s.robot.places.socketUp, unit: "row 3 of a rotation" },
    pegUp: { of: (s) => s.robot.places.pegUp, unit: "row 3 of a rotation" },
  },

  reward: {
    left: { weight: weight(1), of: (s) => s.robot.leftHold() },
    right: { weight: weight(1), of: (s) => s.robot.rightHold() },
    leftPose: { weight: weight(0.3), of: (s) => atHome(s.robot.fromHome(s.robot.leftArm)) * bothHold(s) },
    rightPose: { weight: weight(0.3), of: (s) => atHome(s.robot.fromHome(s.robot.rightArm)) * bothHold(s) },
    tableClear: { weight: weight(0.3), of: (s) => (s.robot.touchesTable() ? 0 : 1) },
    socketUp: { weight: weight(0.5), of: (s) => isUp(s.robot.places.socketUp[2]) * socketLift(s) },
    pegUp: { weight: weight(0.5), of: (s) => isUp(s.robot.places.pegUp[2]) * pegLift(s) },
    socketLift: { weight: weight(4), of: socketLift },
    pegLift: { weight: weight(4), of: pegLift },
    insertion: { weight: weight(8), of: ({ robot }) => (robot.isOnAxis() ? isIn(robot.tipDistance()) : 0) },
  },
  presets: adviceRecipe(2_000_000),
  goal: {
    success: {
      about: `The tip of the peg is within ${1000 * INSERTED} mm of the place in the socket's middle where the reward is highest.`,
      of: ({ robot }) => robot.tipDistance() < INSERTED,
    },
  },
  handles: {
    socket: { about: "the socket", body: "socket", within: OVER_TABLE, turn: { about: "any" } },
    peg: { about: "the peg", body: "peg", within: OVER_TABLE, turn: { about: "any" } },
  },
  terminate: {
    far: ({ robot: { places } }) => isFar(places.socket) || isFar(places.peg),
  },
});
