/** The tasks page: the registry, as `flowgait tasks` lists it. */
import { shippedControllers } from "../../src/catalogue/shipped-controllers.ts";
import type { Task } from "../../src/tasks/define-task.ts";
import { registeredSizes } from "../../src/tasks/registered-sizes.ts";
import { list } from "../../src/tasks/registry.ts";
import { code, plain, table } from "../markdown.ts";

const HEADINGS = [
  "task",
  "observation",
  "action",
  "privileged",
  "control",
  "episode",
  "lessons",
  "controller that ships",
];

/** One table per family. */
export function tasksReference(): string {
  const families = [...new Set(list().map(({ family }) => family))];
  return families
    .map(
      (family) =>
        `## ${family}\n\n${table(
          HEADINGS,
          list()
            .filter((task) => task.family === family)
            .map(row),
        )}`,
    )
    .join("\n\n");
}

function row({ name, timing: { controlHz }, episodeSteps, lessons }: Task): string[] {
  const { obsSize, actionSize, privilegedSize } = registeredSizes(name);
  const rounded = (value: number) => String(Number(value.toPrecision(4)));
  return [
    code(name),
    String(obsSize),
    String(actionSize),
    String(privilegedSize),
    `${rounded(controlHz)} Hz`,
    `${rounded(episodeSteps / controlHz)} s`,
    Object.entries(lessons)
      .map(([lesson, { about }]) => `${code(lesson)}: ${plain(about)}`)
      .join("; "),
    shippedControllers().includes(name) ? `[yes](../../controllers/${name}.md)` : "",
  ];
}
