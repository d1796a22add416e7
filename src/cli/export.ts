/** `flowgait export <policy>`: a trained policy as a file that a robot, a browser or a Python script runs, checked after writing. */
import { join } from "node:path";
import { Command } from "commander";
import { controllerOnnx } from "../export/onnx-controller.ts";
import { checkParity, type ParityReport } from "../export/parity.ts";
import { UserError } from "../math/user-error.ts";
import type { TrainedPolicy } from "../rollout/jobs.ts";
import { describeTask, Environment, resolveTask, type TaskDescription } from "../tasks/index.ts";
import { makeFolder, writeFileAtomically } from "../train/atomic-file.ts";
import type { CheckpointMetadata } from "../train/checkpoint.ts";
import { packageVersion } from "../train/version.ts";
import { choice } from "./flag-value.ts";
import { type Output, resultJson } from "./output.ts";
import { findPolicy } from "./policy-reference.ts";
import { formatNumber } from "./table.ts";

interface ExportOptions {
  readonly format: string;
  readonly out: string;
  readonly noise: string;
  readonly outputName: string;
  readonly json?: boolean;
}

/** The command. */
export function exportCommand(output: Output): Command {
  return new Command("export")
    .summary("write a controller file")
    .description("Write a trained policy as an ONNX controller with its deployment contract, and check the file.")
    .argument("<policy>", "a run folder or a checkpoint file")
    .option("--format <name>", "onnx", "onnx")
    .option("--out <folder>", "folder to write to", ".")
    .option("--noise <start>", "zero: the action without noise; input: a second input for it", "zero")
    .option("--output-name <name>", "name of the output", "actions")
    .option("--json", "one JSON document on standard output")
    .action((policy: string, options: ExportOptions) => exportPolicy(policy, options, output));
}

async function exportPolicy(reference: string, options: ExportOptions, output: Output): Promise<void> {
  choice("--format", options.format, ["onnx"]);
  const settings = { noise: choice("--noise", options.noise, ["zero", "input"]), outputName: options.outputName };
  const { task, policy, metadata } = await loadPolicy(reference);
  const { envSteps, algorithm, seed } = metadata;
  const origin = { packageVersion: packageVersion(), run: reference, envSteps, algorithm, seed };
  const bytes = controllerOnnx(policy, task, origin, settings);
  const path = join(options.out, `${task.name}.onnx`);
  await makeFolder(options.out);
  await writeFileAtomically(path, bytes);
  const parity = await checkParity(bytes, policy, task.action.squash, settings);
  if (options.json === true) resultJson(output, { path, bytes: bytes.length, task: task.name, ...parity });
  else output.result(`${reportText(path, bytes.length, task, parity)}\n`);
}

async function loadPolicy(reference: string): Promise<{
  task: TaskDescription;
  policy: TrainedPolicy;
  metadata: CheckpointMetadata;
}> {
  const found = await findPolicy(reference);
  if (found.trained === null)
    throw new UserError(`${reference}: has nothing to export, expected a run folder or a checkpoint`, { exitCode: 2 });
  const env = await Environment.create(await resolveTask(found.trained.task));
  try {
    const policy = found.bind(env);
    if (policy.kind !== "trained")
      throw new TypeError(`${reference}: policy is ${policy.kind}, expected a trained one`);
    return { task: describeTask(env), policy, metadata: found.trained };
  } finally {
    env.delete();
  }
}

function reportText(path: string, size: number, task: TaskDescription, parity: ParityReport): string {
  return [
    `${path}: ${Math.round(size / 1024)} KiB, ${task.obsSize} observations to ${task.actionSize} actions at ${formatNumber(task.controlHz)} Hz`,
    `  largest difference to the policy over ${parity.rows} observations: ${parity.worstDifference.toExponential(1)}`,
    `  one call takes ${formatNumber(parity.medianMs, 2)} ms (99 % below ${formatNumber(parity.p99Ms, 2)} ms) of ${formatNumber(1000 / task.controlHz)} ms`,
  ].join("\n");
}
