/**
 * Starts a build of MuJoCo: mujoco-js, or another one as its makers meant it. The one file of mujoco-js holds the WebAssembly as ten megabytes of text within JavaScript, which every thread would parse and decode
 * anew, for a third of a second. So one thread reads the file as bytes and compiles the module; threads that are started later get the
 * module and the JavaScript around it.
 */
import { readFile } from "node:fs/promises";
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";
import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";
import { type EngineName, OWN_ENGINE } from "./wasm/engine-name.ts";
import { GLUE_PARAMETERS, separateParts } from "./wasm/mujoco-parts.ts";
import { startOfficial } from "./wasm/official-mujoco.ts";
import { type Loader, type Printing, type StartedModule, startLoader } from "./wasm/started-module.ts";
import { withExports } from "./wasm-stack.ts";

/** The file in its two parts. */
export interface Parts {
  /** As in `SeparateParts`. */
  readonly glue: string;
  readonly wasm: WebAssembly.Module;
}

const assembly = Reflect.get(globalThis, "WebAssembly") as { compile(bytes: Uint8Array): Promise<WebAssembly.Module> };
/** Under which threads find the parts. */
const KEY = "flowgait-mujoco";

/** Starts a module of this thread. A file that is not as expected is imported as it is. @throws UserError where the build is not installed */
export async function startMujoco(printing: Printing, engine: EngineName = OWN_ENGINE): Promise<StartedModule> {
  if (engine !== OWN_ENGINE) return startOfficial(printing);
  const url = import.meta.resolve("mujoco-js");
  const parts = (getEnvironmentData(KEY) as Parts | undefined) ?? (await partsOf(await readFile(fileURLToPath(url))));
  if (parts === null) return startWhole(printing);
  setEnvironmentData(KEY, parts);
  const load: Loader = compileFunction(parts.glue, GLUE_PARAMETERS, { filename: fileURLToPath(url) })(url, nodeModule);
  return startLoader(load, parts.wasm, printing);
}

/** As its makers meant it. */
async function startWhole(printing: Printing): Promise<StartedModule> {
  const { default: load } = await import("mujoco-js");
  return withExports(() => load(printing));
}

/** @param file the bytes of mujoco-js @returns null where they are not as expected */
export async function partsOf(file: Buffer): Promise<Parts | null> {
  const parts = separateParts(file);
  return parts && { glue: parts.glue, wasm: await assembly.compile(parts.wasm) };
}
