/** An export of a student instead of the policy it learned from. */
import type { TrainedPolicy } from "../../rollout/policy-data.ts";
import { Environment } from "../../tasks/index.ts";
import { weightsSha256 } from "../contract/checksum.ts";
import { resolvedOptions } from "../controller-function.ts";
import { controllerOnnx } from "../onnx-controller.ts";
import { type Latency, measureLatency } from "../report/latency.ts";
import type { ExportSubject } from "../report/measurement.ts";
import type { DistillationReport } from "../report/report.ts";
import { runOnnx } from "../running-controller.ts";
import { type DistillationSettings, distil, withoutFlow } from "./distil.ts";

/** Trains the student. @param calls that the teacher's latency is measured with @throws UserError when the policy cannot be distilled so */
export async function distilled(
  subject: ExportSubject,
  settings: DistillationSettings,
  calls: number,
  tell: (stage: string) => void,
): Promise<{ subject: ExportSubject; distillation: DistillationReport }> {
  const { policy, task, options, origin } = subject;
  if (policy.kind === "file") throw withoutFlow();
  const env = await Environment.create(task);
  try {
    const { student, distillation } = await distil(env, policy, options, settings, tell);
    const distilledFrom = { flowSteps: distillation.fromFlowSteps, weightsSha256: weightsSha256(policy) };
    return {
      subject: { ...subject, policy: student, origin: { ...origin, distilledFrom } },
      distillation: { ...distillation, teacherLatency: await latencyOf(subject, policy, calls) },
    };
  } finally {
    env.delete();
  }
}

async function latencyOf(
  { description, origin, options }: ExportSubject,
  policy: TrainedPolicy,
  calls: number,
): Promise<Latency> {
  const plain = { ...options, noise: "zero" } as const;
  const running = await runOnnx(
    controllerOnnx(policy, description, origin, plain),
    resolvedOptions(options).outputName,
  );
  const obs = policy.mean.slice();
  const out = new Float32Array(description.actionSize);
  try {
    return await measureLatency(() => running.act(obs, null, out), calls);
  } finally {
    await running.close();
  }
}
