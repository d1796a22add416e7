/** A measured lesson as a file that a person can read, edit and train: the task with the lesson, its figures, and what was measured. */
import type { SteppingSettings, WalkingFigures } from "../tasks/index.ts";
import { borneNoise, type Following, type Measured, type Response } from "./measure.ts";
import type { SearchState } from "./search.ts";
import { type Subject, strideSteps } from "./subject.ts";

/** Shares of the length of a leg that feet should rise, of two and of four. */
const CLEARANCE = { two: 0.13, four: 0.28 } as const;
/** Of the scale of legs, for all other joints. */
const UPPER_BODY = 0.25;
/** Commands that training begins with: what the search came to, within these. */
const COMMANDS = [0.3, 0.6] as const;

/** The figures of the lesson that a search and its measurements result in. */
export function figuresOf(
  subject: Subject,
  step: SteppingSettings,
  measured: Measured,
  { commands }: Pick<SearchState, "commands">,
): WalkingFigures {
  const { legs, clock, joints, shown, soles, standing, physicsHz } = subject;
  const noise = borneNoise(measured);
  const moved = new Set(legs.legs.flatMap((leg) => leg.joints.map(({ name }) => name)));
  const clearance = (legs.legs.length === 2 ? CLEARANCE.two : CLEARANCE.four) * legs.length;
  return {
    ...(clock && { clock }),
    step,
    scale: Object.fromEntries(joints.map((name) => [name, rounded(moved.has(name) ? noise : UPPER_BODY * noise)])),
    ...(shown !== undefined && { shown }),
    strideSteps: strideSteps(subject),
    clearance: rounded(clearance),
    soles: soles.map(rounded),
    standing: rounded(standing),
    commandsFrom: rounded(Math.min(COMMANDS[1], Math.max(COMMANDS[0], commands))),
    ...(physicsHz !== undefined && { physicsHz }),
  };
}

/** Where the file's task comes from: a name of a registered one, or a file and its export. */
export type TaskSource = { readonly registered: string } | { readonly file: string; readonly exportName: string };

/** The file's text. @param name of the task with the lesson */
export function lessonFile(
  name: string,
  source: TaskSource,
  figures: WalkingFigures,
  measured: Measured,
  { generation, up }: Pick<SearchState, "generation" | "up">,
): string {
  const isRegistered = "registered" in source;
  const from = isRegistered ? `registry.get(${JSON.stringify(source.registered)})` : "given";
  const given =
    isRegistered || source.exportName === "default" ? "import given" : `import { ${source.exportName} as given }`;
  return [
    "/**",
    ` * ${name}: a task with a lesson to walk by, measured on the robot by flowgait lesson-for.`,
    " * Every figure may be edited. Train it with flowgait train and the path of this file.",
    " *",
    ` * The step was searched for over ${generation} generations, without a policy; in the last one it was on its feet for ${percent(up)} of the time,`,
    " * disturbed by noise, other starts and other robots. What was measured of it afterwards:",
    " *",
    ...measuredLines(measured).map((line) => ` * ${line}`.trimEnd()),
    " */",
    `import { lessonRecipe, ${isRegistered ? "registry, " : ""}type WalkingFigures, walkingLesson } from "flowgait";`,
    ...(isRegistered ? [] : [`${given} from ${JSON.stringify(source.file)};`]),
    "",
    `export const figures: WalkingFigures = ${literal(figures)};`,
    "",
    "export default {",
    `  ...${from},`,
    `  name: ${JSON.stringify(name)},`,
    "  lessons: { walk: walkingLesson(figures) },",
    '  presets: lessonRecipe("walk", 6_000_000),',
    "};",
    "",
  ].join("\n");
}

/** What was measured, in lines for people. */
export function measuredLines({ following, responses, endurance }: Measured): string[] {
  return [
    "told (m/s, m/s, rad/s)    makes                 on its feet",
    ...following.map(followingLine),
    "",
    "0.1 rad more, with a foot's phase: how much faster (m/s, m/s, rad/s), and the time on its feet",
    ...responses.map(responseLine),
    "",
    `white noise on the legs' targets, rad, and the time on its feet: ${endurance.map(([noise, up]) => `${noise} ${percent(up)}`).join(", ")}`,
  ];
}

function followingLine({ command, made, up }: Following): string {
  return `${triple(command).padEnd(26)}${triple(made).padEnd(22)}${percent(up)}`;
}

function responseLine({ joints, phase, more, up }: Response): string {
  return `${`${joints[0]} …, ${phase}`.padEnd(36)}${triple(more).padEnd(24)}${signed(100 * up, 0)} %`;
}

function triple(values: readonly number[]): string {
  return values.map((value) => signed(value, 2)).join(", ");
}

function signed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) > 0 ? `+${text}` : text.replace(/^-(0(\.0*)?)$/, "$1");
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** An object as source text, short lists on one line. */
function literal(value: unknown, indent = ""): string {
  if (Array.isArray(value)) return listLiteral(value, indent);
  if (value === Math.PI) return "Math.PI";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const entries = Object.entries(value).map(([key, of]) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
    return `${inner}${name}: ${literal(of, inner)},\n`;
  });
  const text = `{\n${entries.join("")}${indent}}`;
  const short = `{ ${entries.map((entry) => entry.trim().replace(/,$/, "")).join(", ")} }`;
  return short.includes("\n") || indent.length + short.length > 100 ? text : short;
}

function listLiteral(values: readonly unknown[], indent: string): string {
  const inner = `${indent}  `;
  const parts = values.map((value) => literal(value, inner));
  const short = `[${parts.join(", ")}]`;
  if (!short.includes("\n") && indent.length + short.length <= 110) return short;
  return `[\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}]`;
}
