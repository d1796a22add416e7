/** Orders in which programs list the terms of an observation. */
import { isPerJoint, type LaidTerm, type TermRole } from "./term-roles.ts";

/** Where terms stand in a frame. */
export interface TermOrder {
  /** Roles of the body's terms in their order. */
  readonly body: readonly TermRole[];
  /** Roles of the joints' terms in their order. */
  readonly joints: readonly TermRole[];
  /** Whether the body's terms stand as in the task, or behind those of the joints. */
  readonly bodyAt: "own" | "last";
  readonly commandAt: TermPlace;
  readonly clockAt: TermPlace;
}

/** Where command or clock stand among the others. */
export type TermPlace = "own" | "first" | "after the body" | "last";

const BODY: readonly TermRole[] = ["linVel", "gyro", "gravity"];

/** Whether a term reads the body as a whole. */
export function isOfBody({ role }: Pick<LaidTerm, "role">): boolean {
  return BODY.includes(role);
}

/** The terms of one frame in an order. */
export function orderedTerms(frame: readonly LaidTerm[], order: TermOrder): LaidTerm[] {
  const list = refilled(refilled(frame, order.body), order.joints);
  const bodyLast =
    order.bodyAt === "own" ? list : [...list.filter((term) => !isOfBody(term)), ...list.filter(isOfBody)];
  return placed(placed(bodyLast, "clock", order.clockAt), "command", order.commandAt);
}

/** The places of these roles filled in this order. */
function refilled(terms: readonly LaidTerm[], roles: readonly TermRole[]): LaidTerm[] {
  const queue = roles.flatMap((role) => terms.filter((term) => term.role === role));
  return terms.map((term) => (roles.includes(term.role) ? queue.shift()! : term));
}

function placed(terms: readonly LaidTerm[], role: TermRole, place: TermPlace): LaidTerm[] {
  const moved = terms.filter((term) => term.role === role);
  if (place === "own" || moved.length === 0) return [...terms];
  const rest = terms.filter((term) => term.role !== role);
  const places = { first: 0, "after the body": rest.findLastIndex(isOfBody) + 1, last: rest.length };
  return rest.toSpliced(places[place], 0, ...moved);
}

/** Every order of the roles that the terms have, the present one first. */
export function roleOrders(terms: readonly LaidTerm[], belongs: (term: LaidTerm) => boolean): TermRole[][] {
  const present = [...new Set(terms.filter(belongs).map(({ role }) => role))];
  return permutations(present);
}

/** Whether a term is of the joints and can be told from the others of them. */
export function isJointTerm(term: LaidTerm): boolean {
  return isPerJoint(term) && term.role !== "joints";
}

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length <= 1) return [[...list]];
  return list.flatMap((first, i) => permutations(list.toSpliced(i, 1)).map((rest) => [first, ...rest]));
}
