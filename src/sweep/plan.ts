/** A sweep before it is run: settings, seeds and rungs, with every configuration resolved and checked. */
import { checkTrainConfig, rowsPerIteration, type TrainConfig, trajectoryHash } from "../config/config.ts";
import { parseOverrides } from "../config/overrides.ts";
import { algorithmOf, presetOf } from "../config/presets.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { UserError } from "../math/user-error.ts";
import { sha256 } from "../runs/manifest.ts";
import { portableConfig } from "../runs/own-files.ts";
import { withDescription } from "../studio/prepared-run.ts";
import { isTaskFile, resolveTask, taskFileName } from "../tasks/index.ts";
import { resolveTrainConfig } from "../tasks/requested-config.ts";
import { type Axis, readAxis, valueAt, valuesOf } from "./axis.ts";
import { type Rung, rungsUpTo, rungsWithin } from "./rungs.ts";

/** Flag and text. */
type Given = readonly [string, string];

/** What is asked for. */
export interface SweepRequest {
  readonly task: string;
  readonly preset?: string;
  readonly algorithm?: string;
  /** Settings of all runs. */
  readonly given: readonly Given[];
  /** Texts of `--vary`. */
  readonly vary: readonly string[];
  /** Settings to draw; undefined: all combinations */
  readonly random?: number;
  readonly randomSeed: number;
  /** Environment steps of all runs together; undefined: each run as long as its configuration says */
  readonly budget?: number;
  readonly factor: number;
}

/** One combination of values. */
export interface Setting {
  readonly values: readonly Given[];
  /** "algorithm.clip 0.05, algorithm.epochs 8" */
  readonly name: string;
}

/** One run. */
export interface SweepCell {
  /** Index of its setting */
  readonly setting: number;
  readonly seed: number;
  /** Name of its folder */
  readonly name: string;
  /** With the length of a run that is trained to the end */
  readonly config: TrainConfig;
}

/** All of it. */
export interface SweepPlan {
  readonly task: string;
  /** Names of what is varied, without the seed */
  readonly names: readonly string[];
  readonly settings: readonly Setting[];
  readonly seeds: readonly number[];
  /** Those of one seed before the next, so that all settings have a result early */
  readonly cells: readonly SweepCell[];
  readonly rungs: readonly Rung[];
  /** Two sweeps with the same one run the same trainings */
  readonly id: string;
}

const MOST_RUNS = 10_000;
/** Evaluations of a run that is trained to the end, where the user does not say otherwise. */
const EVALUATIONS = 10;

/** @throws UserError (exit code 2) naming the setting that is unknown, wrong, or does not fit another */
export async function planSweep(request: SweepRequest): Promise<SweepPlan> {
  const axes = request.vary.map(readAxis);
  checkAxes(axes, request);
  const seedAxis = axes.find(({ name }) => name === "seed");
  const others = axes.filter(({ name }) => name !== "seed");
  const settings = request.random === undefined ? grid(others) : drawn(others, request);
  const seeds = seedAxis === undefined ? [null] : valuesOf(seedAxis);
  if (settings.length * seeds.length > MOST_RUNS)
    throw new UserError(
      `--vary: ${settings.length * seeds.length} runs, expected at most ${MOST_RUNS}; try: --random`,
      {
        exitCode: 2,
      },
    );
  const configs = await Promise.all(settings.map((setting) => configOf(request, setting)));
  const rungs = rungsOf(request, configs, seeds.length);
  const cells = seeds.flatMap((seed) =>
    settings.map((_, setting) =>
      cellOf(request, { ...configs[setting]!, seed: seedOf(seed, configs[setting]!) }, setting, rungs),
    ),
  );
  const hashes = cells.map(({ config }) => trajectoryHash(portableConfig(config)).configHash);
  const id = sha256(JSON.stringify([request.task, rungs, hashes])).slice(0, 8);
  const names = others.map(({ name }) => name);
  const plan = {
    names,
    settings,
    seeds: cells.filter(({ setting }) => setting === 0).map(({ seed }) => seed),
    cells,
    rungs,
  };
  return {
    task: isTaskFile(request.task) ? taskFileName((await resolveTask(request.task)).name) : request.task,
    ...plan,
    id,
  };
}

