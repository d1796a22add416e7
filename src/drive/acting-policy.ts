/** The policy that acts in a drive, and how it draws its actions. */
import { flowOf, type PolicyData, type TrainedFlow } from "../rollout/policy-data.ts";
import type { DriveMoment, FlowSettings, NamedPolicy } from "./drive-orders.ts";

/** Random actions without their noise are zeros. */
export function calmed(data: PolicyData, isCalm: boolean): PolicyData {
  return isCalm && data.kind === "random" ? { kind: "zero" } : data;
}

/** The same policy, drawn in another way; null where it is no flow. */
export function redrawn({ key, data }: NamedPolicy, { steps, noise }: FlowSettings): NamedPolicy | null {
  const flow = flowOf(data);
  if (flow === null) return null;
  return { key, noise, data: steps === flow.spec.flowSteps ? data : withSteps(flow, steps) };
}

/** What kind of policy acts. */
export function policyKind(data: PolicyData): DriveMoment["kind"] {
  return data.kind === "trained" ? data.spec.kind : data.kind;
}

function withSteps(flow: TrainedFlow, flowSteps: number): TrainedFlow {
  return { ...flow, spec: { ...flow.spec, flowSteps } };
}

/** How the policy that acts draws its actions, as far as it can be changed; null where it is no flow. */
export function flowSettingsOf({ data, noise }: NamedPolicy): FlowSettings | null {
  const flow = flowOf(data);
  return flow && { steps: flow.spec.flowSteps, noise };
}
