/** Scripts of the site that are no page: workers, which share what they have in common with the page, and the service worker, which may not. */
import type { Plugin } from "vite";

const PROGRAMS = "virtual:programs";
/** A service worker answers for what lies below its own place, so it stands beside the page, under a name that stays. */
const ISOLATION = "isolation.js";

const THREAD_ENTRY = /new URL\("\.{1,2}\/(?:[\w-]+\/)*([\w-]+\.js)", import\.meta\.url\)/g;

/** `virtual:programs` gives the URLs of the workers' scripts, and the service worker's name. @param files of src */
export function programs(files: {
  readonly host: string;
  readonly thread: string;
  readonly isolation: string;
}): Plugin {
  return {
    name: "flowgait-programs",
    enforce: "pre",
    resolveId: (id) => (id === PROGRAMS ? `\0${PROGRAMS}` : null),
    load(id) {
      if (id !== `\0${PROGRAMS}`) return null;
      const [host, thread] = [files.host, files.thread].map((script) => this.emitFile({ type: "chunk", id: script }));
      return [
        `export const hostUrl = import.meta.ROLLUP_FILE_URL_${host};`,
        `export const threadUrl = import.meta.ROLLUP_FILE_URL_${thread};`,
        `export const isolationFile = "${ISOLATION}";`,
      ].join("\n");
    },
    /** Threads are told the file name of their program; it is no file of the site. */
    transform(code) {
      return code.includes("import.meta.url")
        ? { code: code.replace(THREAD_ENTRY, 'new URL("$1", self.location.href)'), map: null }
        : null;
    },
    buildStart() {
      this.emitFile({ type: "chunk", id: files.isolation, fileName: ISOLATION });
    },
  };
}
