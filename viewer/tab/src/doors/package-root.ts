/** In place of files/package-root.ts: where the page's disk has the package's files. */
export { PACKAGE as packageRoot } from "../disk/package-files.ts";
