/** `flowgait view <model>`: a model without a task in the viewer, with sliders and readings, and what a task could read from it. */
import { resolve } from "node:path";
import { type Output, resultJson } from "../files/output.ts";
import { UserError } from "../math/user-error.ts";
import { describeScene } from "../physics/looks/scene-description.ts";
import { type ModelParts, modelParts } from "../physics/model/model-parts.ts";
import { PolicyShelf } from "../studio/policy-shelf.ts";
import { Environment, readingsCode, sceneTask } from "../tasks/index.ts";
import { readServeFlags, type ServeFlags } from "./flags/serve-options.ts";
import { servePlay } from "./play.ts";
import { counted, formatNumber, formatTable } from "./table.ts";

/** The flags. */
export interface ViewOptions extends ServeFlags {
  readonly code?: boolean;
  readonly json?: boolean;
}

/** Runs the command. */
export async function viewModel(model: string, options: ViewOptions, output: Output): Promise<void> {
  const at = readServeFlags(options);
  if (options.code && options.json) throw new UserError("--code: cannot be combined with --json", { exitCode: 2 });
  const task = await sceneTask(model);
  const env = await Environment.create(task);
  try {
    const parts = modelParts(env.sim);
    const { timestep } = env.sim;
    const { undrawn } = describeScene(env.sim);
    if (options.json) return resultJson(output, { model, timestep, ...parts, undrawn, code: readingsCode(env.sim) });
    if (options.code) return output.result(`${readingsCode(env.sim)}\n`);
    output.result(`${modelText(model, timestep, parts, undrawn)}\n`);
    const shelf = new PolicyShelf(env, { first: "zero" });
    const start = { seed: 0, disturbances: false, command: null };
    await servePlay({ task: resolve(model), env, shelf, start, isBare: true }, at, output, "view");
  } finally {
    env.delete();
  }
}

function modelText(model: string, timestep: number, parts: ModelParts, undrawn: readonly string[]): string {
  const { bodies, mass, coordinates, deformables, actuators, sensors, sites, keyframes } = parts;
  const counts = `${counted(bodies, "body", "bodies")} with ${formatNumber(mass)} kg in all, ${counted(coordinates.length, "coordinate")}, ${counted(actuators.length, "actuator")}, ${counted(sensors.length, "sensor")}, ${counted(sites.length, "site")}`;
  const sections: readonly (readonly [string, string])[] = [
    ["joint coordinates", rangeTable(coordinates)],
    [
      "deformable bodies and skins",
      table(deformables.map(({ label, kind, vertices }) => [label, kind, counted(vertices, "vertex", "vertices")])),
    ],
    ["actuators", actuatorTable(parts)],
    [
      "sensors",
      table(sensors.map(({ label, kind, unit, size }) => [label, kind, unit, size > 1 ? `${size} values` : ""])),
    ],
    ["sites", table(sites.map(({ label, body }) => [label, `on ${body}`]))],
    ["keyframes", keyframes.length === 0 ? "" : `  ${keyframes.join(", ")}`],
    ["not drawn by the viewer", undrawn.map((words) => `  ${words}`).join("\n")],
  ];
  const shown = sections.filter(([, text]) => text !== "").map(([title, text]) => `${title}\n${text}`);
  const notes = parts.isUnsupported
    ? ["No floor: the robot falls when the simulation plays. Include the model in a scene with a floor."]
    : [];
  return [
    `${model}: ${counts}; timestep ${formatNumber(timestep)} s`,
    ...shown,
    ...notes,
    `As TypeScript for a task: flowgait view ${model} --code`,
  ].join("\n\n");
}

function rangeTable(coordinates: ModelParts["coordinates"]): string {
  return table(
    coordinates.map(({ label, unit, range, isLimited }) => [
      label,
      isLimited ? rangeText(range, unit) : `${unit}, no limits`,
    ]),
  );
}

function actuatorTable({ actuators }: ModelParts): string {
  return table(
    actuators.map(({ label, unit, range, isLimited, servoOf, about }) => [
      label,
      isLimited ? rangeText(range, unit) : "no limits",
      servoOf === null ? about : `position servo of ${servoOf}`,
    ]),
  );
}

function rangeText([lowest, highest]: readonly [number, number], unit: string): string {
  return `${formatNumber(lowest)} to ${formatNumber(highest)}${unit === "" ? "" : ` ${unit}`}`;
}

function table(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  return formatTable(
    rows[0]!.map(() => ({ heading: "" })),
    rows,
    "  ",
  );
}
