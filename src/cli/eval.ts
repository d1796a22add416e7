/** `flowgait eval <policy>`: whole episodes under a fixed policy, and their results. */
import { choice, twist, wholeNumber } from "../catalogue/flag-value.ts";
import { hasDelays } from "../catalogue/overlay-file.ts";
import { noteContradictions, type Place, type PlaceOptions, placeOf } from "../catalogue/place.ts";
import { type Output, resultJson } from "../files/output.ts";
import { createEngine } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import { type Ambiguity, measureAmbiguity } from "../rollout/ambiguity.ts";
import type { CommandVector } from "../rollout/evaluation.ts";
import { nonFiniteText } from "../rollout/non-finite.ts";
import type { PolicyData, StartNoise } from "../rollout/policy-data.ts";
import type { EvaluationSummary } from "../runs/metrics.ts";
import { Environment, identifiedWords, resolveTask, type Task } from "../tasks/index.ts";
import { clipsOf } from "../tasks/tracking/track-task.ts";
import { evaluatePolicy } from "../train/evaluate.ts";
import { type CheckpointOptions, takePolicy } from "./flags/checkpoint-flag.ts";
import { type FlowOptions, readFlowFlags, resampled } from "./flags/flow-flags.ts";
import { counted, formatNumber, formatTable } from "./table.ts";

/** The flags. */
export interface EvalOptions extends CheckpointOptions, FlowOptions, PlaceOptions {
  readonly episodes: string;
  readonly seed: string;
  readonly command?: string;
  readonly noise?: string;
  /** False with --no-disturbances. */
  readonly disturbances: boolean;
  readonly workers: string;
  readonly ambiguity?: string;
  readonly json?: boolean;
}

const AMBIGUOUS_DRAWS = 16;

/** Runs the command. */
export async function evaluate(reference: string, options: EvalOptions, output: Output): Promise<void> {
  const settings = readSettings(options);
  const found = await takePolicy(reference, options, output);
  const place = await placeOf(found, options, output);
  const policy = await bindPolicy(place, settings, async (env) => {
    const data = resampled(await found.bind(env), settings.flow, reference);
    noteContradictions(found, env, output);
    return data;
  });
  const { seed, episodes, workers } = settings;
  const command = settings.command && withinRanges(settings.command, policy.task, output);
  const noise: StartNoise = settings.noise ?? found.noise ?? "random";
  const request = { policy: policy.data, noise, seed, episodes, command };
  const summary = await evaluatePolicy(request, {
    ...place,
    disturbances: options.disturbances,
    workers,
    engine: "ort",
    warned: (words) => output.note(`warning: ${words}`),
  });
  const ambiguity = settings.ambiguity === 0 ? null : await ambiguityOf(place, policy.data, settings);
  const { aliveShare = null, bodyErrorMm = null, globalErrorMm = null } = summary.counters ?? {};
  const tracked = { aliveShare, bodyErrorMm, globalErrorMm, ambiguity, identified: identifiedWords(policy.task) };
  const document = { task: policy.task.name, policy: reference, ...summary, ...tracked };
  if (options.json === true) resultJson(output, evalJson(document));
  else output.result(`${evalText(document, policy.task)}\n`);
  failIfBroken(reference, document);
}

function readSettings(options: EvalOptions) {
  const { noise, command } = options;
  if (!options.disturbances && hasDelays(options))
    throw new UserError("--no-disturbances: removes the delays that are given; omit one of the flags", { exitCode: 2 });
  return {
    flow: readFlowFlags(options),
    episodes: wholeNumber("--episodes", options.episodes, 1),
    seed: wholeNumber("--seed", options.seed, 0, 0xffffffff),
    ambiguity: options.ambiguity === undefined ? 0 : wholeNumber("--ambiguity", options.ambiguity, 1, 1000),
    workers: wholeNumber("--workers", options.workers, 0, 256),
    noise: noise === undefined ? undefined : choice("--noise", noise, ["random", "zero"]),
    command: command === undefined ? null : twist("--command", command),
  };
}

