import { configDefaults, defineConfig } from "vitest/config";

/** A working directory and a stand-in of TensorFlow.js are the whole process's. */
const ALONE = ["dist/test/train/fingerprints.test.js"];

// Tests are compiled with the sources (tsc) and run from dist/, so they exercise exactly what ships, worker threads included.
export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 3, // on two cores: many tests wait for processes, sockets and locks
    pool: "forks",
    // Node loads what is compiled already: once per process, not once per test file.
    server: { deps: { external: [/\/dist\/(src|test|bench)\/(?!.*\.test\.js)/] } },
    projects: [
      {
        extends: true,
        // One file after the other in the same process, which has MuJoCo, ONNX Runtime and compiled code ready after the first.
        test: {
          name: "shared",
          isolate: false,
          include: ["dist/test/**/*.test.js"],
          exclude: [...configDefaults.exclude, ...ALONE],
        },
      },
      { extends: true, test: { name: "alone", isolate: true, include: ALONE } },
    ],
  },
});
