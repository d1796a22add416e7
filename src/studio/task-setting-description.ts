/** A setting that a task has by its own name, in the words of the form that starts a training. */
import type { SettingDescription } from "../stream/protocol.ts";
import { expectedSetting, TASK_GROUPS, type TaskSetting } from "../tasks/index.ts";

/** What the form shows of it. */
export function describeTaskSetting(setting: TaskSetting): SettingDescription {
  const { name, section, about, unit, options = [] } = setting;
  const slider = sliderOf(setting);
  return {
    name,
    kind: kindOf(setting),
    choices: options,
    expected: expectedSetting(setting),
    description: about,
    group: TASK_GROUPS[section],
    source: "the task",
    algorithms: [],
    isFixedInFork: false,
    ...(unit === undefined ? {} : { unit }),
    ...(slider && { slider }),
  };
}

function kindOf({ value, options }: TaskSetting): SettingDescription["kind"] {
  if (typeof value === "string") return options ? "choice" : "string";
  if (typeof value === "boolean") return "boolean";
  return typeof value === "number" ? "number" : "range";
}

/** From nothing to the bound, or to twice the declared number; any other number can be typed. */
function sliderOf({ value, most, canBeOff }: TaskSetting): readonly [number, number] | undefined {
  if (typeof value !== "number" || canBeOff || (value === 0 && most === undefined)) return undefined;
  const end = most ?? 2 * value;
  return [Math.min(0, end), Math.max(0, end)];
}