async function ambiguityOf(
  place: Place,
  policy: PolicyData,
  { seed, ambiguity: states }: { readonly seed: number; readonly ambiguity: number },
): Promise<Ambiguity> {
  const env = await Environment.create(await resolveTask(place.task, place), { noise: false });
  const engine = createEngine("ort");
  try {
    clipsOf(env); // refuses a task that tracks nothing
    return await measureAmbiguity(env, engine, { policy, seed, states, draws: AMBIGUOUS_DRAWS });
  } finally {
    env.delete();
    await engine.dispose();
  }
}

/** Loads the task once to fit the policy to it, and to refuse a command that it does not have. */
async function bindPolicy(
  place: Place,
  { command }: { readonly command: CommandVector | null },
  bind: (env: Environment) => Promise<PolicyData>,
): Promise<{ task: Task; data: PolicyData }> {
  const env = await Environment.create(await resolveTask(place.task, place));
  try {
    const { task } = env;
    if (command !== null && env.commandSize !== command.length)
      throw new UserError(`--command: ${task.name} has no velocity command; omit this flag`, {
        exitCode: 2,
      });
    return { task, data: await bind(env) };
  } finally {
    env.delete();
  }
}

/** The command within what policies are trained for; says once what was taken instead of what was asked. */
function withinRanges(asked: CommandVector, { command }: Task, output: Output): CommandVector {
  const { ranges = [], names = [], units = [] } = command ?? {};
  const taken = asked.map((value, i) => Math.max(ranges[i]![0], Math.min(ranges[i]![1], value)));
  const changes = asked.flatMap((value, i) => {
    const [low, high] = ranges[i]!;
    return value === taken[i]
      ? []
      : `${names[i]} ${value} is outside ${low} to ${high} ${units[i]}, set to ${taken[i]}`;
  });
  if (changes.length > 0) output.note(`--command: ${changes.join("; ")}`);
  return taken as unknown as CommandVector;
}

/** Episodes that a bad action, control or observation ended measure nothing: fails then. */
function failIfBroken(reference: string, { nonFinite, episodes }: EvalDocument): void {
  const broken = nonFinite.filter(({ source }) => source !== "physics");
  if (broken.length > 0)
    throw new UserError(`${reference}: ${nonFiniteText(broken, episodes)}; expected finite values`);
}

type EvalDocument = EvaluationSummary & {
  readonly task: string;
  readonly policy: string;
  /** Of tasks that track: shares and mm; null elsewhere. */
  readonly aliveShare: number | null;
  readonly bodyErrorMm: number | null;
  readonly globalErrorMm: number | null;
  /** Identified physics and randomised delays, one sentence each. */
  readonly identified: readonly string[];
  /** Null where it was not asked for. */
  readonly ambiguity: Ambiguity | null;
};

/** Success, drops and counters, for tables; empty where the task declares no goal. */
function goalRows({ successRate, secondsToSuccess, dropRate, counters }: EvaluationSummary, task: Task): string[][] {
  const after = secondsToSuccess === null ? "" : `, after ${formatNumber(secondsToSuccess)} s on average`;
  const rows = Object.entries(counters ?? {}).map(([name, value]) => {
    const { unit, per } = task.goal!.counters![name]!;
    return [name, `${formatNumber(value)} ${unit} per ${per}`];
  });
  if (dropRate !== null) rows.unshift(["dropped", `${formatNumber(100 * dropRate)} %`]);
  if (successRate !== null) rows.unshift(["success", `${formatNumber(100 * successRate)} %${after}`]);
  return rows;
}

function ambiguityRows({ states, draws, legModes, armModes, entropy, styleShare, aliveShare }: Ambiguity): string[][] {
  const styles = styleShare === null ? "" : `, ${formatNumber(100 * styleShare)} % of the path's styles`;
  return [
    ["distinct futures", `legs ${formatNumber(legModes)}, arms ${formatNumber(armModes)}${styles}`],
    [
      "",
      `entropy ${formatNumber(entropy)} nats; ${states} states, ${draws} draws each, ${formatNumber(100 * aliveShare)} % alive`,
    ],
  ];
}

