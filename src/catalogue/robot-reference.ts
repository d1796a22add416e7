/** What names a robot on the command line. */
import { suggestion } from "../math/near-names.ts";
import { UserError } from "../math/user-error.ts";
import { isSceneFile, isTaskFile, registry } from "../tasks/index.ts";
import { firstTaskOf, robotModels } from "./robots.ts";

/**
 * A task of the robot that is named; tasks and files stay what they are.
 * @throws UserError (exit code 2) when it is the name of nothing, with near names
 */
export function robotReference(name: string): string {
  const found = firstTaskOf(name);
  const tasks = registry.list().map((task) => task.name);
  if (found !== undefined || tasks.includes(name) || isTaskFile(name) || isSceneFile(name)) return found ?? name;
  const near = suggestion(name, [...robotModels(), ...tasks]);
  throw new UserError(`<robot>: there is no robot or task "${name}"${near}`, { exitCode: 2 });
}
