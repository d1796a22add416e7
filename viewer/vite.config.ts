/** Builds the page into dist/viewer, where the stream's server finds it. `vite --config viewer/vite.config.ts` serves it while it is worked on. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** Where a training to look at listens during development. */
const streamServer = process.env.FLOWGAIT_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: fileURLToPath(new URL("../dist/viewer", import.meta.url)),
    emptyOutDir: true,
    rollupOptions: {
      input: ["index.html", "flow.html"].map((page) => fileURLToPath(new URL(page, import.meta.url))),
    },
    target: "es2022",
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy: { "/stream": { target: streamServer, ws: true, changeOrigin: true, rewriteWsOrigin: true } } },
});
