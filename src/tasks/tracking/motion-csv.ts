/**
 * Motions of users as CSV in Unitree's convention: root position (m), root quaternion x, y, z, w, then joint angles (rad), one frame a row.
 * A header names the joints; without one they must be the robot's, in its order. The rate stands in a line "# hz: 30", or in clips.json.
 */
import { nearNames } from "../../math/near-names.ts";
import { parseNumber } from "../../math/number-text.ts";

/** A motion as its file has it. */
export interface Motion {
  readonly name: string;
  readonly hz: number;
  /** Names of the joint columns; null where the file has no header. */
  readonly joints: readonly string[] | null;
  /** [frames][7 + joints] */
  readonly rows: readonly (readonly number[])[];
}

/** What a robot has. */
export interface RobotJoints {
  /** In the model's order. */
  readonly joints: readonly string[];
  /** rad, of each in its home pose */
  readonly home: readonly number[];
  /** m, of the root in its home pose */
  readonly height: number;
}

const ROOT = 7;
/** A root that is lower or higher than this share of the robot's own belongs to another robot. */
const HEIGHTS = [0.5, 1.5] as const;
/** A quaternion's norm may be off by this. */
const NORM_TOLERANCE = 0.02;

/** Reads a file's text. @param hz of the folder; null where it does not say @returns the motion, or what is wrong with it, a line each */
export function readMotion(name: string, text: string, hz: number | null): Motion | string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const comments = lines.filter((line) => line.startsWith("#"));
  const content = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const own = comments
    .map((line) => /^#\s*(?:hz|fps)\s*[:=]\s*(\S+)/i.exec(line)?.[1])
    .find((found) => found !== undefined);
  const rate = own === undefined ? hz : (parseNumber(own) ?? Number.NaN);
  if (rate === null) return [`${name}: gives no rate; expected a line "# hz: 30", or { "hz": 30 } in clips.json`];
  if (!(rate >= 1 && rate <= 1000)) return [`${name}: rate is ${own ?? rate}; expected 1 to 1000 frames per second`];
  const cells = content.map((line) => line.split(/[,;\t]/).map((cell) => cell.trim()));
  const hasHeader =
    cells[0]?.some((cell) => parseNumber(cell) === undefined && !/^[+-]?(nan|inf)/i.test(cell)) ?? false;
  const body = hasHeader ? cells.slice(1) : cells;
  if (body.length === 0) return [`${name}: holds no frames; expected one row a frame`];
  const width = (hasHeader ? cells[0] : body[0]).length;
  const bad = body.findIndex((row) => row.length !== width);
  if (bad >= 0)
    return [`${name}: frame ${bad + 1} has ${body[bad].length} values; expected ${width}, as the first row`];
  const rows = body.map((row) => row.map((cell) => parseNumber(cell) ?? Number.NaN));
  const frame = rows.findIndex((row) => row.some((value) => !Number.isFinite(value)));
  if (frame >= 0) {
    const column = rows[frame].findIndex((value) => !Number.isFinite(value));
    return [`${name}: frame ${frame + 1}, column ${column + 1} is "${body[frame][column]}"; expected a finite number`];
  }
  return { name, hz: rate, joints: hasHeader ? cells[0].slice(ROOT) : null, rows };
}

/**
 * The motion's frames for a robot, at another rate.
 * @param shortest frames that it must have at that rate
 * @returns [frames, 7 + joints] as `Clip.qpos`, or what does not fit, a line each
 */
export function retarget(motion: Motion, robot: RobotJoints, hz: number, shortest: number): Float64Array | string[] {
  const problems = misfits(motion, robot);
  const frames = Math.floor(((motion.rows.length - 1) * hz) / motion.hz + 1e-9) + 1;
  if (frames < shortest) {
    const found = `lasts ${(motion.rows.length / motion.hz).toFixed(2)} s`;
    problems.push(`${motion.name}: ${found}; expected ${(shortest / hz).toFixed(2)} s or more`);
  }
  if (problems.length > 0) return problems;
  const columns = columnsOf(motion, robot);
  const nq = ROOT + robot.joints.length;
  const qpos = new Float64Array(frames * nq);
  for (let frame = 0; frame < frames; frame++) {
    const at = (frame / hz) * motion.hz;
    const first = Math.min(motion.rows.length - 1, Math.floor(at));
    const second = Math.min(motion.rows.length - 1, first + 1);
    writeFrame(qpos, frame * nq, motion.rows[first], motion.rows[second], at - first, columns, robot);
  }
  return qpos;
}

