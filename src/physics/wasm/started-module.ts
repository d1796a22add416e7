/** Starts MuJoCo's module from its two parts: the compiled WebAssembly and the JavaScript around it. */
import type { MainModule } from "mujoco-js";
import { UserError } from "../../math/user-error.ts";

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

/** What the JavaScript around the WebAssembly gives. */
export type Loader = (options: object) => Promise<MainModule>;

type Instance = { readonly exports: object };

const assembly = Reflect.get(globalThis, "WebAssembly") as {
  instantiate(module: WebAssembly.Module, imports: object): Promise<Instance>;
};

/** What an instance gets from the JavaScript, by module and name. */
export type WasmImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Starts a module of this thread. The loader waits for an instance for ever, so that a failure to make one has to be passed around it.
 * @param adapt changes what the instance gets from the JavaScript
 */
export function startLoader(
  load: Loader,
  wasm: WebAssembly.Module,
  printing: Printing,
  adapt: (imports: WasmImports) => WasmImports = (imports) => imports,
): Promise<StartedModule> {
  const exports: object[] = [];
  return new Promise((resolve, reject) => {
    const instantiateWasm = (imports: WasmImports, made: (instance: Instance) => void) => {
      const instance = assembly.instantiate(wasm, adapt(imports));
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
