/** What is recorded of each controller that ships, in `controllers/<name>.json`: how it was made and how it did. Model cards are made from it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../files/package-root.ts";
import { registry } from "../tasks/index.ts";
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
  dropRate: share.optional(),
  /** Of the task's goal, by name, in their units */
  counters: z.record(z.string(), z.number()).optional(),
});

const card = z.strictObject({
  task: z.string(),
  /** Whether it is worth a look and no more. */
  experimental: z.boolean().optional(),
  /** A sentence for people. */
  about: z.string(),
  /** Commands, one after another */
  made: z.array(z.string()).min(1),
  /** What else is to be said of how it was made, in Markdown */
  note: z.string().optional(),
  /** Wall time of the training, and the machine, in words */
  time: z.string(),
  machine: z.string(),
  seed: z.int(),
  /** Environment steps */
  steps: z.int(),
  evaluation,
  /** What else was measured, in Markdown */
  more: z.string().optional(),
  /** What was asked of it, and whether that was reached */
  goals: z.string(),
  /** Disturbances, and what came of them */
  kicks: z.array(z.tuple([z.string(), z.string()])).optional(),
  limits: z.array(z.string()).optional(),
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
export function resultText({ task, evaluation: found }: Pick<ControllerCard, "task" | "evaluation">): string {
  const { fallRate, linVelError, yawRateError, successRate, secondsToSuccess, dropRate, counters = {} } = found;
  const declared = registry.get(task).goal?.counters;
  const parts = [
    ...Object.entries(counters).map(([name, value]) => {
      const { unit, per } = declared![name]!;
      return `${name} ${value} ${unit} per ${per}`;
    }),
    dropRate !== undefined && `${percent(dropRate)} dropped`,
    fallRate !== undefined && `${percent(fallRate)} fall`,
    linVelError !== undefined && `velocity error ${linVelError} m/s`,
    yawRateError !== undefined && `yaw-rate error ${yawRateError} rad/s`,
    successRate !== undefined && `${percent(successRate)} success`,
    secondsToSuccess !== undefined && `after ${secondsToSuccess} s on average`,
  ];
  return parts.filter((part) => part !== false).join(", ");
}

/** What was measured, in Markdown: what was asked for is bold. */
export function evaluationText(one: ControllerCard): string {
  const { meanSteps, mostSteps, footClearance, secondsToSuccess } = one.evaluation;
  const length = meanSteps === undefined ? "" : `${meanSteps} of ${mostSteps} steps, `;
  const later = secondsToSuccess === undefined ? "" : `, after ${secondsToSuccess} s on average`;
  const clearance = footClearance === undefined ? "" : `, foot clearance ${Math.round(1000 * footClearance) / 10} cm`;
  return `${length}**${resultText(one).replace(later, "")}**${later}${clearance}${one.more ? `; ${one.more}` : ""}`;
}

function readCard(name: string): ControllerCard {
  const path = join(packageRoot, "controllers", `${name}.json`);
  return { name, ...card.parse(JSON.parse(readFileSync(path, "utf8"))) };
}

function percent(part: number): string {
  return `${Math.round(100 * part)} %`;
}
