/**
 * How a box slides when a gripper pushes one of its faces, and how long it takes to push it to a target. Planar and quasi-static: the box
 * follows the force as an ellipsoidal limit surface says, v ∝ F, ω ∝ M/c². Source: Lynch and Mason, Stable pushing, 1996.
 *
 * Faces transmit no force along themselves here: the gripper, which is never quite still, slips along them instead.
 */

/** m, half of the box along its x and y */
export const BOX_HALF = [0.07553, 0.11482] as const;
/** m, c of the limit surface: a little less than the distance of the box's corners from its middle */
const ROTATION_LENGTH = 0.13;
/** m/s of the gripper in a push */
export const PUSH_SPEED = 0.3;
/** m and rad: the task's own tolerance less what sensing and slipping take */
const [WAY_ALLOWED, TURN_ALLOWED] = [0.02, 0.12];
/** s that a change of place takes */
const PLACING = 1.2;
/** m, lengths of pushes that are considered */
export const PUSH_LENGTHS = [
  0.01, 0.02, 0.03, 0.04, 0.055, 0.07, 0.085, 0.1, 0.12, 0.14, 0.17, 0.2, 0.24, 0.28, 0.34, 0.4,
];

/** A face of the box, in the box's frame. */
export interface Face {
  /** Outward normal */
  readonly nx: number;
  readonly ny: number;
  /** m, from the middle of the box */
  readonly depth: number;
  /** m, half of its width */
  readonly half: number;
}

/** In the order +x, +y, −x, −y. */
export const FACES: readonly Face[] = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
].map(([nx, ny]) => {
  const alongX = nx !== 0;
  return { nx, ny, depth: BOX_HALF[alongX ? 0 : 1], half: BOX_HALF[alongX ? 1 : 0] };
});

/** What is missing: m along the box's x and y, and rad. */
export interface Missing {
  x: number;
  y: number;
  turn: number;
}

/** Velocity of the box in its own frame per velocity of the contact: along x and y, and rad/m. */
export interface SlideRate {
  x: number;
  y: number;
  turn: number;
}

/** @param at m along the face from its middle, where the push acts, counter-clockwise */
export function slideRate(face: Face, at: number, out: SlideRate): void {
  const { nx, ny } = face;
  const turn = at / ROTATION_LENGTH ** 2;
  // of the contact while the middle moves at 1: 1 along the push, turn · depth along the face
  const speed = Math.hypot(1 + turn * at, turn * face.depth);
  out.x = -nx / speed;
  out.y = -ny / speed;
  out.turn = turn / speed;
}

/** What is missing after a push of that length, m. */
export function missingAfter(before: Missing, rate: SlideRate, length: number, out: Missing): void {
  const angle = rate.turn * length;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const isStraight = Math.abs(angle) < 1e-6;
  const ahead = isStraight ? length : s / rate.turn;
  const aside = isStraight ? 0 : (1 - c) / rate.turn;
  const x = before.x - ahead * rate.x + aside * rate.y;
  const y = before.y - aside * rate.x - ahead * rate.y;
  out.x = c * x + s * y;
  out.y = c * y - s * x;
  out.turn = before.turn - angle;
}

export const isThere = ({ x, y, turn }: Missing) => Math.hypot(x, y) <= WAY_ALLOWED && Math.abs(turn) <= TURN_ALLOWED;

/** Nodes per axis; they lie closer together near 0: at MOST · (i/LAST)². */
const WAYS = 12;
const TURNS = 25;
const LAST_WAY = WAYS - 1;
const MIDDLE_TURN = (TURNS - 1) / 2;
const MOST_WAY = 0.42; // m
/** s per m beyond the nodes */
const FAR = 10;
/** s: more than any push takes */
const UNKNOWN = 20;
/** s: when the table has settled */
const SETTLED = 1e-3;

/**
 * Seconds of placing and pushing from anywhere, by value iteration: the least of placing, one push, and what is left then. A reflected
 * box takes as long, so x, y ≥ 0 are enough. [WAYS, WAYS, TURNS]
 */
function solve(): Float64Array {
  const table = new Float64Array(WAYS * WAYS * TURNS).fill(UNKNOWN);
  const rates = everyRate();
  for (let change = UNKNOWN; change > SETTLED; ) {
    change = 0;
    for (let node = 0; node < table.length; node++) {
      const seconds = leastFrom(table, node, rates);
      change = Math.max(change, table[node] - seconds);
      table[node] = seconds;
    }
  }
  return table;
}

function everyRate(): SlideRate[] {
  const places = [-3, -2, -1, 0, 1, 2, 3];
  return FACES.flatMap((face) =>
    places.map((place) => {
      const rate = { x: 0, y: 0, turn: 0 };
      slideRate(face, (place / 3) * (face.half - 0.008), rate);
      return rate;
    }),
  );
}

const from: Missing = { x: 0, y: 0, turn: 0 };
const then: Missing = { x: 0, y: 0, turn: 0 };
function leastFrom(table: Float64Array, node: number, rates: readonly SlideRate[]): number {
  from.x = MOST_WAY * (Math.floor(node / TURNS / WAYS) / LAST_WAY) ** 2;
  from.y = MOST_WAY * ((Math.floor(node / TURNS) % WAYS) / LAST_WAY) ** 2;
  const turn = (node % TURNS) / MIDDLE_TURN - 1;
  from.turn = Math.PI * turn * Math.abs(turn);
  if (isThere(from)) return 0;
  let least = table[node];
  for (const rate of rates) {
    for (const length of PUSH_LENGTHS) {
      const pushing = PLACING + length / PUSH_SPEED;
      if (pushing >= least) break;
      missingAfter(from, rate, length, then);
      least = Math.min(least, pushing + read(table, then));
    }
  }
  return least;
}

/** Interpolated. */
function read(table: Float64Array, { x, y, turn }: Missing): number {
  const [wayX, wayY] = [Math.abs(x), Math.abs(y)];
  const wrapped = turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI));
  const signed = x * y < 0 ? -wrapped : wrapped;
  const u = Math.min(LAST_WAY - 1e-9, LAST_WAY * Math.sqrt(wayX / MOST_WAY));
  const v = Math.min(LAST_WAY - 1e-9, LAST_WAY * Math.sqrt(wayY / MOST_WAY));
  const bent = Math.sign(signed) * Math.sqrt(Math.abs(signed) / Math.PI);
  const w = Math.max(0, Math.min(TURNS - 1 - 1e-9, MIDDLE_TURN * (1 + bent)));
  const [i, j, k] = [Math.floor(u), Math.floor(v), Math.floor(w)];
  const at = (i * WAYS + j) * TURNS + k;
  const [a, b, c] = [u - i, v - j, w - k];
  const between = (place: number) => table[place] + c * (table[place + 1] - table[place]);
  const near = between(at) + b * (between(at + TURNS) - between(at));
  const next = at + WAYS * TURNS;
  const far = between(next) + b * (between(next + TURNS) - between(next));
  const beyond = Math.max(0, wayX - MOST_WAY) + Math.max(0, wayY - MOST_WAY);
  return near + a * (far - near) + FAR * beyond;
}

let table: Float64Array | undefined;
/** s until the box is there, when the gripper is not placed yet. The table behind it is computed by the first call. */
export function secondsLeft(missing: Missing): number {
  table ??= solve();
  return read(table, missing);
}
