/** What an observation's terms are for a layout: which are of the body, which of the joints, which command and which clock. */
import type { ObservationSlice, TaskDescription } from "../tasks/index.ts";

/** Roles that programs order and scale differently. */
export type TermRole =
  | "linVel"
  | "gyro"
  | "gravity"
  | "command"
  | "clock"
  | "jointPos"
  | "jointVel"
  | "lastAction"
  | "joints"
  | "other";

/** A term of one frame, without the age that stacked frames have in their names. */
export interface LaidTerm {
  readonly slice: ObservationSlice;
  readonly role: TermRole;
  /** Control steps by which its frame is old; 0 where frames are not stacked. */
  readonly age: number;
  /** Values of one reading. */
  readonly width: number;
}

/** The terms of a task's observation in its order. */
export function laidTerms({ observation, action, trackers }: TaskDescription): LaidTerm[] {
  const names = new Set(observation.map(({ name }) => name));
  const joints = action.names.length;
  const clocks = Object.entries(trackers).flatMap(([name, { kind }]) =>
    kind === "gait-phase" || kind === "foot-clocks" ? [`${name}.signals`] : [],
  );
  return observation.map((slice) => {
    const [, base, age] = /^(.*\D)(\d+)$/.exec(slice.name) ?? [];
    const isAged = base !== undefined && names.has(base);
    const width = slice.size / slice.history;
    const name = isAged ? base : slice.name;
    return { slice, role: roleOf(name, slice, width, joints, clocks), age: isAged ? Number(age) : 0, width };
  });
}

function roleOf(
  name: string,
  { source, unit }: ObservationSlice,
  width: number,
  joints: number,
  clocks: readonly string[],
): TermRole {
  if (source !== null && clocks.includes(source)) return "clock";
  if (source === "command" || /^command/.test(name)) return "command";
  if (source === "lastAction") return "lastAction";
  if (width === joints && width > 1) return jointRole(source, unit);
  if (width === 3 && /^robot\.(gravity|sensors\.up)$/.test(source ?? "")) return "gravity";
  if (width === 3 && source === "robot.linVel") return "linVel";
  if (source === "robot.gyro") return "gyro";
  return "other";
}

function jointRole(source: string | null, unit: string | null): TermRole {
  if (source === "robot.jointVel" || (unit ?? "").startsWith("rad/s")) return "jointVel";
  if (source === "robot.jointPos" || source === "robot.jointAngle") return "jointPos";
  return /joint|target/i.test(source ?? "") ? "joints" : "other";
}

/** Whether a term has one value per action, in the order of actions. */
export function isPerJoint({ role }: Pick<LaidTerm, "role">): boolean {
  return role === "jointPos" || role === "jointVel" || role === "lastAction" || role === "joints";
}
