/**
 * The model card of every controller that ships, and the table of all of them. Facts of a file come from the contract
 * inside it; what was measured comes from controllers/<name>.json.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ControllerCard, controllerCards, evaluationText } from "../src/catalogue/controller-cards.ts";
import { shippedController } from "../src/catalogue/shipped-controllers.ts";
import type { Contract } from "../src/export/contract/contract-schema.ts";
import { readController } from "../src/export/read-controller.ts";
import { packageRoot } from "../src/files/package-root.ts";
import { registry } from "../src/tasks/index.ts";
import { code, fence, plain, table } from "./markdown.ts";

/** Files that `npm run generate` writes, relative to the package, with their text. */
export function cardFiles(): Map<string, string> {
  const rows = controllerCards();
  const cards = rows.map((row) => [`controllers/${row.name}.md`, card(row)] as const);
  const readme = readFileSync(join(packageRoot, "controllers", "README.md"), "utf8");
  const filled = readme.replace(/(?<=<!-- table -->\n)[\s\S]*?(?=\n<!-- end of the table -->)/, () => overview(rows));
  return new Map([...cards, ["controllers/README.md", filled]]);
}

/** The contract in a controller's file, and the size of the file. */
function fileOf({ name }: ControllerCard): { readonly contract: Contract; readonly bytes: number } {
  const file = readFileSync(shippedController(name)!);
  return { contract: readController(file, name).contract, bytes: file.length };
}

/** The command that measured a controller. */
function evaluated({ name, evaluation: { episodes, seed } }: ControllerCard): string {
  return `npx flowgait eval ${name} --episodes ${episodes} --seed ${seed}`;
}

function overview(rows: readonly ControllerCard[]): string {
  const cells = rows.map((row) => [
    `[${row.name}](${row.name}.md)${row.experimental ? " (experimental)" : ""}`,
    row.made.map(code).join(", then "),
    String(row.seed),
    millions(row.steps),
    row.time,
    evaluationText(row),
    row.goals,
    code(evaluated(row)),
  ]);
  return table(["controller", "made by", "seed", "steps", "wall time", "result", "goals", "measured by"], cells);
}

function card(row: ControllerCard): string {
  const { name, about, goals, kicks, limits } = row;
  const { contract, bytes } = fileOf(row);
  const parts = [
    `# ${name}`,
    `<!-- Written by \`npm run generate\` from the file's contract and controllers/${name}.json. -->`,
    about,
    fence("sh", `npx flowgait play ${name}\n${evaluated(row)}\nnpx flowgait doctor ${name}`),
    section("What is in the file", factsTable(contract, bytes)),
    section("How it moves", movement(name, contract)),
    section("How it was trained", training(contract, row)),
    section(
      "How well it does",
      table(["measured by", "result", "goals"], [[code(evaluated(row)), evaluationText(row), goals]]),
    ),
    kicks === undefined ? "" : section("Falls by kick", table(["disturbance", "result"], kicks)),
    section("Observation", observation(contract)),
    limits === undefined ? "" : section("Known limits", limits.map((limit) => `- ${limit}`).join("\n")),
    section("Use", USE),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const USE =
  "For simulation and research. It was never run on a robot. Before you try it on one, read [Deploy on a robot](../docs/deploy.md) and its safety list. License: Apache-2.0.";

function section(title: string, text: string): string {
  return `## ${title}\n\n${text}`;
}

function factsTable(
  { task, policy, controlPeriod, weightsSha256, fileSha256, training }: Contract,
  bytes: number,
): string {
  const { flowSteps, sampler } = policy;
  const flow = `a flow of ${flowSteps} ${sampler} steps, from ${policy.noise === "zero" ? "zero" : "random"} noise`;
  const rows = [
    ["task", code(task.name)],
    ["size", `${(bytes / 1e6).toFixed(2)} MB`],
    ["policy", policy.kind === "flow" ? flow : policy.kind],
    ["observation, action", `${task.obsSize} values, ${task.actionSize} values`],
    ["rate", `${Number((1 / controlPeriod).toPrecision(4))} Hz`],
    ["algorithm", code(training.algorithm)],
    ["SHA-256 of the weights", code(weightsSha256)],
    ["SHA-256 of the file, its own digits as zeros", code(fileSha256 ?? "")],
  ];
  return table(["", ""], rows);
}

function movement(name: string, { task }: Contract): string {
  const { action, command, lesson } = task;
  const gait =
    action.feedForward === null || action.feedForward === undefined
      ? "There is no feed-forward: the policy alone decides every target."
      : `**A feed-forward gait carries the policy**: every joint target is the home pose, plus a scripted step (${code(
          String(action.feedForward.kind),
        )}), plus the policy's action. The policy balances, corrects and steers; it did not discover the step. ${code(
          `npx flowgait tasks ${name}${lesson ? ` --lesson ${lesson.name}` : ""}`,
        )} prints the gait's numbers.`;
  const ranges = command?.names.map((value, k) => [
    code(value),
    `${command.ranges[k]!.join(" to ")} ${plain(command.units[k]!)}`,
  ]);
  return [gait, ranges ? table(["command", "range"], ranges) : ""].filter((part) => part !== "").join("\n\n");
}

function training({ task, training: { envSteps, seed } }: Contract, row: ControllerCard): string {
  const advised = task.lesson && registry.get(task.name).lessons[task.lesson.name]?.advise !== undefined;
  const data = "Simulated experience of this run alone: no recorded motion, no data set, no weights of others.";
  const lesson = task.lesson
    ? `It was trained on the lesson \`${task.lesson.name}\` and evaluated on the task itself.`
    : "";
  const script = advised
    ? "A scripted controller of that lesson advised the policy during training; the file does not need it."
    : "";
  const facts = table(
    ["seed", "steps", "wall time", "machine"],
    [[String(seed), millions(envSteps), row.time, row.machine]],
  );
  const sentences = [data, lesson, script, row.note ?? ""].filter((part) => part !== "").join(" ");
  return [sentences, fence("sh", row.made.join("\n")), facts].join("\n\n");
}

function observation({ task }: Contract): string {
  return table(
    ["values", "term", "unit"],
    task.observation.map(({ name, offset, size, unit }) => [
      size === 1 ? String(offset) : `${offset}–${offset + size - 1}`,
      code(name),
      plain(unit ?? ""),
    ]),
  );
}

function millions(steps: number): string {
  return `${Number((steps / 1e6).toPrecision(2))} M`;
}
