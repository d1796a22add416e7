/** In place of physics/mujoco-module.ts: MuJoCo from the site, compiled once; threads get the compiled module from the one that started them. */
import loaderOf, { wasmUrl } from "virtual:mujoco-glue";
import { UserError } from "../../../../src/math/user-error.ts";
import { type Printing, type StartedModule, startLoader } from "../../../../src/physics/wasm/started-module.ts";

let compiled: Promise<WebAssembly.Module> | undefined;

/** The compiled module, for threads that are started now; undefined where this thread has not needed it yet. */
export function compiledMujoco(): Promise<WebAssembly.Module> | undefined {
  return compiled;
}

/** Takes over what the thread before compiled. */
export function takeMujoco(module: WebAssembly.Module): void {
  compiled = Promise.resolve(module);
}

/** Starts a module of this thread. */
export async function startMujoco(printing: Printing): Promise<StartedModule> {
  compiled ??= compile();
  return startLoader(loaderOf(self.location.href, undefined), await compiled, printing);
}

/** Sites that give another type than application/wasm are served too. */
async function compile(): Promise<WebAssembly.Module> {
  const response = await fetch(wasmUrl);
  if (!response.ok) throw new UserError(`physics: ${wasmUrl}: the site answered ${response.status}, expected MuJoCo`);
  return WebAssembly.compile(await response.arrayBuffer());
}
