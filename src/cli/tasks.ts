/** `flowgait tasks <name>`: everything that a task declares. */
import { type Output, resultJson } from "../files/output.ts";
import {
  type Curriculum,
  describeTask,
  Environment,
  type GoalDescription,
  isJointKind,
  type LessonDescription,
  type ObservationSlice,
  resolveTask,
  type Task,
  type TaskDescription,
} from "../tasks/index.ts";
import { formatNumber, formatTable } from "./table.ts";

/** The flags. */
export interface TasksOptions {
  readonly json?: boolean;
  readonly modelDir?: string;
  readonly lesson?: string;
}

/** Prints what a task declares. */
export async function describeOne(name: string, options: TasksOptions, output: Output): Promise<void> {
  const { json = false, modelDir, lesson } = options;
  const env = await Environment.create(await resolveTask(name, { modelDir, lesson }));
  try {
    if (json) resultJson(output, describeTask(env));
    else output.result(`${descriptionText(describeTask(env))}${lessonsText(env.task)}\n`);
  } finally {
    env.delete();
  }
}

function descriptionText(task: TaskDescription): string {
  const { controlHz, decimation, episodeSteps } = task;
  const rates = `control ${formatNumber(controlHz)} Hz, ${decimation} physics steps of ${formatNumber(1000 / task.physicsHz)} ms each`;
  const sections: readonly (readonly [string, string])[] = [
    ["scene", `  ${task.scene}`],
    ["changed in the scene", settingsText(task.model)],
    ["timing", `  ${rates}; episodes of ${episodeSteps} steps (${formatNumber(episodeSteps / controlHz)} s)`],
    [`observation [${task.obsSize}]`, layoutTable(task.observation)],
    [`privileged observation [${task.privilegedSize}], only for the critic`, layoutTable(task.privileged)],
    [`action [${task.actionSize}]`, actionText(task.action)],
    ["command", task.command === null ? "" : commandText(task.command)],
    ["reward", rewardText(task)],
    ["terminations", `  ${task.terminations.join(", ")}`],
    ["goal, as evaluations count it", task.goal ? goalText(task.goal) : ""],
    ["memory", settingsText(task.trackers)],
    ["events", settingsText(task.events)],
    ["domain randomisation, per environment", settingsText(differencesOf(task, false))],
    ["delays, per episode", settingsText(differencesOf(task, true)) || NO_DELAYS],
    ["lesson", task.lesson ? lessonText(task.lesson) : ""],
  ];
  const shown = sections.filter(([, text]) => text.trim() !== "");
  return [`${task.name} (${task.family})`, ...shown.map(([title, text]) => `${title}\n${text}`)].join("\n\n");
}

const NO_DELAYS = "  none; every task takes --randomise.actionDelay and --randomise.observationDelay";

/** What is randomised: delays, or all else. */
function differencesOf({ randomise }: TaskDescription, areDelays: boolean): TaskDescription["randomise"] {
  const isDelay = (kind: unknown) => typeof kind === "string" && kind.endsWith("-delay");
  return Object.fromEntries(Object.entries(randomise).filter(([, { kind }]) => isDelay(kind) === areDelays));
}

/** What a task offers to learn by, where no lesson is chosen. */
function lessonsText({ name, lessons, lesson }: Task): string {
  const offered = Object.entries(lessons);
  if (offered.length === 0 || lesson !== undefined) return "";
  const rows = offered.map(([key, { about }]) => [key, about]);
  return `\n\nlessons, see flowgait tasks ${name} --lesson <name>\n${formatTable([{ heading: "" }, { heading: "" }], rows, "  ")}`;
}