/** Column of each joint of the robot; −1 where the file has none, which then keeps its home. */
function columnsOf({ joints }: Motion, robot: RobotJoints): number[] {
  if (joints === null) return robot.joints.map((_, i) => ROOT + i);
  const names = joints.map(plainName);
  return robot.joints.map((joint) => {
    const found = names.indexOf(plainName(joint));
    return found < 0 ? -1 : ROOT + found;
  });
}

function plainName(joint: string): string {
  return joint.toLowerCase().replace(/_joint$/, "");
}

function misfits(motion: Motion, robot: RobotJoints): string[] {
  const { name, joints, rows } = motion;
  const problems: string[] = [];
  const width = rows[0].length;
  if (joints === null && width !== ROOT + robot.joints.length) {
    const expected = `${ROOT + robot.joints.length}: root position, quaternion x, y, z, w, ${robot.joints.length} joints, or a header that names them`;
    problems.push(`${name}: has ${width} columns and no header; expected ${expected}`);
  }
  const own = robot.joints.map(plainName);
  for (const joint of joints ?? []) {
    if (own.includes(plainName(joint))) continue;
    const near = nearNames(joint, robot.joints, 1);
    problems.push(
      `${name}: joint "${joint}" is not a joint of the robot${near.length > 0 ? `; nearest: ${near[0]}` : ""}`,
    );
  }
  return [...problems, ...rootProblems(motion, robot)];
}

function rootProblems({ name, rows }: Motion, { height }: RobotJoints): string[] {
  const off = rows.findIndex((row) => Math.abs(Math.hypot(...row.slice(3, ROOT)) - 1) > NORM_TOLERANCE);
  if (off >= 0) {
    const norm = Math.hypot(...rows[off].slice(3, ROOT)).toFixed(3);
    return [`${name}: frame ${off + 1}: the quaternion's norm is ${norm}; expected 1`];
  }
  const upright = mean(rows.map((row) => uprightness(row[3], row[4])));
  const otherOrder = mean(rows.map((row) => uprightness(row[4], row[5])));
  if (upright < 0.3 && otherOrder > 0.7)
    return [`${name}: the root lies down unless its quaternion is w, x, y, z; expected x, y, z, w`];
  const high = mean(rows.map((row) => row[2]));
  if (high < HEIGHTS[0] * height || high > HEIGHTS[1] * height) {
    const expected = `${(HEIGHTS[0] * height).toFixed(2)} to ${(HEIGHTS[1] * height).toFixed(2)} m`;
    return [
      `${name}: the root is at ${high.toFixed(2)} m on average; expected ${expected}, for a robot that stands at ${height.toFixed(2)} m`,
    ];
  }
  return [];
}

/** Cosine of the tilt, from the x and y parts of a quaternion. */
function uprightness(x: number, y: number): number {
  return 1 - 2 * (x * x + y * y);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function writeFrame(
  out: Float64Array,
  at: number,
  first: readonly number[],
  second: readonly number[],
  share: number,
  columns: readonly number[],
  { home }: RobotJoints,
): void {
  const between = (column: number) => first[column] + share * (second[column] - first[column]);
  for (let i = 0; i < 3; i++) out[at + i] = between(i);
  const sign = dot(first, second) < 0 ? -1 : 1;
  const quat = [6, 3, 4, 5].map((column) => first[column] + share * (sign * second[column] - first[column]));
  const norm = Math.hypot(...quat);
  for (let i = 0; i < 4; i++) out[at + 3 + i] = quat[i] / norm;
  for (let i = 0; i < columns.length; i++) out[at + ROOT + i] = columns[i] < 0 ? home[i] : between(columns[i]);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a[3] * b[3] + a[4] * b[4] + a[5] * b[5] + a[6] * b[6];
}

/** A clip as a file of this kind. @param qpos as in `Clip` */
export function motionCsv(qpos: Float64Array, joints: readonly string[], hz: number): string {
  const nq = ROOT + joints.length;
  const header = ["root_x", "root_y", "root_z", "root_qx", "root_qy", "root_qz", "root_qw", ...joints].join(",");
  const rows = Array.from({ length: qpos.length / nq }, (_, frame) => {
    const [x, y, z, w, qx, qy, qz, ...angles] = qpos.subarray(frame * nq, (frame + 1) * nq);
    return [x, y, z, qx, qy, qz, w, ...angles].map((value) => value.toFixed(6)).join(",");
  });
  return `# hz: ${hz}\n${header}\n${rows.join("\n")}\n`;
}