/** How smoothly a legged robot walks and at what cost; empty where the task does not say where its feet are. */
function smoothnessRows(result: EvaluationSummary): string[][] {
  const rows = [
    ["swing asymmetry", result.swingAsymmetry, 100, "% between feet"],
    ["joint targets change", result.targetRate, 1, "rad/s"],
    ["joints accelerate", result.jointAcceleration, 1, "rad/s²"],
    ["feet slip", result.footSlip, 1, "m/s while they touch"],
    ["torque", result.torqueShare, 100, "% of its limits"],
    ["cost of transport", result.costOfTransport, 1, ""],
  ] as const;
  return rows.flatMap(([name, value, factor, unit]) =>
    value === null ? [] : [[name, `${formatNumber(factor * value)} ${unit}`.trimEnd()]],
  );
}

/** The documented fields, in the documented order. */
const documented = [
  "task",
  "policy",
  "episodes",
  "returnMean",
  "returnStd",
  "episodeLengthMean",
  "fallRate",
  "linVelError",
  "yawRateError",
  "linVelErrorUnaveraged",
  "yawRateErrorUnaveraged",
  "footClearance",
  "footClearanceStd",
  "swingSeconds",
  "swingSecondsStd",
  "swingAsymmetry",
  "targetRate",
  "jointAcceleration",
  "footSlip",
  "torqueShare",
  "costOfTransport",
  "standingDrift",
  "successRate",
  "secondsToSuccess",
  "dropRate",
  "counters",
  "aliveShare",
  "bodyErrorMm",
  "globalErrorMm",
  "ambiguity",
  "terms",
  "nonFinite",
  "identified",
] as const satisfies (keyof EvalDocument)[];

function evalJson(document: EvalDocument) {
  return Object.fromEntries(documented.map((field) => [field, document[field]]));
}

function evalText(result: EvalDocument, task: Task): string {
  const rows = [
    ["return", `${formatNumber(result.returnMean)} ± ${formatNumber(result.returnStd)}`],
    [
      "episode length",
      `${formatNumber(result.episodeLengthMean)} ${result.episodeLengthMean === 1 ? "step" : "steps"}`,
    ],
    ["early terminations", `${formatNumber(100 * result.fallRate)} %`],
  ];
  for (const words of result.identified) rows.push(["identified", words]);
  const errors = [
    ["velocity error", result.linVelError, result.linVelErrorUnaveraged, "m/s"],
    ["yaw rate error", result.yawRateError, result.yawRateErrorUnaveraged, "rad/s"],
  ] as const;
  for (const [name, averaged, unaveraged, unit] of errors)
    if (averaged !== null && unaveraged !== null)
      rows.push([name, `${formatNumber(averaged)} ${unit}; unaveraged ${formatNumber(unaveraged)}`]);
  if (result.footClearance !== null)
    rows.push(
      [
        "foot clearance",
        `${formatNumber(100 * result.footClearance)} ± ${formatNumber(100 * result.footClearanceStd!)} cm over all swings`,
      ],
      ["swing time", `${formatNumber(result.swingSeconds!)} ± ${formatNumber(result.swingSecondsStd!)} s`],
    );
  rows.push(...smoothnessRows(result));
  if (result.standingDrift !== null)
    rows.push(["standing drift", `${formatNumber(result.standingDrift)} m in 10 s at a zero command`]);
  if (result.nonFinite.length > 0) rows.push(["failures", nonFiniteText(result.nonFinite, result.episodes)]);
  rows.push(...goalRows(result, task));
  if (result.ambiguity !== null) rows.push(...ambiguityRows(result.ambiguity));
  const terms = Object.entries(result.terms).map(([name, value]) => [name, formatNumber(value)]);
  const two = [{ heading: "" }, { heading: "", align: "right" }] as const;
  return [
    `${result.task}, ${result.policy}, ${counted(result.episodes, "episode")}`,
    formatTable([{ heading: "" }, { heading: "" }], rows, "  "),
    `reward per second, by term\n${formatTable(two, terms, "  ")}`,
  ].join("\n\n");
}
