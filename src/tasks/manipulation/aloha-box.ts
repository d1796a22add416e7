/** The box that ALOHA hands over, in the words of its task. Positions are in the world, m. */
import type { Simulation } from "../../physics/simulation.ts";
import { readings } from "../readings.ts";
import { distSq } from "../terms/norms.ts";
import { alohaWords, lowerRows, point } from "./aloha.ts";
import { HandOverScript } from "./aloha-hand-over-script.ts";
import { AlohaHand, holdIn } from "./aloha-starts.ts";

/** m, of the box; a finger that touches its side is so far from shut */
const BOX_HALF_WIDTH = 0.015;
/** Where the box changes hands. */
const MEETING_PLACE = [0, 0, 0.24];
/** m, places of the box along x: behind the first it is the left arm's alone, beyond the second the right arm's. */
const [MEETING_FROM, MEETING_TO] = [-0.1, 0];
/** m, from a place between fingertips to the middle of the box: the hand holds it nearer than the first, and cannot touch it beyond the second. */
const [HELD, UNTOUCHED] = [0.05, 0.08];

const WEIGHTS = { grasp: 1, handOver: 4, target: 8, tableClear: 0.3 };
const WEIGHT_SUM = WEIGHTS.grasp + WEIGHTS.handOver + WEIGHTS.target + WEIGHTS.tableClear;

const nearness = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.exp(-10 * Math.sqrt(distSq(a, b, 3)));
/** 0 … 1, half at 0 */
export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** [3] or [6] each, m: the box, its upper and lower half, and where it has to go; rows 2 and 3 of its rotation */
function placesOf(sim: Simulation) {
  const [box, top, bottom] = [sim.bodyId("box"), sim.siteId("box_top"), sim.siteId("box_bottom")];
  return sim.views(() => ({
    box: point(sim.xpos, box),
    boxRows: lowerRows(sim.xmat, box),
    boxTop: point(sim.siteXpos, top),
    boxBottom: point(sim.siteXpos, bottom),
    target: point(sim.mocapPos, 0),
  }));
}

/** What resets do. */
function settings(sim: Simulation) {
  const { qposAddress } = sim.joint("box");
  return {
    hands: {
      left: new AlohaHand(sim, "left", "box", holdIn(sim, "left", "picked", "box")),
      right: new AlohaHand(sim, "right", "box", holdIn(sim, "right", "transferred", "box")),
    },
    placeBox: (x: number, y: number) => {
      sim.qpos[qposAddress] = x;
      sim.qpos[qposAddress + 1] = y;
    },
  };
}

/** What terms and resets of the task are written in. */
export const boxWords = readings((sim) => {
  const aloha = alohaWords(sim, "home");
  const places = placesOf(sim);
  const { grippers, fingers } = aloha;
  const script = new HandOverScript(sim, { places, grippers, fingers });
  const robot = {
    ...aloha,
    ...settings(sim),
    places,
    /** [4] fingers from the sides of a box between them, m */
    fingerGaps: new Float64Array(4),
    /** [3] from the target to the box, m */
    fromTarget: new Float64Array(3),
    /** How far the task has come; what the reward is made of. */
    potential: 0,
    /** 1 where the left hand is on its own side, 0 where it is on the other */
    leftIsBack: () => sigmoid(-100 * grippers.left[0]),
    /** Whether the right hand is at the box and the left one too far from it to touch it; in the air, that holds it. */
    isRightHandsAlone: () =>
      distSq(places.box, grippers.right) < HELD ** 2 && distSq(places.box, grippers.left) > UNTOUCHED ** 2,
    /** What the scripted controller would do now [14]. */
    advise: () => script.advise(),
    update: () => {
      aloha.readFingers();
      for (let i = 0; i < 4; i++) robot.fingerGaps[i] = aloha.fingers[i] - BOX_HALF_WIDTH;
      for (let i = 0; i < 3; i++) robot.fromTarget[i] = places.box[i] - places.target[i];
      robot.potential = potential(robot);
    },
  };
  return robot;
});

/** What terms see as the robot. */
export type BoxRobot = ReturnType<typeof boxWords.bind>;

/** (hands at their halves of the box, the box at the meeting place, at its target, a table that is not touched), weighted, over the weights' sum */
function potential({
  places,
  grippers,
  leftIsBack,
  touchesTable,
}: Pick<BoxRobot, "places" | "grippers" | "leftIsBack" | "touchesTable">): number {
  const x = places.box[0];
  const left = x < MEETING_TO ? nearness(places.boxTop, grippers.left) : 0;
  const lower = nearness(places.boxBottom, grippers.right);
  // beyond the meeting place the right hand's part counts twice
  const right = (x >= MEETING_FROM ? lower : 0) + (x >= MEETING_TO ? lower : 0);
  const away = x >= MEETING_TO ? nearness(grippers.left, MEETING_PLACE) : 0;
  const handOver = Math.max(nearness(places.box, MEETING_PLACE), away);
  const target = nearness(places.target, places.box) * right * leftIsBack();
  const tableClear = touchesTable() ? 0 : 1;
  const sum =
    WEIGHTS.grasp * (left + right) +
    WEIGHTS.handOver * handOver +
    WEIGHTS.target * target +
    WEIGHTS.tableClear * tableClear;
  return sum / WEIGHT_SUM;
}
