/** Layouts that a policy file may have: one choice for each coordinate, and the adapter that they make. */
import type { Adapter } from "../export/adapter.ts";
import type { Simulation } from "../physics/simulation.ts";
import type { TaskDescription } from "../tasks/index.ts";
import { type ClockOrder, clockOrders, clockSign, clockValues } from "./clock-orders.ts";
import { jointOrders } from "./joint-orders.ts";
import { isJointTerm, isOfBody, orderedTerms, roleOrders, type TermOrder, type TermPlace } from "./term-orders.ts";
import { isPerJoint, type LaidTerm, laidTerms, type TermRole } from "./term-roles.ts";

/** What a layout says of a file. */
export interface LayoutChoices extends TermOrder {
  /** Joint i of the file is joint `joints[i]` of the task, in the observation. */
  readonly jointOrder: readonly number[];
  /** The same of the actions; null where it is that of the observation. */
  readonly actionOrder: readonly number[] | null;
  /** 1 as in the task, −1 the other way round. */
  readonly gravity: 1 | -1;
  /** Of the task's values of the term. */
  readonly linVel: number;
  readonly gyro: number;
  readonly jointVel: number;
  /** Scale of each of the command's readings; null as in the task. */
  readonly command: readonly number[] | null;
  /** Task's action per unit of the file's [actions], in the task's order. */
  readonly actionScale: readonly number[];
  readonly clock: ClockOrder;
  /** Whether histories run the other way than the task's. */
  readonly historyReversed: boolean;
  /** Whether quaternions are (x, y, z, w). */
  readonly quaternionLast: boolean;
}

/** One property of a layout and what it may be; the first option is the task's. */
export interface Coordinate {
  readonly name: string;
  readonly options: readonly { readonly name: string; readonly choice: Partial<LayoutChoices> }[];
  /** Whether short episodes cannot show it: a robot that receives a larger command only accelerates faster at first. */
  readonly isLate?: boolean;
  /** Whether observations show it only in the last action, which is in the file's own scale under every option. */
  readonly isOfActions?: boolean;
}

/** The option chosen of each coordinate. */
export type Layout = readonly number[];

/** The layouts that a task's files may have. */
export class LayoutSpace {
  readonly coordinates: readonly Coordinate[];
  readonly #terms: readonly LaidTerm[];
  readonly #own: LayoutChoices;

