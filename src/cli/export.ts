/** `flowgait export <policy>`: a trained policy as files that a robot, a browser or a Python script runs, checked after writing. */
import { join } from "node:path";
import { Command } from "commander";
import { controllerContract } from "../export/contract.ts";
import { type ControllerOptions, NOISE_KINDS, OUTPUT_KINDS } from "../export/controller-function.ts";
import { deployYaml } from "../export/deploy-yaml.ts";
import { controllerOnnx } from "../export/onnx-controller.ts";
import { checkOutputFolder, writeExport } from "../export/output-folder.ts";
import { checkParity, type ParityReport } from "../export/parity.ts";
import { UserError } from "../math/user-error.ts";
import { FLOW_SAMPLERS } from "../policy/flow-sampler.ts";
import type { TrainedPolicy } from "../rollout/jobs.ts";
import { describeTask, Environment, resolveTask, type TaskDescription } from "../tasks/index.ts";
import type { CheckpointMetadata } from "../train/checkpoint.ts";
import { oneOf } from "../train/config-issue.ts";
import { packageVersion } from "../train/version.ts";
import { choice, wholeNumber } from "./flag-value.ts";
import { type FlowFlags, type FlowOptions, readFlowFlags, resampled } from "./flow-flags.ts";
import { type Output, resultJson } from "./output.ts";
import { findPolicy } from "./policy-reference.ts";
import { formatNumber } from "./table.ts";

interface ExportOptions extends FlowOptions {
  readonly format: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly noise: string;
  readonly noiseSeed?: string;
  readonly output: string;
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
    .option("--out <folder>", "folder to write to, new or empty; exports/<task> without it")
    .option("--force", "write into a folder that holds something")
    .option("--sampler <name>", `how a flow is integrated: ${oneOf(FLOW_SAMPLERS)}; as trained without it`)
    .option("--flow-steps <count>", "integration steps of the flow; as trained without it")
    .option("--step-noise <amount>", "noise of sde and noisy-euler on their way; as trained without it")
    .option(
      "--noise <start>",
      "zero: the action without noise; seed: always the same draw; input: a second input for it",
      "zero",
    )
    .option("--noise-seed <seed>", "seed of --noise seed; 1 without it")
    .option("--output <kind>", "actions, or joint-targets: rad, scale, default pose and feed-forward inside", "actions")
    .option("--output-name <name>", "name of the output", "actions")
    .option("--json", "one JSON document on standard output")
    .action((policy: string, options: ExportOptions) => exportPolicy(policy, options, output));
}

async function exportPolicy(reference: string, options: ExportOptions, output: Output): Promise<void> {
  choice("--format", options.format, ["onnx"]);
  const settings = readSettings(options);
  const flow = readFlowFlags(options);
  const { task, policy, metadata } = await loadPolicy(reference, flow);
  const folder = options.out ?? join("exports", task.name);
  await checkOutputFolder(folder, options.force === true);
  const { envSteps, algorithm, seed } = metadata;
  const origin = { packageVersion: packageVersion(), run: reference, envSteps, algorithm, seed };
  const bytes = controllerOnnx(policy, task, origin, settings);
  const contract = controllerContract(policy, task, origin, settings);
  const files = new Map<string, Uint8Array | string>([
    [`${task.name}.onnx`, bytes],
    ["contract.json", `${JSON.stringify(contract, null, 2)}\n`],
  ]);
  const deploy = deployYaml(task);
  if (deploy !== null) files.set("deploy.yaml", deploy);
  const [path] = await writeExport(folder, files);
  const parity = await checkParity(bytes, policy, task, settings);
  if (options.json === true)
    resultJson(output, { path, files: [...files.keys()], bytes: bytes.length, task: task.name, ...parity });
  else output.result(`${reportText(path!, bytes.length, task, parity)}\n`);
}

function readSettings(options: ExportOptions): ControllerOptions {
  const noise = choice("--noise", options.noise, NOISE_KINDS);
  if (options.noiseSeed !== undefined && noise !== "seed")
    throw new UserError(`--noise-seed: means nothing with --noise ${noise}, expected --noise seed`, { exitCode: 2 });
  if (!/^[A-Za-z_][\w.]*$/.test(options.outputName) || ["obs", "noise"].includes(options.outputName))
    throw new UserError(
      `--output-name: got "${options.outputName}", expected a word of letters, digits and _ other than obs and noise`,
      { exitCode: 2 },
    );
  return {
    noise,
    noiseSeed: wholeNumber("--noise-seed", options.noiseSeed ?? "1", 0, 0xffffffff),
    output: choice("--output", options.output, OUTPUT_KINDS),
    outputName: options.outputName,
  };
}

async function loadPolicy(
  reference: string,
  flow: FlowFlags,
): Promise<{
  task: TaskDescription;
  policy: TrainedPolicy;
  metadata: CheckpointMetadata;
}> {
  const found = await findPolicy(reference);
  if (found.trained === null)
    throw new UserError(`${reference}: has nothing to export, expected a run folder or a checkpoint`, { exitCode: 2 });
  const env = await Environment.create(await resolveTask(found.trained.task));
  try {
    const policy = resampled(found.bind(env), flow, reference);
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
