/** `flowgait diagnose modes <policy>`: whether a GridWorld policy does several things in one state, as text, JSON and a picture. */
import { cell, choice, wholeNumber } from "../../catalogue/flag-value.ts";
import type { FoundPolicy } from "../../catalogue/found-policy.ts";
import { taskFor } from "../../catalogue/place.ts";
import { figurePath, findPolicy } from "../../catalogue/policy-reference.ts";
import { diagnoseModes, type ModeDiagnosis, type StartGoals, type StateModes } from "../../diagnose/mode-diagnosis.ts";
import { modesFigure } from "../../diagnose/modes-figure.ts";
import { writeFileAtomically } from "../../files/atomic-file.ts";
import { type Output, resultJson } from "../../files/output.ts";
import { shownPath } from "../../files/shown-path.ts";
import { UserError } from "../../math/user-error.ts";
import { CELLS, type Cell, Environment, goalCells, resolveTask, saddles } from "../../tasks/index.ts";
import { counted, formatNumber, formatTable, percent } from "../table.ts";

/** The flags. */
export interface ModesOptions {
  readonly task?: string;
  readonly state?: readonly string[];
  readonly start?: readonly string[];
  readonly draws: string;
  readonly episodes: string;
  readonly noise: string;
  readonly seed: string;
  readonly svg?: string;
  readonly json?: boolean;
}

/** The starts of the published pictures. */
const STARTS: readonly Cell[] = [
  [17, 12],
  [11, 13],
  [6, 9],
  [20, 17],
];

/** Runs the command. */
export async function diagnose(reference: string, options: ModesOptions, output: Output): Promise<void> {
  const settings = readSettings(options);
  const found = await findPolicy(reference);
  const env = await boardOf(found, options.task, output);
  try {
    const { name } = env.task;
    const goals = env.rewardNames;
    const goalAt = goalCells(env.sim, goals);
    const states = settings.states ?? saddles[name] ?? [];
    const starts = settings.starts ?? STARTS;
    for (const [flag, cells] of [
      ["--state", states],
      ["--start", starts],
    ] as const)
      for (const one of cells) checkFree(flag, one, goalAt, goals);
    const { draws, episodes, noise, seed } = settings;
    const diagnosis = await diagnoseModes({
      env,
      policy: await found.bind(env),
      noise,
      seed,
      states,
      draws,
      starts,
      episodes,
    });
    const svg = options.svg ?? (found.trained === null ? null : figurePath(reference, "modes"));
    const title = `${name}, ${describePolicy(found)}`;
    if (svg !== null) await writeFileAtomically(svg, modesFigure({ title, diagnosis, goalAt, goals }));
    const document = { task: name, policy: reference, noise, draws, episodes, svg };
    if (options.json === true) resultJson(output, modesJson(document, diagnosis));
    else output.result(`${modesText(document, diagnosis, goals)}\n`);
  } finally {
    env.delete();
  }
}

function readSettings(options: ModesOptions) {
  return {
    states: options.state?.map((text) => cell("--state", text, CELLS - 1)),
    starts: options.start?.map((text) => cell("--start", text, CELLS - 1)),
    draws: wholeNumber("--draws", options.draws, 100, 1_000_000),
    episodes: wholeNumber("--episodes", options.episodes, 1, 100_000),
    noise: choice("--noise", options.noise, ["random", "zero"]),
    seed: wholeNumber("--seed", options.seed, 0, 0xffffffff),
  };
}

/** The policy's board. Throws UserError where its task is no GridWorld. */
async function boardOf(found: FoundPolicy, asked: string | undefined, output: Output): Promise<Environment> {
  const resolved = await resolveTask(await taskFor(found, { task: asked }, output));
  if (resolved.name in saddles) return Environment.create(resolved);
  const boards = Object.keys(saddles).join(" or ");
  throw new UserError(`diagnose modes: the task is ${resolved.name}, expected ${boards}`, { exitCode: 2 });
}

function checkFree(flag: string, [x, y]: Cell, goalAt: Int8Array, goals: readonly string[]): void {
  const goal = goals[goalAt[y * CELLS + x]!];
  if (goal === undefined) return;
  throw new UserError(`${flag}: ${x},${y} is the goal ${goal}, expected a cell without a goal`, { exitCode: 2 });
}

function describePolicy({ reference, trained }: FoundPolicy): string {
  if (trained === null) return reference;
  return `${trained.algorithm} after ${trained.envSteps.toLocaleString("en")} steps, seed ${trained.seed}`;
}

interface ModesDocument {
  readonly task: string;
  readonly policy: string;
  readonly noise: string;
  readonly draws: number;
  readonly episodes: number;
  readonly svg: string | null;
}

/** The documented fields, in the documented order. */
function modesJson({ svg, ...settings }: ModesDocument, { states, starts }: ModeDiagnosis) {
  return { ...settings, states, starts, svg };
}

function modesText(document: ModesDocument, { states, starts }: ModeDiagnosis, goals: readonly string[]): string {
  const { task, policy, draws, episodes, noise, svg } = document;
  const counts = `${counted(draws, "action")} per state, ${counted(episodes, "episode")} per start`;
  const sections = [
    `${task}, ${policy}, ${counts}${noise === "zero" ? ", from zero noise" : ""}`,
    `actions by state\n${statesTable(states)}`,
    `goals by start\n${startsTable(starts, goals)}`,
  ];
  if (svg !== null) sections.push(`picture: ${shownPath(svg)}`);
  return sections.join("\n\n");
}

function statesTable(states: readonly StateModes[]): string {
  const columns = [
    { heading: "state" },
    { heading: "modes", align: "right" },
    { heading: "occupied by" },
    { heading: "around" },
    { heading: "moves" },
    { heading: "entropy", align: "right" },
  ] as const;
  const rows = states.map(({ cell: at, modes, moves, moveEntropy }) => [
    at.join(","),
    String(modes.length),
    modes.map(({ share }) => percent(share)).join(", "),
    modes.map(({ centre }) => `(${centre.map((value) => formatNumber(value, 2)).join(" ")})`).join(", "),
    moves
      .filter(({ share }) => share >= 0.05)
      .map(({ move, share }) => `${moveName(move)} ${percent(share)}`)
      .join(", "),
    `${moveEntropy.toFixed(2)} bits`,
  ]);
  return formatTable(columns, rows, "  ");
}

function startsTable(starts: readonly StartGoals[], goals: readonly string[]): string {
  const right = (heading: string) => ({ heading, align: "right" as const });
  const columns = [{ heading: "start" }, ...[...goals, "none", "entropy", "moves"].map(right)];
  const rows = starts.map(({ cell: at, goals: reached, missed, goalEntropy, lengthMean }) => [
    at.join(","),
    ...goals.map((name) => String(reached[name])),
    String(missed),
    `${goalEntropy.toFixed(2)} bits`,
    formatNumber(lengthMean, 3),
  ]);
  return formatTable(columns, rows, "  ");
}

/** "NE" for (1, 1), "stay" for (0, 0). */
function moveName([x, y]: Cell): string {
  return `${["S", "", "N"][y + 1]}${["W", "", "E"][x + 1]}` || "stay";
}
