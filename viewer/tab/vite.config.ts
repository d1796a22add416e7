/** Builds the page that trains by itself, with its workers, into dist/tab. `flowgait web` makes the site of it. All addresses are relative. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { splitMujoco } from "../mujoco-plugin.ts";
import { programs } from "./programs-plugin.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const root = here("../../");
const version = (name: string) =>
  JSON.parse(readFileSync(`${root}node_modules/${name}/package.json`, "utf8")).version as string;

/** Files of src that other ones take the place of, by their names. */
const DOORS = [
  "gate",
  "thread",
  "mujoco-module",
  "ort-runtime",
  "package-root",
  "package-hash",
  "user-task",
  "user-bundle",
  "hand-out",
];
const NODE = ["fs", "crypto", "os"];
const SMALL = ["module", "url", "v8", "zlib"];

/** As `packageHash` gives it for what was compiled from the same sources. */
function packageHash(): string {
  const program = `import("${root}dist/src/files/package-hash.js").then((m) => process.stdout.write(m.packageHash()))`;
  return execFileSync(process.execPath, ["-e", program], { encoding: "utf8" });
}

export default defineConfig({
  root: here("."),
  base: "./",
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  define: {
    __PACKAGE_HASH__: JSON.stringify(packageHash()),
    __RUNTIME_VERSION__: JSON.stringify(version("onnxruntime-web")),
  },
  plugins: [
    splitMujoco(),
    programs({ host: here("src/host.ts"), thread: here("src/thread-program.ts"), isolation: here("src/isolation.ts") }),
  ],
  resolve: {
    alias: [
      { find: /^node:fs\/promises$/, replacement: here("src/node/fs-promises.ts") },
      { find: /^node:path$/, replacement: "path-browserify" },
      ...NODE.map((name) => ({ find: new RegExp(`^node:${name}$`), replacement: here(`src/node/${name}.ts`) })),
      ...SMALL.map((name) => ({ find: new RegExp(`^node:${name}$`), replacement: here("src/node/small.ts") })),
      ...DOORS.map((name) => ({
        find: new RegExp(`^\\.{1,2}/(.*/)?${name}\\.ts$`),
        replacement: here(`src/doors/${name}.ts`),
      })),
      { find: /^\.{1,2}\/(.*\/)?clip-cache\.ts$/, replacement: here("../standalone/src/clip-cache.ts") },
      { find: /^buffer$/, replacement: createRequire(import.meta.url).resolve("buffer/") },
    ],
  },
  build: {
    outDir: here("../../dist/tab"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false, // its helper needs a document, which workers have not
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
  },
});
