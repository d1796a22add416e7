/** One update of a student that learns to give in few flow steps what its teacher gives in many. */
import {
  type Engine,
  type Executable,
  gradients,
  graphFunction,
  input,
  mean,
  reshape,
  square,
  sub,
} from "../../graph/index.ts";
import { Optimiser } from "../../learner/optimiser.ts";
import { normalise } from "../../policy/network.ts";
import { parameterInputs, parameterViews } from "../../policy/parameters.ts";
import { policyAction, policyLayout } from "../../policy/policy.ts";
import type { TrainedPolicy } from "../../rollout/policy-data.ts";
import type { Squash } from "../../tasks/index.ts";
import { squashed } from "../controller-function.ts";

const ADAM = { adamBeta1: 0.9, adamBeta2: 0.999, adamEps: 1e-8, weightDecay: 0, gradientNorm: 1 };

/** Rows of one update, all [rows, …]. */
export interface DistillationRows {
  readonly obs: Float32Array;
  /** [rows, actionSize] */
  readonly noise: Float32Array;
  /** The teacher's actions before the squash, [rows, actionSize]. */
  readonly target: Float32Array;
}

/** Changes the student's weights in place. */
export class DistillationStep {
  readonly #executable: Executable;
  readonly #optimiser: Optimiser;
  readonly #feeds: Record<string, Float32Array>;
  readonly #results: Record<string, Float32Array>;

  private constructor(executable: Executable, optimiser: Optimiser, student: TrainedPolicy, gradient: Float32Array) {
    const layout = policyLayout(student.spec);
    this.#executable = executable;
    this.#optimiser = optimiser;
    this.#feeds = { ...parameterViews(layout, student.weights), mean: student.mean, std: student.std };
    this.#results = { ...parameterViews(layout, gradient, "gradient/"), loss: new Float32Array(1) };
  }

  static async create(engine: Engine, student: TrainedPolicy, squash: Squash, rows: number): Promise<DistillationStep> {
    const gradient = new Float32Array(student.weights.length);
    const executable = await engine.compile(lossFunction(student, squash, rows));
    const arrays = { weights: student.weights, gradients: gradient };
    return new DistillationStep(executable, await Optimiser.create(engine, "distill", arrays, ADAM), student, gradient);
  }

  /** @returns mean squared difference of the squashed actions before the update */
  async update(rows: DistillationRows, learningRate: number): Promise<number> {
    await this.#executable.run({ ...this.#feeds, ...rows }, this.#results);
    await this.#optimiser.step(learningRate);
    return this.#results.loss![0]!;
  }
}

/** Inputs of `DistillationRows`, `mean`, `std` and the weights; outputs `loss` [1] and `gradient/…` of every weight. */
function lossFunction({ spec }: TrainedPolicy, squash: Squash, rows: number) {
  const weights = parameterInputs(policyLayout(spec));
  const [average, deviation] = ["mean", "std"].map((name) => input(name, [spec.obsSize]));
  const obs = normalise(input("obs", [rows, spec.obsSize]), average!, deviation!);
  const given = policyAction(spec, weights, obs, input("noise", [rows, spec.actionSize]));
  const wanted = input("target", [rows, spec.actionSize]);
  const loss = mean(square(sub(squashed(given, squash), squashed(wanted, squash))));
  const names = Object.keys(weights);
  const slopes = gradients(
    loss,
    names.map((name) => weights[name]!),
  );
  return graphFunction("distillation", {
    loss: reshape(loss, [1]),
    ...Object.fromEntries(names.map((name, i) => [`gradient/${name}`, slopes[i]!])),
  });
}
