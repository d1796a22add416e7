/** `flowgait eval <policy>`: whole episodes under a fixed policy, and what came of them. */
import { Command } from "commander";
import { UserError } from "../math/user-error.ts";
import type { CommandVector } from "../rollout/evaluation.ts";
import type { PolicyData, StartNoise } from "../rollout/jobs.ts";
import { Environment, resolveTask } from "../tasks/index.ts";
import { evaluatePolicy } from "../train/evaluate.ts";
import type { EvaluationSummary } from "../train/metrics.ts";
import { choice, twist, wholeNumber } from "./flag-value.ts";
import { addFlowOptions, type FlowOptions, readFlowFlags, resampled } from "./flow-flags.ts";
import { type Output, resultJson } from "./output.ts";
import { type FoundPolicy, findPolicy } from "./policy-reference.ts";
import { formatNumber, formatTable } from "./table.ts";

interface EvalOptions extends FlowOptions {
  readonly task?: string;
  readonly episodes: string;
  readonly seed: string;
  readonly terrainSeed?: string;
  readonly command?: string;
  readonly noise?: string;
  readonly workers: string;
  readonly json?: boolean;
}

/** The command. */
export function evalCommand(output: Output): Command {
  const command = new Command("eval")
    .summary("measure a policy")
    .description("Run whole episodes under a policy: return, reward terms, tracking errors, falls.")
    .argument("<policy>", "a run folder, a checkpoint file, zero or random")
    .option("--task <task>", "task to run in; a trained policy knows its own")
    .option("--episodes <count>", "episodes", "32")
    .option("--seed <seed>", "seed of the episodes", "1000003")
    .option("--terrain-seed <seed>", "seed of the ground, where it is made from one; as trained without it")
    .option("--command <vx,vy,yaw>", "command held throughout, in m/s, m/s, rad/s; drawn as in training without it")
    .option(
      "--noise <kind>",
      "random, or zero: the flow from 0, a Gaussian's mean; as in the training's evaluations without it",
    )
    .option("--workers <count>", "threads; 0 takes one per core", "0")
    .option("--json", "one JSON document on standard output");
  return addFlowOptions(command).action((policy: string, options: EvalOptions) => evaluate(policy, options, output));
}

async function evaluate(reference: string, options: EvalOptions, output: Output): Promise<void> {
  const settings = readSettings(options);
  const found = await findPolicy(reference);
  const place = placeOf(found, options.task, settings.terrainSeed);
  const policy = await bindPolicy(place, settings, (env) => resampled(found.bind(env), settings.flow, reference));
  const { seed, episodes, command, workers } = settings;
  const noise: StartNoise = settings.noise ?? found.noise ?? "random";
  const request = { policy: policy.data, noise, seed, episodes, command };
  const summary = await evaluatePolicy(request, { ...place, workers, engine: "ort" });
  const document = { task: policy.task, policy: reference, ...summary };
  if (options.json === true) resultJson(output, evalJson(document));
  else output.result(`${evalText(document)}\n`);
}

/** Where episodes run: a task, and the ground of a seed where that is made from one. */
interface Place {
  readonly task: string;
  readonly terrainSeed: number;
}

/** What the user asks for, else what the policy was trained on. */
function placeOf({ reference, trained, terrainSeed }: FoundPolicy, task?: string, seed?: number): Place {
  if (task !== undefined) return { task, terrainSeed: seed ?? 0 };
  if (trained !== null) return { task: trained.task, terrainSeed: seed ?? terrainSeed };
  throw new UserError(`--task: is missing, ${reference} needs one`, { exitCode: 2 });
}

function readSettings(options: EvalOptions) {
  const { noise, command, terrainSeed } = options;
  return {
    flow: readFlowFlags(options),
    episodes: wholeNumber("--episodes", options.episodes, 1),
    seed: wholeNumber("--seed", options.seed, 0, 0xffffffff),
    terrainSeed: terrainSeed === undefined ? undefined : wholeNumber("--terrain-seed", terrainSeed, 0, 0xffffffff),
    workers: wholeNumber("--workers", options.workers, 0, 256),
    noise: noise === undefined ? undefined : choice("--noise", noise, ["random", "zero"]),
    command: command === undefined ? null : twist("--command", command),
  };
}

/** Loads the task once to fit the policy to it, and to refuse a command that it does not have. */
async function bindPolicy(
  place: Place,
  { command }: { readonly command: CommandVector | null },
  bind: (env: Environment) => PolicyData,
): Promise<{ task: string; data: PolicyData }> {
  const env = await Environment.create(await resolveTask(place.task, place.terrainSeed));
  try {
    const { name } = env.task;
    if (command !== null && env.commandSize !== command.length)
      throw new UserError(`--command: ${name} follows no velocity command, expected the flag left out`, {
        exitCode: 2,
      });
    return { task: name, data: bind(env) };
  } finally {
    env.delete();
  }
}

type EvalDocument = EvaluationSummary & { readonly task: string; readonly policy: string };

/** The documented fields, in the documented order. */
function evalJson(document: EvalDocument) {
  const {
    task,
    policy,
    episodes,
    returnMean,
    returnStd,
    episodeLengthMean,
    fallRate,
    linVelError,
    yawRateError,
    terms,
  } = document;
  return {
    task,
    policy,
    episodes,
    returnMean,
    returnStd,
    episodeLengthMean,
    fallRate,
    linVelError,
    yawRateError,
    terms,
  };
}

function evalText(result: EvalDocument): string {
  const rows = [
    ["return", `${formatNumber(result.returnMean)} ± ${formatNumber(result.returnStd)}`],
    ["episode length", `${formatNumber(result.episodeLengthMean)} steps`],
    ["ended early", `${formatNumber(100 * result.fallRate)} %`],
  ];
  if (result.linVelError !== null) rows.push(["velocity error", `${formatNumber(result.linVelError)} m/s`]);
  if (result.yawRateError !== null) rows.push(["yaw rate error", `${formatNumber(result.yawRateError)} rad/s`]);
  const terms = Object.entries(result.terms).map(([name, value]) => [name, formatNumber(value)]);
  const two = [{ heading: "" }, { heading: "", align: "right" }] as const;
  return [
    `${result.task}, ${result.policy}, ${result.episodes} episodes`,
    formatTable([{ heading: "" }, { heading: "" }], rows, "  "),
    `reward per second, by term\n${formatTable(two, terms, "  ")}`,
  ].join("\n\n");
}
