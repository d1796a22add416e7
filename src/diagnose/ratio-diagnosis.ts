/**
 * How the ratio that FPO clips compares with the true ratio of likelihoods while a policy is updated: a run continues for one iteration from a
 * checkpoint, and after every epoch a sample of its actions is measured under both. Nothing of the run is changed.
 */
import { hasFlowRatio, ratiosPerAction } from "../algorithms/flow-ratio.ts";
import { rowsPerIteration, type TrainConfig } from "../config/config.ts";
import { actionNoise, policySpec, updateSpec } from "../learner/networks.ts";
import { UserError } from "../math/user-error.ts";
import type { Checkpoint } from "../runs/checkpoint.ts";
import type { Places } from "../runs/own-files.ts";
import { storedConfig } from "../runs/stored-policy.ts";
import { Environment, resolveTask } from "../tasks/index.ts";
import { type Assembly, assemble, disassemble } from "../train/assembly.ts";
import { collectIteration } from "../train/collection.ts";
import { restore, type TrainingParts } from "../train/training-state.ts";
import { type Likelihoods, type ProbedRun, type ProbeSettings, RatioProbe } from "./ratio-probe.ts";
import {
  type ClipComparison,
  compareClipping,
  compareLogRatios,
  describeRatios,
  MOST_ACTION_SIZE,
  meanDifference,
  type RatioComparison,
} from "./ratio-statistics.ts";
import type { Inversion } from "./sampler-density.ts";

/** What is diagnosed. */
export interface RatioRequest {
  readonly checkpoint: Checkpoint;
  /** The checkpoint's file, for messages */
  readonly source: string;
  /** Where its task and its robot are now; if omitted, as in the checkpoint */
  readonly places?: Places;
  readonly workers: number;
  /** Actions that are measured, and Runge–Kutta steps of the continuous flow */
  readonly rows: number;
  readonly odeSteps: number;
}

/** The algorithm's ratio against one true likelihood, after some epochs. */
export interface TruthComparison extends RatioComparison, ClipComparison {
  /** The change of the likelihood bound in place of the algorithm's log-ratio */
  readonly bound: RatioComparison;
  /** Mean of ln π(a) minus its bound under the policy of the moment */
  readonly gap: number;
}

/** One moment of the update. */
export interface RatioEpoch {
  /** 0: before the first step; what differs from the policy that acted is the normaliser, where it is updated first */
  readonly epoch: number;
  /** Mean of the algorithm's ratios, and the share of them that lies outside 1 ± clip */
  readonly ratioMean: number;
  readonly clipped: number;
  /** Against the likelihood under the sampler that acts; null where that draws noise on its way */
  readonly sampler: (TruthComparison & { readonly folded: number; readonly unsolved: number }) | null;
  /** Against the likelihood under the continuous flow */
  readonly flow: TruthComparison;
}

/** Log-ratios of the sample at one moment [rows]; NaN where a likelihood is not known. */
export interface RatioPoints {
  readonly epoch: number;
  readonly proxy: Float64Array;
  readonly truth: Float64Array;
}

/** Result of the ratio diagnosis. */
export interface RatioDiagnosis {
  readonly task: string;
  readonly algorithm: string;
  readonly seed: number;
  /** Environment steps before the update */
  readonly envSteps: number;
  readonly clip: number;
  readonly pairs: number;
  /** Whether each pair's ratio is clipped alone */
  readonly perPair: boolean;
  readonly sampler: string;
  readonly flowSteps: number;
  /** Standard deviation of the noise added to actions, which neither likelihood knows of */
  readonly actionNoise: number;
  /** Rows of the iteration, and how many were measured */
  readonly iterationRows: number;
  readonly rows: number;
  /** Estimated largest error of ln π under the continuous flow from its finite steps */
  readonly odeError: number;
  readonly epochs: readonly RatioEpoch[];
  /** Against the sampler's likelihood, or the flow's where that is not known */
  readonly points: readonly RatioPoints[];
}

/** Flow times of the likelihood bound per action. */
const BOUND_TIMES = 64;

/**
 * Runs one iteration and measures it.
 * @param onProgress receives the present stage
 * @throws UserError where the checkpoint's task, algorithm or contents do not fit
 */
export async function diagnoseRatio(
  request: RatioRequest,
  onProgress: (text: string) => void,
): Promise<RatioDiagnosis> {
  const { checkpoint, source, places, workers } = request;
  const config = { ...storedConfig(checkpoint, source), ...places, workers };
  await checkSuitable(config, request.source);
  const assembly = await assemble(config, onProgress);
  try {
    restore(assembly.parts, request.checkpoint, request.source);
    return await measureIteration(assembly, config, request, onProgress);
  } finally {
    await disassemble(assembly);
  }
}

async function checkSuitable(config: TrainConfig, source: string): Promise<void> {
  const { algorithm, task } = config;
  if (algorithm.name !== "fpo" && algorithm.name !== "fpo++")
    throw new UserError(`${source}: was trained with ${algorithm.name}, whose ratio is exact, expected fpo or fpo++`, {
      exitCode: 2,
    });
  const env = await Environment.create(await resolveTask(task, config));
  const { actionSize } = env;
  const { name } = env.task;
  env.delete();
  if (actionSize > MOST_ACTION_SIZE)
    throw new UserError(
      `${source}: actions of ${name} have ${actionSize} values, expected at most ${MOST_ACTION_SIZE} for exact likelihoods`,
      { exitCode: 2 },
    );
}

