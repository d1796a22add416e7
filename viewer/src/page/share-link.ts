/** A training as a part of an address: who opens the link gets the form filled, and trains the same run. */
import type { FormState } from "./studio.ts";

/** What a link says. */
export type SharedForm = Pick<FormState, "task" | "preset" | "algorithm" | "settings">;

/** Values with names of their own; all others are settings. */
const [TASK, PRESET, ALGORITHM] = ["train", "preset", "algorithm"];

/** "#train=CartpoleBalance&preset=laptop&seed=3" */
export function sharedHash({ task, preset, algorithm, settings }: SharedForm): string {
  const values = new URLSearchParams({ [TASK]: task, [PRESET]: preset });
  if (algorithm !== null) values.set(ALGORITHM, algorithm);
  for (const [name, text] of Object.entries(settings)) values.set(name, text);
  return `#${values}`;
}

/** The form that an address holds; null where it holds none. The preset is the usual one where the link names none. */
export function readShared(hash: string): SharedForm | null {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const task = values.get(TASK);
  if (task === null) return null;
  const settings = [...values].filter(([name]) => ![TASK, PRESET, ALGORITHM].includes(name));
  return {
    task,
    preset: values.get(PRESET) ?? "laptop",
    algorithm: values.get(ALGORITHM),
    settings: Object.fromEntries(settings),
  };
}
