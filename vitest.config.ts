import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** A working directory and a stand-in of TensorFlow.js are the whole process's. */
const ALONE = ["dist/test/train/fingerprints.test.js"];

/** Files that take half a minute and more begin first, so that none is left alone at the end; most of their time they wait. */
const LONG = [
  ..."queue/bits viewer/drive package train/learning queue/real-kills cli/export footwork/lesson-for guess/guess viewer/axe".split(
    " ",
  ),
  ..."verify/verify site/commands cli/training catalogue/shipped-controllers viewer/start tasks/properties train/determinism".split(
    " ",
  ),
  ..."viewer/page viewer/runs cli/run-in-use sweep/sweep tasks/policy-files site/site viewer/train cli/tensorflow".split(
    " ",
  ),
].map((name) => `/dist/test/${name}.test.js`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => LONG.findIndex((name) => moduleId.endsWith(name)) >>> 0;
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

// Tests are compiled with the sources (tsc) and run from dist/, so they exercise exactly what ships, worker threads included.
export default defineConfig({
  test: {
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 4, // on two cores: many tests wait for processes, sockets and locks
    sequence: { sequencer: LongestFirst },
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