async function measureIteration(
  { env, trainedEnv, engine, pool, parts }: Assembly,
  config: TrainConfig,
  { checkpoint, source, rows, odeSteps }: RatioRequest,
  onProgress: (text: string) => void,
): Promise<RatioDiagnosis> {
  const { loop, learner } = parts;
  const run = probedRun(config, trainedEnv, parts);
  const settings: ProbeSettings = { rows, odeSteps, boundTimes: BOUND_TIMES, seed: config.seed };
  const probe = await RatioProbe.create(engine, run, settings);

  onProgress("collecting");
  await collectIteration(pool, config, parts);
  probe.takeActions();
  onProgress(`measuring ${probe.rows.length.toLocaleString("en")} actions before the update`);
  const before = await probe.likelihoods(null);
  const odeError = odeErrorOf(before.flow, await probe.flow(odeSteps / 2));
  checkKnown(before, source);
  await learner.prepare(loop.clock);
  probe.takePrepared();

  const epochs: RatioEpoch[] = [];
  const points: RatioPoints[] = [];
  const comparison = { clip: run.spec.settings.clip, perAction: ratiosPerAction(run.spec) };
  let near: Inversion | null = before.sampler;
  const measure = async (epoch: number) => {
    if (epoch > 0) onProgress(`epoch ${epoch} of ${config.algorithm.epochs}`);
    const now = await probe.likelihoods(near);
    near = now.sampler;
    const logRatios = await probe.logRatios();
    const moment = compareMoment(epoch, { before, now, logRatios }, comparison);
    epochs.push(moment.report);
    points.push(moment.points);
  };
  await measure(0);
  await learner.descend(loop, measure);

  const facts = { task: env.task.name, ...runFacts(config, run, checkpoint.metadata.envSteps) };
  return { ...facts, rows: probe.rows.length, odeError, epochs, points };
}

function probedRun(config: TrainConfig, env: Environment, { sizes, views }: TrainingParts): ProbedRun {
  const { algorithm: spec } = updateSpec(config, env);
  const policy = policySpec(config, env);
  if (!hasFlowRatio(spec) || policy.kind !== "flow") throw new TypeError(`ratio: unexpected algorithm ${spec.name}`);
  return { spec, policy, sizes, views };
}

function runFacts(config: TrainConfig, { spec, policy }: ProbedRun, envSteps: number) {
  return {
    algorithm: spec.name,
    seed: config.seed,
    clip: spec.settings.clip,
    pairs: spec.settings.pairs,
    perPair: ratiosPerAction(spec) > 1,
    sampler: policy.sampler,
    flowSteps: policy.flowSteps,
    envSteps,
    actionNoise: actionNoise(config, envSteps),
    iterationRows: rowsPerIteration(config),
  };
}

/** Richardson's estimate: the error of a fourth-order method falls to a sixteenth with half the step. */
function odeErrorOf(fine: Float64Array, coarse: Float64Array): number {
  return fine.reduce((worst, value, row) => {
    const difference = Math.abs(value - coarse[row]) / 15;
    return Number.isFinite(difference) ? Math.max(worst, difference) : worst;
  }, 0);
}

/** @throws UserError where too few likelihoods are finite to compare anything */
function checkKnown({ flow, sampler }: Likelihoods, source: string): void {
  const known = flow.filter((value, row) => Number.isFinite(value) && (sampler?.solved[row] ?? 1) === 1).length;
  if (known < 2) {
    const found = `${known} of ${flow.length} actions have a finite likelihood`;
    throw new UserError(`${source}: ${found}, expected a policy whose actions can be traced back to their noise`);
  }
}

interface Moment {
  readonly before: Likelihoods;
  readonly now: Likelihoods;
  /** [rows, perAction] */
  readonly logRatios: Float32Array;
}

function compareMoment(
  epoch: number,
  moment: Moment,
  { clip, perAction }: { clip: number; perAction: number },
): { report: RatioEpoch; points: RatioPoints } {
  const { before, now, logRatios } = moment;
  const proxy = Float64Array.from(now.flow, (_, row) => {
    let sum = 0;
    for (let k = row * perAction; k < (row + 1) * perAction; k++) sum += logRatios[k];
    return sum / perAction;
  });
  const boundRatio = difference(now.bound, before.bound);
  const against = (density: Float64Array, old: Float64Array): TruthComparison => {
    const truth = difference(density, old);
    return {
      ...compareLogRatios(proxy, truth),
      ...compareClipping(logRatios, truth, perAction, clip),
      bound: compareLogRatios(boundRatio, truth),
      gap: meanDifference(density, now.bound),
    };
  };
  const known = now.sampler !== null && before.sampler !== null ? { now: now.sampler, old: before.sampler } : null;
  const sampler = known && {
    ...against(known.now.logDensity, known.old.logDensity),
    folded: shareOf(known.now.folded, 1),
    unsolved: shareOf(known.now.solved, 0),
  };
  const flow = against(now.flow, before.flow);
  const truth = known ? difference(known.now.logDensity, known.old.logDensity) : difference(now.flow, before.flow);
  return { report: { epoch, ...describeRatios(logRatios, clip), sampler, flow }, points: { epoch, proxy, truth } };
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]);
}

function shareOf(flags: Uint8Array, wanted: 0 | 1): number {
  return flags.filter((flag) => flag === wanted).length / flags.length;
}
