import { defineConfig } from "vitest/config";

// Tests are compiled with the sources (tsc) and run from dist/, so they exercise exactly what ships, worker threads included.
export default defineConfig({
  test: {
    include: ["dist/test/**/*.test.js"],
    exclude: ["node_modules/**"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: true,
    maxWorkers: 2,
    pool: "forks",
  },
});
