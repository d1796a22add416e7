/** Builds the program of self-contained pages into dist/standalone: one script and one style sheet, which the export puts into each page. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { smallMujoco } from "../mujoco-plugin.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  publicDir: false,
  plugins: [smallMujoco()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: {
    alias: [
      { find: "node:fs", replacement: here("src/files.ts") },
      { find: "node:path", replacement: here("src/paths.ts") },
      { find: "node:url", replacement: here("src/urls.ts") },
      { find: /^.*\/mujoco-module\.ts$/, replacement: here("src/mujoco-module.ts") },
      { find: /^.*\/user-task\.ts$/, replacement: here("src/user-task.ts") },
      { find: /^.*\/clip-cache\.ts$/, replacement: here("src/clip-cache.ts") },
      { find: /^.*\/package-root\.ts$/, replacement: here("src/package-root.ts") },
    ],
  },
  build: {
    outDir: here("../../dist/standalone"),
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 20_000,
    cssCodeSplit: false,
    rolldownOptions: { output: { codeSplitting: false } }, // what is imported late is in the one script too
    lib: { entry: here("src/main.tsx"), formats: ["es"], fileName: () => "page.js", cssFileName: "page" },
  },
});
