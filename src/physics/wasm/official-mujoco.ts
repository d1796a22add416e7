/**
 * Starts `@mujoco/mujoco`, DeepMind's own build, which follows MuJoCo's releases. Its interface is that of mujoco-js but for one name, and
 * for flags: version 3.14 holds them as bool, and its JavaScript knows no views of bool.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";
import { UserError } from "../../math/user-error.ts";
import { type Loader, type Printing, type StartedModule, startLoader, type WasmImports } from "./started-module.ts";

/** Its module, before it looks like that of mujoco-js. */
interface OfficialModule {
  readonly MjModel: { from_xml_path(path: string): unknown };
}

const PACKAGE = "@mujoco/mujoco";
const assembly = Reflect.get(globalThis, "WebAssembly") as { compile(bytes: Uint8Array): Promise<WebAssembly.Module> };
/** Under which threads find the compiled module. */
const KEY = "flowgait-official-mujoco";

/** Starts a module of this thread. @throws UserError with the command that installs it */
export async function startOfficial(printing: Printing): Promise<StartedModule> {
  const find = finder();
  const { default: load } = (await import(pathToFileURL(find(PACKAGE)).href)) as { readonly default: Loader };
  const known = getEnvironmentData(KEY) as WebAssembly.Module | undefined;
  const wasm = known ?? (await assembly.compile(await readFile(find(`${PACKAGE}/mujoco.wasm`))));
  setEnvironmentData(KEY, wasm);
  const started = await startLoader(load, wasm, printing, withFlagViews);
  const { MjModel } = started.module as unknown as OfficialModule;
  Object.assign(MjModel, { loadFromXML: (path: string) => MjModel.from_xml_path(path) });
  return started;
}

/** Finds files of the package: beside this one, else in the project of the working directory. */
function finder(): (name: string) => string {
  for (const place of [import.meta.url, `${process.cwd()}/project.js`]) {
    const { resolve } = createRequire(place);
    try {
      resolve(PACKAGE);
      return resolve;
    } catch {
      // the next place
    }
  }
  const found = "physics: @mujoco/mujoco is not installed, expected it in this project";
  throw new UserError(`${found}; try: npm install ${PACKAGE}@3`);
}

/** Place of Uint8Array in the list of views that Emscripten's JavaScript makes. */
const UINT8 = 1;

/** The functions by which an instance hands views to JavaScript. */
interface ViewImports {
  _emval_take_value(type: number, value: number): unknown;
  _embind_register_memory_view(type: number, view: number, name: number): void;
}

/** Makes views of bool known when the first one is taken. */
function withFlagViews(imports: WasmImports): WasmImports {
  const { _emval_take_value: take, _embind_register_memory_view: register } = imports.env as unknown as ViewImports;
  const takeValue = (type: number, value: number) => {
    try {
      return take(type, value);
    } catch (error) {
      if (!/unknown type .*memory_viewIbE/.test((error as Error).message)) throw error;
      register(type, UINT8, type); // the name stands in messages alone
      return take(type, value);
    }
  };
  return { ...imports, env: { ...imports.env, _emval_take_value: takeValue } };
}
