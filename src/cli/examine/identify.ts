/** `flowgait identify <robot> <log>`: what physics a robot's joints have, from a recording of them. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { choice, realNumber, wholeNumber } from "../../catalogue/flag-value.ts";
import { readOverlay } from "../../catalogue/overlay-file.ts";
import { robotReference } from "../../catalogue/robot-reference.ts";
import { overlaySettings } from "../../config/overlay.ts";
import type { TaskSettings } from "../../config/task-setting-text.ts";
import { readError, writeFileAtomically } from "../../files/atomic-file.ts";
import { type Output, resultJson } from "../../files/output.ts";
import { shellPath } from "../../files/shown-path.ts";
import { packageVersion } from "../../files/version.ts";
import { csvOfLog, parseCsvLog } from "../../identify/csv-log.ts";
import { excitation } from "../../identify/excitation.ts";
import { HungRobot } from "../../identify/hung-robot.ts";
import { type Identification, identify, overlayOf } from "../../identify/identify.ts";
import type { JointLog } from "../../identify/joint-log.ts";
import { mcapOfLog, parseMcapLog } from "../../identify/mcap-log.ts";
import { recorded } from "../../identify/recorded.ts";
import { UserError } from "../../math/user-error.ts";
import { isSceneFile, resolveDriven, type Task, withSettings } from "../../tasks/index.ts";
import { formatNumber, formatTable } from "../table.ts";

/** The flags. */
export interface IdentifyOptions {
  readonly out?: string;
  readonly keep: string;
  readonly excite?: string;
  readonly seconds: string;
  readonly amplitude: string;
  readonly joints?: string;
  readonly simulate?: string;
  readonly overlay?: string;
  readonly noise: string;
  readonly seed: string;
  readonly json?: boolean;
}

/** Runs the command. */
export async function identifyRobot(
  reference: string,
  path: string | undefined,
  options: IdentifyOptions,
  output: Output,
): Promise<void> {
  const { excite, simulate, overlay } = options;
  if (overlay !== undefined && simulate === undefined)
    throw new UserError("--overlay: is only for --simulate; omit this flag", { exitCode: 2 });
  const physics = overlay === undefined ? {} : overlaySettings(readOverlay(overlay));
  const robot = await HungRobot.create(await robotsTask(robotReference(reference), physics));
  try {
    if (excite !== undefined) return await writeTargets(robot, excite, path, options, output);
    if (path === undefined)
      throw new UserError("<log> is missing; expected a recording, or --excite <file> to write targets for one", {
        exitCode: 2,
      });
    if (simulate !== undefined) return await writeRecording(robot, path, simulate, options, output);
    await writeOverlay(robot, { reference, path }, options, output);
  } finally {
    robot.delete();
  }
}

/** Overlays of a bare scene make no task of it; they are settings of tasks. */
async function robotsTask(reference: string, taskSettings: TaskSettings): Promise<Task> {
  if (isSceneFile(reference)) return withSettings(await resolveDriven(reference), taskSettings);
  return resolveDriven(reference, { taskSettings });
}

async function writeTargets(
  robot: HungRobot,
  file: string,
  log: string | undefined,
  { seconds, amplitude, joints }: IdentifyOptions,
  output: Output,
): Promise<void> {
  if (log !== undefined) throw new UserError(`<log>: got ${log} with --excite, expected one of them`, { exitCode: 2 });
  const targets = excitation(robot, {
    seconds: realNumber("--seconds", seconds, 1, 600),
    amplitude: realNumber("--amplitude", amplitude, 0.001, 3),
    joints: joints?.split(",").map((name) => name.trim()) ?? [],
  });
  await writeFileAtomically(file, csvOfLog(targets));
  const { time } = targets;
  output.result(
    `${file}: targets of ${jointCount(targets)}, ${formatNumber(time.at(-1)!)} s at ${formatNumber(1 / time[1]!)} Hz\n`,
  );
}

