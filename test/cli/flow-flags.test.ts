import { describe, expect, it } from "vitest";
import { type FlowFlags, resampled } from "../../src/cli/flags/flow-flags.ts";
import type { PolicySpec } from "../../src/policy/policy.ts";
import type { PolicyData } from "../../src/rollout/policy-data.ts";

const network = { obsSize: 1, actionSize: 1, hidden: [2], activation: "silu" } as const;
const flow = { kind: "flow", ...network, outputScale: 1, flowSteps: 10 } as const;
const arrays = { weights: new Float32Array(0), mean: new Float32Array(1), std: new Float32Array(1) };
const trained = (spec: PolicySpec): PolicyData => ({ kind: "trained", spec, ...arrays });
const euler = trained({ ...flow, sampler: "euler", stepNoise: 1 });
const noisy = trained({ ...flow, sampler: "noisy-euler", stepNoise: 0.2 });
const gaussian = trained({ kind: "gaussian", ...network });

function changed(policy: PolicyData, given: Partial<FlowFlags>): unknown {
  const flags = { sampler: undefined, flowSteps: undefined, stepNoise: undefined, ...given };
  const result = resampled(policy, flags, "runs/it");
  return result.kind === "trained" ? result.spec : result.kind;
}

describe("flags of a flow", () => {
  it("leave what they do not name as it was trained", () => {
    expect(resampled(euler, { sampler: undefined, flowSteps: undefined, stepNoise: undefined }, "x")).toBe(euler);
    expect(changed(noisy, { flowSteps: 3 })).toMatchObject({ sampler: "noisy-euler", flowSteps: 3, stepNoise: 0.2 });
    expect(changed(euler, { sampler: "heun" })).toMatchObject({ sampler: "heun", flowSteps: 10 });
  });

  it("give a stochastic sampler its usual noise, or the one that is asked for", () => {
    expect(changed(noisy, { sampler: "sde" })).toMatchObject({ sampler: "sde", stepNoise: 1 });
    expect(changed(euler, { sampler: "noisy-euler" })).toMatchObject({ stepNoise: 0.05 });
    expect(changed(euler, { sampler: "sde", stepNoise: 0.5 })).toMatchObject({ sampler: "sde", stepNoise: 0.5 });
    expect(changed(noisy, { stepNoise: 0.1 })).toMatchObject({ sampler: "noisy-euler", stepNoise: 0.1 });
  });

  it("are refused where there is no flow, or no noise on its way", () => {
    expect(() => changed(gaussian, { flowSteps: 4 })).toThrow("--flow-steps: runs/it has no flow; omit this flag");
    expect(() => changed({ kind: "random" }, { sampler: "sde" })).toThrow("--sampler: runs/it has no flow");
    const quiet = "--step-noise: euler adds no noise, expected --sampler sde or noisy-euler";
    expect(() => changed(euler, { stepNoise: 0.1 })).toThrow(quiet);
  });
});
