/** `--reward.<term> <weight>` */
import type { Task } from "../define-task.ts";
import { inBothForms, type Section, type SettingValue } from "./section.ts";

/** Weights of the reward that training learns from: the lesson's, where the lesson has its own. */
export const rewards: Section = {
  knobs: ({ reward }) =>
    Object.fromEntries(
      Object.entries(reward).map(([name, { weight }]) => [
        name,
        { value: weight, about: `Weight; the task declares ${weight}.` },
      ]),
    ),
  apply: (task, values) => {
    const learned = (task.lesson?.training ?? task).reward;
    const reward = weighted(learned, values);
    return inBothForms(task, (form) => (form.reward === learned ? { reward } : {}));
  },
};

function weighted(reward: Task["reward"], weights: ReadonlyMap<string, SettingValue>): Task["reward"] {
  return Object.fromEntries(
    Object.entries(reward).map(([name, term]) => [
      name,
      weights.has(name) ? { ...term, weight: Number(weights.get(name)) } : term,
    ]),
  );
}
