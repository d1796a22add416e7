/** What is recorded of each controller that ships, in `controllers/<name>.json`: how it was made and how it did. README's tables are made from it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../files/package-root.ts";
import { listRobots } from "./robots.ts";
import { shippedControllers } from "./shipped-controllers.ts";

const share = z.number().min(0).max(1);
const evaluation = z.strictObject({
  episodes: z.int(),
  seed: z.int(),
  /** Control steps of an episode */
  meanSteps: z.number().optional(),
  mostSteps: z.number().optional(),
  fallRate: share.optional(),
  /** m/s and rad/s, averaged as in `eval` */
  linVelError: z.number().optional(),
  yawRateError: z.number().optional(),
  /** m */
  footClearance: z.number().optional(),
  successRate: share.optional(),
  secondsToSuccess: z.number().optional(),
});

const card = z.strictObject({
  task: z.string(),
  /** Whether it is worth a look and no more. */
  experimental: z.boolean().optional(),
  /** Commands, in Markdown */
  made: z.string(),
  seed: z.int(),
  /** Environment steps */
  steps: z.int(),
  /** Wall time, in words */
  time: z.string(),
  evaluation,
  /** What else was measured, in Markdown */
  more: z.string().optional(),
  /** What was asked of it, in the order of the evaluation */
  goals: z.string(),
});

type Card = z.infer<typeof card>;

/** A shipped controller's card. */
export interface ControllerCard extends Card {
  readonly name: string;
}

/** The cards of all shipped controllers, in the order of robots and tasks; experimental ones are last. */
export function controllerCards(): ControllerCard[] {
  const tasks = listRobots().flatMap((robot) => robot.tasks);
  const place = ({ task, experimental }: ControllerCard) => tasks.indexOf(task) + (experimental ? tasks.length : 0);
  return shippedControllers()
    .map(readCard)
    .sort((a, b) => place(a) - place(b));
}

/** Names of controllers for a task. */
export function controllersFor(task: string): string[] {
  return controllerCards()
    .filter((one) => one.task === task)
    .map(({ name }) => name);
}

/** What it achieved, in a line. */
export function resultText({ evaluation: found }: Pick<ControllerCard, "evaluation">): string {
  const { fallRate, linVelError, yawRateError, successRate, secondsToSuccess } = found;
  const parts = [
    fallRate !== undefined && `${percent(fallRate)} fall`,
    linVelError !== undefined && `velocity error ${linVelError} m/s`,
    yawRateError !== undefined && `yaw-rate error ${yawRateError} rad/s`,
    successRate !== undefined && `${percent(successRate)} success`,
    secondsToSuccess !== undefined && `after ${secondsToSuccess} s on average`,
  ];
  return parts.filter((part) => part !== false).join(", ");
}

/** The tables of controllers/README.md: robots on legs, then arms. */
export function controllerTables(): string[] {
  const cards = controllerCards();
  const walks = (one: ControllerCard) => one.evaluation.successRate === undefined;
  return [cards.filter(walks), cards.filter((one) => !walks(one))].map(table);
}

/** The text with its tables replaced by what the cards say. */
export function withTables(readme: string): string {
  const tables = controllerTables();
  return readme.replace(/^\| file \|.*\n(\|.*\n)*/gm, (old) => tables.shift() ?? old);
}

function readCard(name: string): ControllerCard {
  const path = join(packageRoot, "controllers", `${name}.json`);
  return { name, ...card.parse(JSON.parse(readFileSync(path, "utf8"))) };
}

const HEAD = "| file | commands | seed | steps | wall time | evaluation |\n|---|---|---|---|---|---|\n";

function table(cards: readonly ControllerCard[]): string {
  const rows = cards.map((one) => {
    const { name, made, seed, steps, time, experimental } = one;
    const file = `\`${name}.onnx\`${experimental ? " (experimental)" : ""}`;
    return `| ${file} | ${made} | ${seed} | ${millions(steps)} | ${time} | ${evaluationText(one)} |\n`;
  });
  return HEAD + rows.join("");
}

function evaluationText(one: ControllerCard): string {
  const { episodes, seed, meanSteps, mostSteps, footClearance, secondsToSuccess } = one.evaluation;
  const length = meanSteps === undefined ? "" : `${meanSteps} of ${mostSteps} steps, `;
  const later = secondsToSuccess === undefined ? undefined : `, after ${secondsToSuccess} s on average`;
  const result = later ? `**${resultText(one).replace(later, "")}**${later}` : `**${resultText(one)}**`;
  const clearance = footClearance === undefined ? "" : `, foot clearance ${Math.round(1000 * footClearance) / 10} cm`;
  const goals = `${one.goals.includes(",") ? "Goals" : "Goal"}: ${one.goals}`;
  return `${episodes} episodes, seed ${seed}: ${length}${result}${clearance}${one.more ? `; ${one.more}` : ""}. ${goals}`;
}

function percent(part: number): string {
  return `${Math.round(100 * part)} %`;
}

function millions(steps: number): string {
  const short = String(steps / 1e6);
  return `${short.includes(".") ? short : `${short}.0`} M`;
}