  constructor(task: TaskDescription, sim: Simulation) {
    this.#terms = laidTerms(task);
    const own: LayoutChoices = {
      body: roleOrders(this.#terms, isOfBody)[0]!,
      joints: roleOrders(this.#terms, isJointTerm)[0]!,
      bodyAt: "own",
      commandAt: "own",
      clockAt: "own",
      jointOrder: task.action.names.map((_, i) => i),
      actionOrder: null,
      gravity: 1,
      linVel: 1,
      gyro: 1,
      jointVel: 1,
      command: null,
      actionScale: task.action.names.map(() => 1),
      clock: "own",
      historyReversed: false,
      quaternionLast: false,
    };
    this.#own = own;
    this.coordinates = this.#distinct(coordinatesOf(task, this.#terms, sim));
  }

  /** The task's own layout. */
  get own(): Layout {
    return this.coordinates.map(() => 0);
  }

  /** How a file of the layout is used in the task. */
  adapter(layout: Layout): Adapter {
    return adapterOf(this.#terms, this.#choices(this.coordinates, layout));
  }

  /** What differs from the task's own layout, one phrase each. */
  words(layout: Layout): string[] {
    return this.coordinates.flatMap(({ name, options }, i) =>
      layout[i] === 0 ? [] : [`${name}: ${options[layout[i]!]!.name}`],
    );
  }

  #choices(coordinates: readonly Coordinate[], layout: Layout): LayoutChoices {
    return Object.assign({}, this.#own, ...coordinates.map(({ options }, i) => options[layout[i]!]!.choice));
  }

  /** Without options that come to the same as an earlier one, and without coordinates that leave no choice. */
  #distinct(coordinates: readonly Coordinate[]): Coordinate[] {
    const own = coordinates.map(() => 0);
    return coordinates.flatMap((coordinate, at) => {
      const seen = new Set<string>();
      const options = coordinate.options.filter((_, option) => {
        const adapter = adapterOf(this.#terms, this.#choices(coordinates, own.with(at, option)));
        const key = JSON.stringify(adapter);
        return !seen.has(key) && seen.add(key);
      });
      return options.length > 1 ? [{ ...coordinate, options }] : [];
    });
  }
}

const PLACES: readonly TermPlace[] = ["own", "first", "after the body", "last"];
function coordinatesOf(task: TaskDescription, terms: readonly LaidTerm[], sim: Simulation): Coordinate[] {
  const { names } = task.action;
  const isOfJoints = task.action.kind.startsWith("joint") && !task.action.rest;
  const orders = isOfJoints ? jointOrders(names, sim, task.mechanism) : [];
  const list = <K extends keyof LayoutChoices>(
    name: string,
    key: K,
    options: readonly (readonly [string, LayoutChoices[K]])[],
  ): Coordinate => ({ name, options: options.map(([about, value]) => ({ name: about, choice: { [key]: value } })) });
  const shown = (role: TermRole) => terms.find((term) => term.role === role)?.slice.name ?? role;
  const orderWords = (roles: readonly TermRole[]) => roles.map(shown).join(", ");
  return [
    list(
      "joint order",
      "jointOrder",
      orders.map(({ name, source }) => [name, source]),
    ),
    list("order of actions", "actionOrder", [
      ["that of the joints", null],
      ...(isOfJoints ? [["the task's", names.map((_, i) => i)] as const] : []),
    ]),
    list("sign of gravity", "gravity", [
      ["the task's", 1],
      ["reversed", -1],
    ]),
    list(
      "place of the command",
      "commandAt",
      PLACES.map((place) => [place, place]),
    ),
    list(
      "order of the body's terms",
      "body",
      roleOrders(terms, isOfBody).map((roles) => [orderWords(roles), roles]),
    ),
    list(
      "order of the joints' terms",
      "joints",
      roleOrders(terms, isJointTerm).map((roles) => [orderWords(roles), roles]),
    ),
    list("place of the body's terms", "bodyAt", [
      ["the task's", "own"],
      ["last", "last"],
    ]),
    list(
      "place of the clock",
      "clockAt",
      PLACES.map((place) => [place, place]),
    ),
    list(
      "clock",
      "clock",
      clockOrders(
        task,
        terms.find(({ role }) => role === "clock"),
      ).map((clock) => [clock, clock]),
    ),
    list("history", "historyReversed", [
      ["the task's", false],
      ["reversed", true],
    ]),
    list("quaternions", "quaternionLast", [
      ["w-x-y-z", false],
      ["x-y-z-w", true],
    ]),
    { ...list("action scale", "actionScale", actionScales(task)), isOfActions: true },
    list("scale of joint velocities", "jointVel", scales(terms, "jointVel", [1, 0.1, 0.05])),
    list("scale of the gyro", "gyro", scales(terms, "gyro", [1, 0.25, 0.2])),
    { ...list("scale of the velocity", "linVel", scales(terms, "linVel", [1, 2, 0.5])), isLate: true },
    {
      ...list("scale of the command", "command", [
        ["the task's", null],
        ["1", [1, 1, 1]],
        ["2, 2, 0.25", [2, 2, 0.25]],
      ]),
      isLate: true,
    },
  ];
}

/** What values of a term are multiplied by, where its reading's scale is one of these. */
function scales(terms: readonly LaidTerm[], role: TermRole, usual: readonly number[]): (readonly [string, number])[] {
  const own = terms.find((term) => term.role === role)?.slice.scale ?? 1;
  return [own, ...usual].map((scale) => [`× ${scale}`, scale / own]);
}

/** rad per unit of action that programs use. */
const ACTION_RADIANS = [0.25, 0.5, 1];

function actionScales({ action }: TaskDescription): (readonly [string, readonly number[]])[] {
  const { scale, names, kind } = action;
  const factors = [1, 0.5, 2].map(
    (factor) => [factor === 1 ? "the task's" : `${factor} × the task's`, names.map(() => factor)] as const,
  );
  if (!kind.startsWith("joint") || scale.includes(0)) return factors;
  return [...factors, ...ACTION_RADIANS.map((rad) => [`${rad} rad`, scale.map((own) => rad / own)] as const)];
}

/** Indices and scales of one value after the other. */
interface Values {
  readonly source: number[];
  readonly scale: number[];
}

function adapterOf(terms: readonly LaidTerm[], choices: LayoutChoices): Adapter {
  const { jointOrder, actionOrder, actionScale, historyReversed } = choices;
  const actions = actionOrder ?? jointOrder;
  const into: Values = { source: [], scale: [] };
  const ages = [...new Set(terms.map(({ age }) => age))];
  const isStacked =
    ages.length > 1 &&
    ages.every((age) => terms.filter((term) => term.age === age).length === terms.length / ages.length);
  const frames = isStacked ? ages.map((age) => terms.filter((term) => term.age === age)) : [terms];
  for (const frame of historyReversed ? frames.toReversed() : frames)
    for (const term of orderedTerms(frame, choices)) writeTerm(into, term, choices, actions, commandOffset(frame));
  const back = actions.map((_, i) => actions.indexOf(i));
  return { observation: into, action: { source: back, scale: [...actionScale] } };
}

/** Where the command's first value stands, which may be a term by itself. */
function commandOffset(frame: readonly LaidTerm[]): number {
  return frame.find(({ role }) => role === "command")?.slice.offset ?? 0;
}

function writeTerm(
  into: Values,
  term: LaidTerm,
  choices: LayoutChoices,
  actions: readonly number[],
  first: number,
): void {
  const { slice, width } = term;
  const order = valuesOf(term, choices, actions);
  const scale = scaleOf(term, choices, first);
  for (let reading = 0; reading < slice.history; reading++) {
    const at = choices.historyReversed ? slice.history - 1 - reading : reading;
    for (const value of order) {
      into.source.push(slice.offset + at * width + value);
      into.scale.push(scale(value));
    }
  }
}

/** Indices within one reading, in the file's order. */
function valuesOf(
  term: LaidTerm,
  { jointOrder, clock, quaternionLast }: LayoutChoices,
  actions: readonly number[],
): readonly number[] {
  const { role, width, slice } = term;
  if (role === "lastAction") return width === actions.length ? actions : straight(width);
  if (isPerJoint(term)) return jointOrder;
  if (role === "clock") return clockValues(width / 2, clock);
  if (quaternionLast && width === 4 && /quaternion/.test(slice.unit ?? "")) return [1, 2, 3, 0];
  return straight(width);
}

function straight(width: number): number[] {
  return Array.from({ length: width }, (_, i) => i);
}

/** What a value is multiplied by, by its index in the reading. */
function scaleOf({ role, slice }: LaidTerm, choices: LayoutChoices, firstCommand: number): (value: number) => number {
  switch (role) {
    case "gravity":
      return () => choices.gravity;
    case "linVel":
    case "gyro":
    case "jointVel":
      return () => choices[role];
    case "command":
      return (value) => (choices.command?.[slice.offset - firstCommand + value] ?? slice.scale) / slice.scale;
    case "lastAction":
      return (value) => 1 / choices.actionScale[value]!;
    case "clock":
      return () => clockSign(choices.clock);
    default:
      return () => 1;
  }
}
