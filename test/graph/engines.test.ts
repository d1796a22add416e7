import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import {
  BATCH,
  createLoopEngine,
  createOrtEngine,
  createReferenceEngine,
  createTfjsEngine,
  type Engine,
  type GraphFunction,
  graphFunction,
  input,
  matmul,
  mul,
  OPS,
  silu,
  sum,
} from "../../src/graph/index.ts";
import { buildCase, caseFeeds, OP_CASES, relativeDifference } from "./op-cases.ts";
import { webRuntime } from "./web-runtime.ts";

const engines: Engine[] = [
  createOrtEngine(),
  { ...createOrtEngine({ runtime: webRuntime }), name: "ort as WebAssembly" },
  createTfjsEngine({ backend: "cpu" }),
  createTfjsEngine({ backend: "wasm" }),
  createLoopEngine(),
];
const reference = createReferenceEngine();

async function runOn(engine: Engine, fn: GraphFunction, feeds: Record<string, Float32Array | BigInt64Array>) {
  const executable = await engine.compile(fn);
  const results = await executable.run(feeds);
  await executable.dispose();
  return results;
}

describe.each(engines)("engine $name", (engine) => {
  it.each(OPS)("computes %s as the float64 reference does", async (op) => {
    for (const opCase of OP_CASES[op]) {
      const fn = graphFunction(op, { y: buildCase(opCase).result });
      const feeds = caseFeeds(opCase);
      const [{ y }, expected] = await Promise.all([runOn(engine, fn, feeds), runOn(reference, fn, feeds)]);
      expect(relativeDifference(y, expected.y)).toBeLessThan(2e-6);
    }
  });

  it("takes any batch where the leading dimension is symbolic", async () => {
    const weights = Float32Array.from({ length: 6 }, (_, i) => i - 2);
    const x = input("x", [BATCH, 3]);
    const fn = graphFunction("batched", { y: silu(matmul(x, input("w", [3, 2]))) });
    const executable = await engine.compile(fn);
    for (const batch of [1, 4]) {
      const feeds = { x: new Float32Array(3 * batch).fill(0.5), w: weights };
      const { y } = await executable.run(feeds);
      expect(y.length).toBe(2 * batch);
      expect(relativeDifference(y, (await runOn(reference, fn, feeds)).y)).toBeLessThan(1e-6);
    }
  });

  it("may name a result like an input", async () => {
    const [x, y] = [input("x", [2]), input("y", [2])];
    const results = await runOn(engine, graphFunction("swap", { x: y, y: mul(x, 1), z: x }), {
      x: Float32Array.of(1, 2),
      y: Float32Array.of(3, 4),
    });
    expect(results).toEqual({ x: Float32Array.of(3, 4), y: Float32Array.of(1, 2), z: Float32Array.of(1, 2) });
  });

  it("writes into the arrays it is given, shared memory included", async () => {
    const fn = graphFunction("doubled", { y: mul(input("x", [4]), 2) });
    const executable = await engine.compile(fn);
    const x = new Float32Array(new SharedArrayBuffer(16));
    for (const y of [new Float32Array(8).subarray(2, 6), new Float32Array(new SharedArrayBuffer(16))]) {
      for (const value of [3, 5]) {
        x.fill(value);
        const results = await executable.run({ x }, { y });
        expect(results.y).toBe(y);
        expect([...y]).toEqual(new Array(4).fill(2 * value));
      }
    }
  });

  it("reads what its arrays hold at each run, and other arrays after a run that was refused", async () => {
    const [x, w] = [input("x", [2]), input("w", [2])];
    const executable = await engine.compile(graphFunction("twice", { y: mul(x, w) }));
    const feeds = { x: Float32Array.of(1, 2), w: Float32Array.of(3, 4) };
    const out = { y: new Float32Array(2) };
    const run = async (fed: typeof feeds, into: typeof out) => [...(await executable.run(fed, into)).y];
    expect(await run(feeds, out)).toEqual([3, 8]);
    feeds.x[0] = 5;
    expect(await run(feeds, out)).toEqual([15, 8]);
    const others = { x: Float32Array.of(7, 7), w: Float32Array.of(1, 2) };
    await expect(run(others, { y: new Float32Array(3) })).rejects.toThrow(RangeError);
    expect(await run(others, out)).toEqual([7, 14]);
    feeds.w = Float32Array.of(1, 1);
    expect(await run(feeds, { y: new Float32Array(2) })).toEqual([5, 2]);
    await executable.dispose();
  });

  it("refuses feeds and results of the wrong size, type or name", async () => {
    const x = input("x", [2, 3]);
    const executable = await engine.compile(graphFunction("total", { y: sum(x) }));
    await expect(executable.run({})).rejects.toThrow('total: input "x" [2, 3] is missing');
    await expect(executable.run({ x: new Float32Array(5) })).rejects.toThrow(
      'total: input "x" [2, 3] must have 6 values, got 5',
    );
    await expect(executable.run({ x: new BigInt64Array(6) })).rejects.toThrow('total: input "x" must be float32');
    const out = { y: new Float32Array(2) };
    await expect(executable.run({ x: new Float32Array(6) }, out)).rejects.toThrow(
      'total: output "y" [] must have 1 values, got 2',
    );
  });
});

it("names the package that a TensorFlow.js engine misses", async () => {
  const compiled = createTfjsEngine({ backend: "tensorflow", gpu: true }).compile(
    graphFunction("f", { y: input("x", [1]) }),
  );
  await expect(compiled).rejects.toThrow(
    "tfjs engine: @tensorflow/tfjs-node-gpu is not installed, expected it in this project; try: npm install @tensorflow/tfjs-node-gpu",
  );
});

it("tells in one line why ONNX Runtime does not load", async () => {
  const resolve = `export async function resolve(name, context, next) {
    if (name === "onnxruntime-node") throw new Error("libonnxruntime.so.1: cannot open shared object file\\nsecond line");
    return next(name, context);
  }`;
  const hook = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(resolve)}`)});`;
  const program = `
    const g = await import(${JSON.stringify(new URL("../../src/graph/index.js", import.meta.url).href)});
    const error = await g.createOrtEngine().compile(g.graphFunction("f", { y: g.input("x", [1]) })).catch((e) => e);
    console.log(error.name + "|" + error.message);`;
  const asModule = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--import",
    asModule(hook),
    "--import",
    asModule(program),
    "-e",
    "0",
  ]);
  expect(stdout).toMatch(
    /^UserError\|ort engine: onnxruntime-node does not load on \S+ \(libonnxruntime\.so\.1: cannot open shared object file\); /,
  );
  expect(stdout.trim().split("\n")).toHaveLength(1);
});
