/**
 * Logs as CSV. The first line names the columns: `time` (s), for each joint `<joint>.target` and `<joint>.position` (rad or m), and where the
 * base does not hang upright `base.qw`, `base.qx`, `base.qy`, `base.qz`. Further columns `<joint>.velocity` and `<joint>.torque` are not read.
 */
import { UserError } from "../math/user-error.ts";
import { type JointLog, withEvenTimes } from "./joint-log.ts";

const BASE = ["base.qw", "base.qx", "base.qy", "base.qz"] as const;
const UNREAD = [".velocity", ".torque"] as const;
const COLUMNS = "time, <joint>.target, <joint>.position or base.qw … base.qz";

/**
 * Reads a log.
 * @param needsPositions false for a log of targets alone
 * @throws UserError that names line and column of what is wrong
 */
export function parseCsvLog(csv: string, source: string, needsPositions = true): JointLog {
  const lines = csv
    .split(/\r?\n/)
    .map((line, i) => ({ number: i + 1, cells: line.split(",").map((cell) => cell.trim()) }));
  const [head, ...rest] = lines.filter(({ cells }) => cells.length > 1 || cells[0] !== "");
  if (head === undefined) throw new UserError(`${source}: is empty; expected a first line with ${COLUMNS}`);
  const columns = new Map(head.cells.map((name, at) => [name, at]));
  if (columns.size < head.cells.length) throw new UserError(`${source}: a column is named twice; expected each once`);
  const joints = jointsOf(head.cells, source, needsPositions);
  const values = (names: readonly string[]) => {
    const places = names.map((name) => ({ name, at: columns.get(name)! }));
    return Float64Array.from(rest.flatMap((row) => places.map((column) => numberAt(row, column, source))));
  };
  const log: JointLog = {
    source,
    time: values(["time"]),
    joints,
    targets: values(joints.map((joint) => `${joint}.target`)),
    positions: needsPositions ? values(joints.map((joint) => `${joint}.position`)) : new Float64Array(0),
    ...(columns.has(BASE[0]) && { base: values(BASE) }),
  };
  return withEvenTimes(log, (row) => `${source}:${rest[row]!.number}`);
}

/** The joints with targets, in the order of their columns. */
function jointsOf(names: readonly string[], source: string, needsPositions: boolean): string[] {
  const missing = (column: string) => new UserError(`${source}: column "${column}" is missing; expected ${COLUMNS}`);
  if (!names.includes("time")) throw missing("time");
  const isBased = BASE.some((name) => names.includes(name));
  const lacking = isBased ? BASE.find((name) => !names.includes(name)) : undefined;
  if (lacking !== undefined) throw missing(lacking);
  const ends = [".target", ".position", ...UNREAD];
  for (const name of names) {
    if (name === "time" || (BASE as readonly string[]).includes(name) || ends.some((end) => name.endsWith(end)))
      continue;
    throw new UserError(`${source}: unknown column "${name}"; expected ${COLUMNS}`);
  }
  const joints = names.filter((name) => name.endsWith(".target")).map((name) => name.slice(0, -".target".length));
  if (joints.length === 0) throw missing("<joint>.target");
  const measured = names.filter((name) => name.endsWith(".position")).map((name) => name.slice(0, -".position".length));
  const alone = measured.find((joint) => !joints.includes(joint));
  if (alone !== undefined) throw missing(`${alone}.target`);
  const unmeasured = needsPositions ? joints.find((joint) => !measured.includes(joint)) : undefined;
  if (unmeasured !== undefined) throw missing(`${unmeasured}.position`);
  return joints;
}

interface Row {
  readonly number: number;
  readonly cells: readonly string[];
}

function numberAt({ number, cells }: Row, { name, at }: { name: string; at: number }, source: string): number {
  const cell = cells[at] ?? "";
  const value = cell === "" ? Number.NaN : Number(cell);
  if (Number.isFinite(value)) return value;
  throw new UserError(`${source}:${number}: ${name} is "${cell}"; expected a number`);
}

/** The log as CSV: times to the microsecond, angles to a ten-millionth. */
export function csvOfLog({ time, joints, targets, positions, base }: JointLog): string {
  const isMeasured = positions.length > 0;
  const head = [
    "time",
    ...joints.flatMap((joint) => [`${joint}.target`, ...(isMeasured ? [`${joint}.position`] : [])]),
    ...(base ? BASE : []),
  ];
  const rows = Array.from(time, (at, row) => {
    const cells = joints.flatMap((_, joint) => {
      const place = row * joints.length + joint;
      return isMeasured ? [targets[place], positions[place]] : [targets[place]];
    });
    return [short(at, 6), ...cells.map((cell) => short(cell, 7)), ...[...(base?.subarray(4 * row, 4 * row + 4) ?? [])]];
  });
  return `${[head, ...rows].map((cells) => cells.join(",")).join("\n")}\n`;
}

function short(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