function checkAxes(axes: readonly Axis[], { given, algorithm, preset, random }: SweepRequest): void {
  const refuse = (words: string) => {
    throw new UserError(words, { exitCode: 2 });
  };
  const flags = [...given.map(([name]) => name), ...(algorithm ? ["algorithm"] : []), ...(preset ? ["preset"] : [])];
  axes.forEach(({ name }, k) => {
    if (axes.findIndex((axis) => axis.name === name) < k)
      refuse(`--vary ${name}: given twice, expected all its values in one --vary`);
    if (flags.includes(name)) refuse(`--${name}: is varied by --vary ${name}; omit this flag`);
  });
  if (axes.length === 0) refuse("--vary: is missing, expected at least one, such as --vary algorithm.clip=0.05,0.1");
  if (random !== undefined && axes.every(({ name }) => name === "seed"))
    refuse("--random: nothing to draw, expected --vary with a range or a list of another setting than the seed");
}

/** All combinations, the last axis fastest. */
function grid(axes: readonly Axis[]): Setting[] {
  const combinations = axes.reduce<Given[][]>(
    (before, axis) =>
      before.flatMap((values) => valuesOf(axis).map((value): Given[] => [...values, [axis.name, value]])),
    [[]],
  );
  return combinations.map(settingOf);
}

/** Different combinations by a seed of their own; fewer where there are no more. */
function drawn(axes: readonly Axis[], { random = 0, randomSeed }: SweepRequest): Setting[] {
  const settings = new Map<string, Setting>();
  const rng = new Rng();
  for (let k = 0; k < 100 * random && settings.size < random; k++) {
    rng.seek(randomSeed, STREAM.sweep, k);
    const setting = settingOf(axes.map((axis): Given => [axis.name, valueAt(axis, rng.uniform(0, 1))]));
    if (!settings.has(setting.name)) settings.set(setting.name, setting);
  }
  return [...settings.values()];
}

function settingOf(values: readonly Given[]): Setting {
  return { values, name: values.map(([name, value]) => `${name} ${value}`).join(", ") || "as given" };
}

async function configOf({ task, preset, algorithm, given }: SweepRequest, { values }: Setting): Promise<TrainConfig> {
  const varied = (flag: string) => values.find(([name]) => name === flag)?.[1];
  const [presetName, algorithmName] = [varied("preset") ?? preset, varied("algorithm") ?? algorithm];
  const pairs = [...given, ...values.filter(([name]) => name !== "preset" && name !== "algorithm")];
  const config = resolveTrainConfig({
    task,
    presets: (await resolveTask(task)).presets,
    ...(presetName !== undefined && { preset: presetOf(presetName) }),
    ...(algorithmName !== undefined && { algorithm: algorithmOf(algorithmName) }),
    overrides: parseOverrides(pairs),
  });
  await resolveTask(config.task, config); // refuses settings that the task does not have
  return withDescription(config);
}

function rungsOf({ budget, factor }: SweepRequest, configs: readonly TrainConfig[], seeds: number): Rung[] {
  const request = { settings: configs.length, seeds, factor };
  const rungs =
    budget === undefined
      ? rungsUpTo(Math.max(...configs.map(({ steps }) => steps)), request)
      : rungsWithin(budget, request);
  const rows = Math.max(...configs.map(rowsPerIteration));
  if (rungs[0]!.steps >= rows) return rungs;
  const found = `the first runs would have ${rungs[0]!.steps.toLocaleString("en")} environment steps`;
  const flag = budget === undefined ? "--steps" : "--budget";
  throw new UserError(
    `${flag}: ${found}, expected at least the ${rows.toLocaleString("en")} of an iteration; try: a larger ${flag}`,
    {
      exitCode: 2,
    },
  );
}

function seedOf(text: string | null, { seed }: TrainConfig): number {
  return text === null ? seed : (parseOverrides([["seed", text]]).seed ?? seed);
}

function cellOf({ given }: SweepRequest, config: TrainConfig, setting: number, rungs: readonly Rung[]): SweepCell {
  const { steps } = rungs.at(-1)!;
  const asked = given.some(([name]) => name === "evaluation.every-steps");
  const everySteps = asked ? config.evaluation.everySteps : Math.max(1, Math.floor(steps / EVALUATIONS));
  const evaluation = { ...config.evaluation, everySteps };
  const name = `setting-${String(setting + 1).padStart(3, "0")}-s${config.seed}`;
  return { setting, seed: config.seed, name, config: checkTrainConfig({ ...config, steps, evaluation }) };
}
