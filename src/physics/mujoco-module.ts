/**
 * Starts mujoco-js. Its one file holds the WebAssembly as ten megabytes of text within JavaScript, which every thread would parse and decode
 * anew, for a third of a second. So one thread reads the file as bytes and compiles the module; threads that are started later get the
 * module and the JavaScript around it.
 */
import { readFile } from "node:fs/promises";
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";
import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";
import type { MainModule } from "mujoco-js";
import { UserError } from "../math/user-error.ts";
import { withExports } from "./wasm-stack.ts";

/** A started module, and the exports of the instances that were made for it. */
export interface StartedModule {
  readonly module: MainModule;
  readonly exports: readonly object[];
}

/** Where the module prints its lines. */
export interface Printing {
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
}

/** The file in its two parts. */
export interface Parts {
  /** JavaScript of a function that returns the loader; its parameters are `PARAMETERS`. */
  readonly glue: string;
  readonly wasm: WebAssembly.Module;
}

type Instance = { readonly exports: object };
/** What of WebAssembly is used. */
interface Assembly {
  compile(bytes: Uint8Array): Promise<WebAssembly.Module>;
  instantiate(module: WebAssembly.Module, imports: object): Promise<Instance>;
}
type Loader = (options: object) => Promise<MainModule>;

const assembly = Reflect.get(globalThis, "WebAssembly") as Assembly;
/** Under which threads find the parts. */
const KEY = "flowgait-mujoco";
const PARAMETERS = ["scriptUrl", "nodeModule"];
/** What stands around the WebAssembly in base64. */
const [BEFORE, AFTER] = ["return base64Decode('", "')"];
/** What only a module of its own may say, and what it says as a function. */
const REWORDED = [
  ["await import('module')", "nodeModule"],
  ["export default loadMujoco;", "return loadMujoco;"],
] as const;

/** Starts a module of this thread. A file that is not as expected is imported as it is. */
export async function startMujoco(printing: Printing): Promise<StartedModule> {
  const url = import.meta.resolve("mujoco-js");
  const parts = (getEnvironmentData(KEY) as Parts | undefined) ?? (await partsOf(await readFile(fileURLToPath(url))));
  if (parts === null) return startWhole(printing);
  setEnvironmentData(KEY, parts);
  const load: Loader = compileFunction(parts.glue, PARAMETERS, { filename: fileURLToPath(url) })(url, nodeModule);
  return instantiated(load, parts.wasm, printing);
}

/** The loader waits for an instance for ever, so that a failure to make one has to be passed around it. */
function instantiated(load: Loader, wasm: WebAssembly.Module, printing: Printing): Promise<StartedModule> {
  const exports: object[] = [];
  return new Promise((resolve, reject) => {
    const instantiateWasm = (imports: object, made: (instance: Instance) => void) => {
      const instance = assembly.instantiate(wasm, imports);
      instance
        .then((one) => {
          exports.push(one.exports);
          made(one);
        })
        .catch((error: Error) => reject(unstarted(error)));
      return {};
    };
    load({ ...printing, instantiateWasm }).then((module) => resolve({ module, exports }), reject);
  });
}

function unstarted(error: Error): UserError {
  return new UserError(
    `physics: MuJoCo's WebAssembly did not start: ${error.message}; expected memory for one more instance`,
    {
      cause: error,
    },
  );
}

/** As its makers meant it. */
async function startWhole(printing: Printing): Promise<StartedModule> {
  const { default: load } = await import("mujoco-js");
  return withExports(() => load(printing));
}

/** @param file the bytes of mujoco-js @returns null where they are not as expected */
export async function partsOf(file: Buffer): Promise<Parts | null> {
  const start = file.indexOf(BEFORE) + BEFORE.length;
  const end = file.indexOf(AFTER, start);
  if (start < BEFORE.length || end < 0) return null;
  const text = file.toString("utf8", 0, start) + file.toString("utf8", end);
  if (REWORDED.some(([found]) => !text.includes(found))) return null;
  const glue = REWORDED.reduce((source, [found, instead]) => source.replace(found, instead), text);
  const wasm = await assembly.compile(Buffer.from(file.toString("latin1", start, end), "base64"));
  return { glue: glue.replaceAll("import.meta.url", "scriptUrl"), wasm };
}
