/** What shared code asks of Node's globals, in a worker of a page. Imported before anything else. */
import { Buffer } from "buffer";
import { nodeError } from "../disk/node-error.ts";

const MOST_PIDS = 1 << 30;

/** No `versions.node`: libraries tell by it where they are. */
const process = {
  /** Tells this visit from earlier ones. */
  pid: 2 + Math.floor(Math.random() * MOST_PIDS),
  platform: "browser",
  arch: "wasm32",
  version: "",
  versions: {},
  env: {},
  argv: [],
  cwd: () => "/work",
  on: () => process,
  once: () => process,
  off: () => process,
  /** Earlier visits have ended: one page at a time has this storage. */
  kill: (pid: number) => {
    if (pid !== process.pid) throw nodeError("ESRCH", `no process ${pid}`);
    return true;
  },
};

Object.assign(globalThis, { process, Buffer });
