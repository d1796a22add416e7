/** What may have made a driven robot fall: what a person did to it, and what its task does. */
import type { DriveCourse, DriveSetup, LoggedChange, NamedPolicy } from "../drive/drive-orders.ts";
import { causesOf, type Task } from "../tasks/index.ts";
import type { Fall } from "./fall.ts";

/** Something without which the robot may not have fallen. */
export interface Cause {
  /** Of the task's causes, "actions", or "change:<place in the log>,…" */
  readonly id: string;
  readonly words: string;
  /** Places in the log of the changes that it is; empty for causes of the task */
  readonly changes: readonly number[];
}

/** Most changes of one kind that are looked at one by one, the latest ones; earlier ones count as one. */
const ONE_BY_ONE = 3;

/** The causes that may have acted in the episode that ended with the fall, those of people first. */
export function possibleCauses({ setup, log }: DriveCourse, task: Task, fall: Fall): Cause[] {
  const inEpisode = (at: number) => log[at]!.step >= fall.begun && log[at]!.step < fall.step;
  const places = [...log.keys()].filter(inEpisode);
  const hz = task.timing.controlHz;
  const of = (kind: LoggedChange["change"]["kind"]) => places.filter((at) => log[at]!.change.kind === kind);
  return [
    ...each(of("push"), (at) => pushWords(log[at]!, hz), "earlier pushes"),
    ...each(of("command"), (at) => commandWords(log[at]!, hz), "earlier commands"),
    ...together(of("hold"), "being held"),
    ...together(of("place"), "what was moved by hand"),
    ...together(of("coordinate"), "joints set by hand"),
    ...together(of("control"), "controls set by hand"),
    ...together(of("nudge"), "nudged actions"),
    ...together(of("policy"), "the change of policy"),
    ...commandCause({ setup, log }, task, fall),
    ...taskCauses(setup, task),
  ];
}

function each(places: readonly number[], words: (at: number) => string, rest: string): Cause[] {
  const latest = places.slice(-ONE_BY_ONE);
  return [...together(places.slice(0, -ONE_BY_ONE), rest), ...latest.map((at) => changeCause([at], words(at)))];
}

function together(places: readonly number[], words: string): Cause[] {
  return places.length === 0 ? [] : [changeCause(places, words)];
}

function changeCause(changes: readonly number[], words: string): Cause {
  return { id: `change:${changes.join(",")}`, words, changes };
}

function pushWords({ step, change }: LoggedChange, hz: number): string {
  const size = change.kind === "push" ? `${Number(change.speed.toFixed(2))} m/s ` : "";
  return `push ${size}at ${(step / hz).toFixed(2)} s`;
}

function commandWords({ step, change }: LoggedChange, hz: number): string {
  const to = change.kind === "command" ? change.values.map((value) => Number(value.toFixed(2))).join(", ") : "";
  return `command (${to}) at ${(step / hz).toFixed(2)} s`;
}

/** The command that the episode begins with, where it is not zero. */
function commandCause({ setup, log }: Pick<DriveCourse, "setup" | "log">, { command }: Task, { begun }: Fall): Cause[] {
  const earlier = log.flatMap(({ step, change }) => (step < begun && change.kind === "command" ? [change.values] : []));
  const values = earlier.at(-1) ?? setup.command;
  if (command === undefined || !values?.some((value) => value !== 0)) return [];
  const shown = values.map((value) => Number(value.toFixed(2))).join(", ");
  return [{ id: FIRST_COMMAND, words: `command (${shown}) from the episode's start`, changes: [] }];
}

/** Id of the command that an episode begins with. */
export const FIRST_COMMAND = "first command";

function isNoisy({ data, noise }: NamedPolicy): boolean {
  if (noise !== "random" || data.kind === "zero") return false;
  return data.kind !== "file" || data.noise !== null || data.flow !== null;
}

function taskCauses({ disturbances, policy, without }: DriveSetup, task: Task): Cause[] {
  const gone = new Set(without?.causes);
  const own = causesOf(task).filter(({ disturbs }) => disturbances || !disturbs);
  const all = [...own, ...(isNoisy(policy) ? [{ id: "actions", words: "noise of the policy's actions" }] : [])];
  return all.filter(({ id }) => !gone.has(id)).map(({ id, words }) => ({ id, words, changes: [] }));
}
