/** Policies of controllers that ship as another program might have written them: without metadata, and in another layout. */
import { readFileSync, writeFileSync } from "node:fs";
import { findPolicyFile } from "../../src/catalogue/policy-file.ts";
import { shippedController } from "../../src/catalogue/shipped-controllers.ts";
import { type Adapter, inverse } from "../../src/export/adapter.ts";
import { rearrangedOnnx } from "../../src/graph/index.ts";
import { LayoutSpace } from "../../src/guess/layouts.ts";
import { describeTask, Environment, resolveTask } from "../../src/tasks/index.ts";

/** Options by the names of their coordinates. */
export type Choices = Readonly<Record<string, string>>;

/** Calls with the layouts of a controller's task. */
export async function withLayouts<T>(
  controller: string,
  use: (space: LayoutSpace, env: Environment) => T | Promise<T>,
): Promise<T> {
  const { variant } = await findPolicyFile(shippedController(controller)!);
  const env = await Environment.create(await resolveTask(controller, variant));
  try {
    return await use(new LayoutSpace(describeTask(env), env.sim), env);
  } finally {
    env.delete();
  }
}

/** The layout of these options; the others are the task's. */
export function layoutOf({ coordinates, own }: LayoutSpace, choices: Choices): number[] {
  const layout = [...own];
  for (const [name, option] of Object.entries(choices)) {
    const at = coordinates.findIndex((coordinate) => coordinate.name === name);
    layout[at] = coordinates[at]?.options.findIndex((one) => one.name === option) ?? -1;
    if (!(layout[at]! > 0)) throw new Error(`no ${name} "${option}"`);
  }
  return layout;
}

/** Writes the controller's network in a layout. @returns how the file is used in the task */
export function writePermuted(controller: string, space: LayoutSpace, choices: Choices, path: string): Adapter {
  const adapter = space.adapter(layoutOf(space, choices));
  const ends = {
    input: { name: "observations", ...inverse(adapter.observation) },
    output: { name: "mean", ...inverse(adapter.action) },
    batch: null,
    metadata: {},
  };
  const file = shippedController(controller)!;
  writeFileSync(path, rearrangedOnnx(readFileSync(file), ends, file));
  return adapter;
}