async function writeRecording(
  robot: HungRobot,
  path: string,
  file: string,
  { noise, seed }: IdentifyOptions,
  output: Output,
): Promise<void> {
  const targets = readLog(path, false).log;
  const log = recorded(robot, targets, {
    noise: realNumber("--noise", noise, 0, 1),
    seed: wholeNumber("--seed", seed, 0, 0xffffffff),
  });
  await writeFileAtomically(file, isMcap(file) ? await mcapOfLog(log) : csvOfLog(log));
  output.result(`${file}: ${log.time.length} rows of ${jointCount(log)}, recorded in the simulation\n`);
}

async function writeOverlay(
  robot: HungRobot,
  { reference, path }: { readonly reference: string; readonly path: string },
  options: IdentifyOptions,
  output: Output,
): Promise<void> {
  const kept = choice("--keep", options.keep, ["kd", "damping"]);
  const { log, sha256 } = readLog(path, true);
  const found = await identify(robot, log, kept, (stage) => output.note(`${stage} …`));
  const out = options.out ?? `${path.slice(0, path.length - extname(path).length)}.overlay.json`;
  const seconds = Number(log.time.at(-1)!.toFixed(6));
  const about = { packageVersion: packageVersion(), robot: basename(robot.sim.scene), seconds };
  const overlay = overlayOf(found, { ...about, log: { name: basename(path), sha256 } });
  await writeFileAtomically(out, `${JSON.stringify(overlay, null, 2)}\n`);
  if (options.json === true) resultJson(output, { out, still: found.still, ...overlay });
  else output.result(`${identificationText(found, reference, path)}\n\n${nextText(out)}\n`);
}

function jointCount({ joints }: JointLog): string {
  return `${joints.length} joint${joints.length === 1 ? "" : "s"}`;
}

function readLog(path: string, needsPositions: boolean): { log: JointLog; sha256: string } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw readError(path, error, "a log of joints, CSV or MCAP");
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const log = isMcap(path) ? parseMcapLog(bytes, path) : parseCsvLog(bytes.toString("utf8"), path, needsPositions);
  return { log, sha256 };
}

function isMcap(path: string): boolean {
  return extname(path).toLowerCase() === ".mcap";
}

const UNITS: Readonly<Record<string, string>> = {
  armature: "kg·m²",
  frictionLoss: "N·m",
  totalDamping: "N·m·s/rad",
  kp: "N·m/rad",
  delay: "ms",
};

function identificationText({ fits, still, fit }: Identification, reference: string, path: string): string {
  const rows = Object.entries(fits).flatMap(([joint, values]) =>
    Object.entries(values).map(([name, { model, value, low, high, excitation: excited }], i) => {
      const shown = (one: number) => formatNumber(name === "delay" ? 1000 * one : one, 3);
      const note = excited === "weak" ? "weak: the log hardly excites it" : excited;
      return [
        i === 0 ? joint : "",
        name,
        shown(model),
        shown(value),
        `${shown(low)} to ${shown(high)}`,
        UNITS[name]!,
        note,
      ];
    }),
  );
  const headings = ["joint", "value", "model", "found", "95 % confidence", "", ""];
  const columns = headings.map((heading, k) => ({
    heading,
    align: k === 2 || k === 3 ? ("right" as const) : ("left" as const),
  }));
  const weak = Object.values(fits)
    .flatMap((values) => Object.values(values))
    .filter((one) => one.excitation === "weak");
  const notes = [
    ...(still.length > 0 ? [`stand still in the log and keep the model's values: ${still.join(", ")}`] : []),
    ...(weak.length > 0
      ? [`${weak.length} values are weak: record with a larger --amplitude or more --seconds, or do not rely on them`]
      : []),
  ];
  const mrad = (rms: number) => formatNumber(1000 * rms, 3);
  const error = `error of positions ${mrad(fit.rmsBefore)} mrad with the model, ${mrad(fit.rmsAfter)} mrad with the values found, ${fit.iterations} iterations`;
  return [`${reference}, ${path}: ${error}`, formatTable(columns, rows, "  "), ...notes].join("\n\n");
}

function nextText(out: string): string {
  return `overlay: ${out}; use it with flowgait train, eval or doctor --overlay ${shellPath(out)}`;
}
