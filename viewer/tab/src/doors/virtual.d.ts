declare module "virtual:mujoco-glue" {
  import type { Loader } from "../../../../src/physics/wasm/started-module.ts";

  export const wasmUrl: string;
  export default function loaderOf(scriptUrl: string, nodeModule: undefined): Loader;
}

declare module "virtual:programs" {
  /** Scripts of the site that run as workers. */
  export const hostUrl: string;
  export const threadUrl: string;
  /** Name of the service worker's script, beside the page */
  export const isolationFile: string;
}