/** What is otherwise while a policy learns. */
function lessonText(lesson: LessonDescription): string {
  const { name, about, reward, terminations, events, randomise, physicsHz, curriculum } = lesson;
  const lines = [
    `  ${name}: ${about}; what follows applies only to training`,
    rewardTable(reward),
    `  terminations ${terminations.join(", ")}`,
    settingsText({ ...events, ...randomise }),
    `  physics steps of ${formatNumber(1000 / physicsHz)} ms each`,
    curriculum ? `  ${curriculumText(curriculum)}` : "",
  ];
  return lines.filter((line) => line.trim() !== "").join("\n");
}

function layoutTable(layout: readonly ObservationSlice[]): string {
  const rows = layout.map((slice) => {
    const last = slice.offset + slice.size - 1;
    const range = slice.size === 1 ? String(last) : `${slice.offset}–${last}`;
    return [range, slice.name, slice.unit ?? "", sliceNotes(slice).join(", ")];
  });
  return formatTable([{ heading: "", align: "right" }, { heading: "" }, { heading: "" }, { heading: "" }], rows, "  ");
}

function sliceNotes({ noise, noises = [noise], noiseKind, scale, history, delay }: ObservationSlice): string[] {
  const notes = [];
  const levels = noises.map((level) => formatNumber(level)).join(", ");
  if (noise > 0) notes.push(noiseKind === undefined ? `noise ±${levels}` : `noise: ${noiseKind} of ${levels}`);
  else if (noiseKind !== undefined) notes.push(`noise: ${noiseKind}`);
  if (scale !== 1) notes.push(`times ${formatNumber(scale)}`);
  if (history > 1) notes.push(`${history} steps, oldest first`);
  if (delay > 0) notes.push(`${delay} steps old`);
  return notes;
}

function actionText({
  kind,
  names,
  squash,
  scale,
  offset,
  stiffness,
  damping,
  feedForward,
  shown,
  limits,
  rest,
  control,
  lag,
}: TaskDescription["action"]) {
  const isTargets = isJointKind(kind);
  const limited = { tanh: "tanh(action)", clip: "clip(action, −1, 1)", none: "action" }[squash];
  const sum = `offset${feedForward === null ? "" : " + feed-forward"} + scale · ${limited}`;
  const formulas = {
    "joint-targets": `joint position target = ${sum}`,
    "joint-offsets": `joint position target = current position + ${sum}`,
    "joint-increments": `joint position target = last target + ${sum}`,
    controls: `control = ${sum}`,
    "cell-moves": `cells moved = round(${limited})`,
    "tip-increments": `place of the tip = last place + ${sum}, the gripper opens or closes by its action's sign`,
  };
  const columnsOfServos: readonly (readonly [string, readonly number[]])[] = [
    ...(isTargets
      ? ([
          ["stiffness", stiffness],
          ["damping", damping],
        ] as const)
      : []),
    ...(limits
      ? ([
          ["lowest", limits.map(([lowest]) => lowest)],
          ["highest", limits.map(([, highest]) => highest)],
        ] as const)
      : []),
    ...(control
      ? ([
          ["control per target", control.scale],
          ["control at 0", control.offset],
        ] as const)
      : []),
    ...(lag ? ([["lag, s", lag]] as const) : []),
  ];
  const servo = (k: number) => columnsOfServos.map(([, values]) => (k in values ? formatNumber(values[k]!) : ""));
  const rows = names.map((name, k) => [
    String(k),
    name,
    formatNumber(scale[k]!),
    formatNumber(offset[k]!),
    ...servo(k),
  ]);
  const named =
    kind === "controls" ? "actuator" : kind === "cell-moves" || kind === "tip-increments" ? "axis" : "joint";
  const headings = ["", named, "scale", "offset"];
  headings.push(...columnsOfServos.map(([heading]) => heading));
  const columns = headings.map((heading, k) => ({ heading, align: k === 1 ? ("left" as const) : ("right" as const) }));
  const forward = feedForward === null ? "" : `\n${feedForwardText(feedForward)}`;
  const seen =
    shown === undefined ? "" : `\n  observations show (target − offset) / ${formatNumber(shown)} as the action`;
  const besides = rest ? `\n  control of ${rest.join(", ")} (not a joint target) = offset + scale · ${limited}` : "";
  return `  ${formulas[kind]}${besides}${seen}\n${formatTable(columns, rows, "  ")}${forward}`;
}

