/** What the pages' builds do to mujoco-js: its WebAssembly loses the sections that no engine needs, or goes into a file of its own. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Plugin } from "vite";
import { withoutCustomSections } from "../src/physics/wasm/custom-sections.ts";
import { GLUE_PARAMETERS, separateParts, withChangedWasm } from "../src/physics/wasm/mujoco-parts.ts";

const FILE = createRequire(import.meta.url).resolve("mujoco-js");
const GLUE = "virtual:mujoco-glue";
const ASSET = "mujoco.wasm";

/** mujoco-js as one module, with a smaller WebAssembly as text inside. */
export function smallMujoco(): Plugin {
  return {
    name: "flowgait-small-mujoco",
    async load(id) {
      return id === FILE ? known(withChangedWasm(await readFile(FILE), withoutCustomSections)) : null;
    },
  };
}

/** `virtual:mujoco-glue`: the JavaScript as a function, and the URL of the WebAssembly, a file beside the scripts. */
export function splitMujoco(): Plugin {
  return {
    name: "flowgait-split-mujoco",
    resolveId: (id) => (id === GLUE ? `\0${GLUE}` : null),
    async load(id) {
      if (id !== `\0${GLUE}`) return null;
      const { glue, wasm } = known(separateParts(await readFile(FILE)));
      const asset = this.emitFile({ type: "asset", name: ASSET, source: withoutCustomSections(wasm) });
      return `export const wasmUrl = import.meta.ROLLUP_FILE_URL_${asset};
export default function (${GLUE_PARAMETERS.join(", ")}) {
${glue}
}`;
    },
  };
}

function known<T>(found: T | null): T {
  if (found === null) throw new Error(`${FILE}: is not written as expected; see src/physics/wasm/mujoco-parts.ts`);
  return found;
}
