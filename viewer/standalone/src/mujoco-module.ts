/** Starts mujoco-js in a page, which is one thread: as its makers meant it. */
import loadMujoco from "mujoco-js";
import type { Printing, StartedModule } from "../../../src/physics/wasm/started-module.ts";
import { withExports } from "../../../src/physics/wasm-stack.ts";

/** Starts the page's module. */
export function startMujoco(printing: Printing): Promise<StartedModule> {
  return withExports(() => loadMujoco(printing));
}
