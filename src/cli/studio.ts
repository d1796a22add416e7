/** `flowgait studio`: the viewer, with a training run in it. What `npm start` runs. Stays until Ctrl-C. */
import { Command } from "commander";
import { UserError } from "../math/user-error.ts";
import { CHANNELS } from "../stream/protocol.ts";
import { StreamServer } from "../stream/server.ts";
import type { TaskVariant } from "../tasks/index.ts";
import { parseOverrides } from "../train/overrides.ts";
import { progressSink } from "../train/progress-sink.ts";
import { packageVersion } from "../train/version.ts";
import { wholeNumber } from "./flag-value.ts";
import { aborted, type Interrupt, listenForInterrupt } from "./interrupt.ts";
import { LiveView } from "./live-view.ts";
import type { Output } from "./output.ts";
import { prepareNewRun } from "./prepared-run.ts";
import { addSettingOptions, givenSettings, settingsHelp } from "./setting-options.ts";
import { endText, requestedConfig, startText, type TrainOptions } from "./train.ts";
import { runTraining } from "./training-session.ts";

interface StudioOptions extends TrainOptions {
  readonly port: string;
  readonly host: string;
  readonly task: string;
  /** False with --no-train. */
  readonly train: boolean;
}

/** The command. */
export function studioCommand(output: Output): Command {
  const command = new Command("studio")
    .summary("open the viewer and train in it")
    .description("Serve the viewer and train a task in it. The printed address opens in any browser.")
    .usage("[options] [--<setting> <value> …]")
    .option("--task <task>", "what to train", "HumanoidJoystick")
    .option("--port <port>", "port to listen on; the next free one where it is taken", "8080")
    .option(
      "--host <address>",
      "address to bind; any but a loopback address asks pages for the printed token",
      "127.0.0.1",
    )
    .option("--no-train", "serve the viewer only")
    .option("--preset <name>", "laptop (default), paper or released")
    .option("--algorithm <name>", "fpo, fpo++, ppo or denoising-mdp; the task's preset names one")
    .addHelpText("after", () => `\n${settingsHelp()}`)
    .action((options: StudioOptions) => studio(options, output));
  return addSettingOptions(command);
}

async function studio(options: StudioOptions, output: Output): Promise<void> {
  const port = wholeNumber("--port", options.port, 0, 65535);
  const config = options.train ? await requestedConfig(options.task, options) : null;
  const { host } = options;
  const channels = options.train ? CHANNELS : CHANNELS.toReversed();
  const server = await StreamServer.listen({ port, host, fallback: true, version: packageVersion(), channels });
  const interrupt = listenForInterrupt(() => output.note("closing; Ctrl-C again stops at once"));
  output.result(`flowgait studio: ${server.url}\n`);
  const view = new LiveView(server);
  try {
    if (config === null) await view.driveOnly(options.task, variantOf(options));
    else await trainInView(config, view, interrupt, output);
    await aborted(interrupt.signal);
  } finally {
    interrupt.release();
    await view.close();
    await server.close();
  }
}

/** Ground and robot of a task that is not trained. */
function variantOf(options: StudioOptions): TaskVariant {
  const { terrainSeed, modelDir, lesson } = parseOverrides(givenSettings(options));
  return { terrainSeed, modelDir, lesson };
}

/** Trains to the end; a failure of the machine is shown on the page and told here, and the studio stays open. */
async function trainInView(
  config: Awaited<ReturnType<typeof requestedConfig>>,
  view: LiveView,
  interrupt: Interrupt,
  output: Output,
): Promise<void> {
  view.announce(`loading ${config.task}`);
  try {
    const run = await prepareNewRun(config);
    output.note(startText(run));
    const sinks = [progressSink({ totalSteps: config.steps, stream: output.notes })];
    const result = await runTraining(run, { sinks, signal: interrupt.signal, view });
    output.note(endText(run, result));
    view.end(result.stopped ? "stopped" : "done");
  } catch (error) {
    if (!(error instanceof UserError) || interrupt.signal.aborted) throw error;
    view.end("failed", error.message);
    output.note(`flowgait: ${error.message}\nthe viewer stays open; Ctrl-C closes it`);
  }
}