function commandText({
  names,
  units,
  ranges,
  resampleSeconds,
  zeroProbability,
  wander,
  curriculum,
}: NonNullable<TaskDescription["command"]>) {
  const rows = names.map((name, k) => [name, `[${ranges[k]!.join(", ")}] ${units[k]}`]);
  const when = "mean" in resampleSeconds ? `${resampleSeconds.mean} s on average` : between(...resampleSeconds);
  const zero = zeroProbability > 0 ? `, ${percent(zeroProbability)} all zero` : "";
  const each = wander
    ? `, each value with probability ${percent(wander.change)}, then nonzero with probability ${wander.nonzero.map(percent).join(", ")}`
    : "";
  const table = formatTable([{ heading: "" }, { heading: "" }], rows, "  ");
  const grows = curriculum ? `\n  ${curriculumText(curriculum)}` : "";
  return `${table}\n  redrawn every ${when}${zero}${each}${grows}`;
}

function curriculumText({ from, commandsFirst = false }: Curriculum): string {
  const others = commandsFirst ? ", then everything else that grows" : "";
  return `training begins with ${percent(from)} of the ranges and widens them per environment${others}`;
}

function between(least: number, most: number): string {
  return least === most ? `${least} s` : `${least} to ${most} s`;
}

function percent(chance: number): string {
  return `${formatNumber(100 * chance)} %`;
}

function rewardText({ reward, rewardPerSecond, rewardClip }: TaskDescription): string {
  const notes = [
    rewardPerSecond ? "the sum is multiplied by the control period" : "",
    rewardClip === null ? "" : `the sum is clipped to [${rewardClip.join(", ")}]`,
  ].filter((note) => note !== "");
  return [rewardTable(reward), ...notes.map((note) => `  ${note}`)].join("\n");
}

function rewardTable(reward: TaskDescription["reward"]): string {
  const rows = reward.map(({ name, weight }) => [name, formatNumber(weight)]);
  return formatTable([{ heading: "term" }, { heading: "weight", align: "right" }], rows, "  ");
}

/** What each measure of `flowgait eval` means. */
function goalText({ success, drop, counters = {} }: GoalDescription): string {
  const rows = Object.entries(counters).map(([name, { about, unit, per }]) => [name, `${about} (${unit} per ${per})`]);
  if (drop) rows.unshift(["dropped", drop.about]);
  if (success) rows.unshift(["success", `${success.about}${durationText(success)}`]);
  return formatTable([{ heading: "" }, { heading: "" }], rows, "  ");
}

function durationText({ seconds, atEnd }: NonNullable<GoalDescription["success"]>): string {
  if (seconds === 0) return atEnd ? " (in the last step)" : "";
  return atEnd ? ` (for the last ${formatNumber(seconds)} s)` : ` (for ${formatNumber(seconds)} s without a break)`;
}

/** One line per name with its settings. */
function settingsText(settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string {
  const rows = Object.entries(settings).map(([name, values]) => [name, settingsLine(values)]);
  return formatTable([{ heading: "" }, { heading: "" }], rows, "  ");
}

function settingsLine(values: object): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${settingText(value)}`)
    .join(", ");
}

function settingText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** One line per setting, and one for each item of lists of settings, such as strides. */
function feedForwardText(settings: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(settings).flatMap(([key, value]) => {
    const isList = Array.isArray(value) && typeof value[0] === "object" && !Array.isArray(value[0]);
    return isList ? value.map((item: object) => `${key} ${settingsLine(item)}`) : [`${key} ${settingText(value)}`];
  });
  const rows = lines.map((line, k) => [k === 0 ? "feed-forward" : "", line]);
  return formatTable([{ heading: "" }, { heading: "" }], rows, "  ");
}
