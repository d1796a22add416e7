/**
 * A student that gives in few flow steps what a trained flow gives in many: on-policy regression. Round by round the student drives the robot,
 * the teacher says what it would have done in every state met, and the student learns from all rounds so far (Ross et al., DAgger,
 * arXiv 1011.0686).
 */
import { createOrtEngine } from "../../graph/index.ts";
import { Rng, STREAM } from "../../math/rng.ts";
import { UserError } from "../../math/user-error.ts";
import { withoutStepNoise } from "../../policy/flow-sampler.ts";
import type { EpisodePlan } from "../../rollout/episode-batch.ts";
import type { TrainedPolicy } from "../../rollout/policy-data.ts";
import type { Environment } from "../../tasks/index.ts";
import { type ControllerOptions, resolvedOptions, seededNoise } from "../controller-function.ts";
import { checkActions, runEpisodes } from "../episode-loop.ts";
import { type FlowStepReturn, flowStepReturn } from "../flow-steps.ts";
import { ReferencePolicy } from "../reference-policy.ts";
import { mean } from "../report/closed-loop.ts";
import { DistillationStep } from "./distillation-step.ts";
import { Experience } from "./experience.ts";

/** How the student learns. */
export interface DistillationSettings {
  readonly flowSteps: number;
  /** Rounds of driving; the teacher drives the first. */
  readonly rounds: number;
  /** Updates of the weights over all rounds. */
  readonly updates: number;
  /** Episodes per round. */
  readonly episodes: number;
  /** Episodes in which student and teacher are compared afterwards. */
  readonly comparedEpisodes: number;
  readonly seed: number;
}

/** Result of the distillation. */
export interface Distillation {
  readonly fromFlowSteps: number;
  readonly flowSteps: number;
  /** States that were learned from. */
  readonly rows: number;
  readonly updates: number;
  /** Mean squared difference of squashed actions, over the first and the last tenth of the updates. */
  readonly lossBefore: number;
  readonly lossAfter: number;
  readonly teacherReturn: number;
  readonly studentReturn: number;
  /** (teacher − student) / |teacher| */
  readonly returnLoss: number;
  /** Standard error of the loss, from the differences of the same episodes. */
  readonly returnLossError: number;
  /** The teacher itself in so few steps, in the same episodes: what the student has to be better than. */
  readonly undistilled: FlowStepReturn;
}

const BATCH = 256;
const LEARNING_RATE = 1e-3;

/**
 * @param env takes raw actions
 * @throws UserError when teacher or student give an action that is not finite; with exit code 2 when the policy has no flow, or no more steps
 * than asked for
 */
export async function distil(
  env: Environment,
  trained: TrainedPolicy,
  options: ControllerOptions,
  settings: DistillationSettings,
  tell: (stage: string) => void,
): Promise<{ student: TrainedPolicy; distillation: Distillation }> {
  const { teacher, student } = studentOf(trained, settings.flowSteps);
  const undistilled = { ...student, weights: trained.weights };
  const { squash } = env.actionDescription;
  const engine = createOrtEngine();
  const reference = new ReferencePolicy(teacher, options);
  try {
    const step = await DistillationStep.create(engine, student, squash, BATCH);
    const experience = new Experience(env, reference, drawStart(student, options, settings.seed));
    const losses: number[] = [];
    for (let round = 0; round < settings.rounds; round++) {
      tell(`distilling, round ${round + 1} of ${settings.rounds}`);
      const plan = { seed: settings.seed, firstEpisode: round * settings.episodes, episodes: settings.episodes };
      await experience.drive(round === 0 ? teacher : student, options, plan);
      for (let k = 0; k < settings.updates / settings.rounds; k++) {
        const rate = LEARNING_RATE * (1 - 0.9 * (losses.length / settings.updates));
        losses.push(finiteLoss(await step.update(experience.sample(BATCH), rate), losses.length + 1));
      }
    }
    const compared = { seed: settings.seed + 1, firstEpisode: 0, episodes: settings.comparedEpisodes };
    tell("comparing student and policy");
    const expected = await returnsOf(env, teacher, options, compared);
    const inFewSteps = async (policy: TrainedPolicy) =>
      flowStepReturn(settings.flowSteps, await returnsOf(env, policy, options, compared), expected);
    const found = await inFewSteps(student);
    const tenth = Math.max(1, Math.floor(losses.length / 10));
    return {
      student,
      distillation: {
        fromFlowSteps: teacher.spec.flowSteps,
        flowSteps: settings.flowSteps,
        rows: experience.rows,
        updates: losses.length,
        lossBefore: mean(losses.slice(0, tenth)),
        lossAfter: mean(losses.slice(-tenth)),
        teacherReturn: mean(expected),
        studentReturn: found.returnMean,
        returnLoss: found.loss,
        returnLossError: found.lossError,
        undistilled: await inFewSteps(undistilled),
      },
    };
  } finally {
    await reference.dispose();
    await engine.dispose();
  }
}

function finiteLoss(loss: number, update: number): number {
  if (Number.isFinite(loss)) return loss;
  throw new UserError(`--distill: the student's loss is ${loss} at update ${update}, expected a finite value`);
}

/** Of a policy that cannot be a teacher. */
export function withoutFlow(): UserError {
  return new UserError("--distill: the policy has no flow; omit this flag", { exitCode: 2 });
}

/** The teacher without noise on its way, and a student that begins with its weights. */
function studentOf(trained: TrainedPolicy, flowSteps: number) {
  const { spec } = trained;
  if (spec.kind !== "flow") throw withoutFlow();
  if (flowSteps >= spec.flowSteps)
    throw new UserError(`--distill: got ${flowSteps}, expected fewer flow steps than the policy's ${spec.flowSteps}`, {
      exitCode: 2,
    });
  const teacher = { ...trained, spec: withoutStepNoise(spec) };
  const student: TrainedPolicy = {
    ...trained,
    spec: { ...spec, sampler: "euler", flowSteps, stepNoise: 0 },
    weights: trained.weights.slice(),
  };
  return { teacher, student };
}

/** The noise of a row as the exported controller will get it. */
function drawStart(
  student: TrainedPolicy,
  options: ControllerOptions,
  seed: number,
): (out: Float32Array, row: number) => void {
  const { noise, noiseSeed } = resolvedOptions(options);
  const rng = new Rng();
  if (noise === "zero") return (out) => void out.fill(0);
  if (noise === "input") return (out, row) => rng.seek(seed, STREAM.policy, row).fillNormal(out);
  const kept = seededNoise(student, noiseSeed);
  return (out) => out.set(kept);
}

async function returnsOf(env: Environment, policy: TrainedPolicy, options: ControllerOptions, plan: EpisodePlan) {
  const reference = new ReferencePolicy(policy, options);
  try {
    const outcomes = await runEpisodes(env, plan, reference.actor(plan));
    checkActions([outcomes], "--distill");
    return outcomes.returns;
  } finally {
    await reference.dispose();
  }
}
