/** Arguments and flags of `flowgait tasks`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import { UserError } from "../../math/user-error.ts";
import type { TasksOptions } from "../tasks.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description("List the tasks, or print one task's observation layout, action mapping, reward terms and timing.")
    .argument("[name]", "a task's name, or the file of your own task")
    .option("--model-dir <folder>", "your own description of the task's robot, instead of the package's")
    .option("--lesson <name>", "show the task as modified by this lesson")
    .option("--json", "print one JSON document on standard output")
    .action(async (name: string | undefined, options: TasksOptions) => {
      const flag = options.modelDir !== undefined ? "--model-dir" : options.lesson !== undefined ? "--lesson" : null;
      if (name !== undefined) await (await import("../tasks.ts")).describeOne(name, options, output);
      else if (flag === null) (await import("../task-list.ts")).listTasks(output, options.json);
      else throw new UserError(`${flag}: applies to one task, expected a task's name`, { exitCode: 2 });
    });
}
