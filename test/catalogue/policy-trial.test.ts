/** Policy files whose declared shapes leave sizes open: what ONNX Runtime runs acts, and what does not fit is said in one line. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findPolicy } from "../../src/catalogue/policy-reference.ts";
import { createOrtEngine } from "../../src/graph/index.ts";
import { ATTRIBUTE_TYPE, DATA_TYPE, type ModelProto } from "../../src/graph/onnx/schema.ts";
import { ActorFactory } from "../../src/rollout/actor.ts";
import type { FilePolicy } from "../../src/rollout/policy-data.ts";
import { Environment, registry } from "../../src/tasks/index.ts";
import { declare, linearPolicy, SIZES, WEIGHTS } from "../cli/linear-policy.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-trial-"));
const engine = createOrtEngine();
let env: Environment;
let narrow: Environment;

beforeAll(async () => {
  env = await Environment.create(registry.get("CartpoleBalance"));
  narrow = await Environment.create(registry.get("PendulumSwingup"));
});
afterAll(async () => {
  env.delete();
  narrow.delete();
  await engine.dispose();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, change: (graph: NonNullable<ModelProto["graph"]>, model: ModelProto) => void): string {
  const path = join(folder, name);
  const bytes = linearPolicy((model) => change(model.graph!, model));
  writeFileSync(path, bytes);
  return path;
}

const shaped = (name: string, obs: Parameters<typeof declare>[1], actions: Parameters<typeof declare>[1]) =>
  file(name, ({ input: [taken], output: [given] }) => {
    declare(taken!, obs);
    declare(given!, actions);
  });

/** Makes the graph reshape its observation to one row, however many its input takes. */
function keepOneRow({ node, initializer }: NonNullable<ModelProto["graph"]>): void {
  initializer.push({ name: "shape", dims: [2], dataType: DATA_TYPE.int64, int64Data: [1, SIZES.obs] });
  const [product] = node;
  product!.input[0] = "row";
  node.unshift({ input: ["obs", "shape"], output: ["row"], name: "reshape", opType: "Reshape", attribute: [] });
}

/** Actions of three observations, and what they must be. */
async function acted(path: string): Promise<{ batch: number | null; found: number[]; expected: number[] }> {
  const policy = (await (await findPolicy(path)).bind(env)) as FilePolicy;
  const rows = 3;
  const obs = Float32Array.from({ length: rows * SIZES.obs }, (_, i) => Math.cos(i));
  const action = new Float32Array(rows);
  const unsquashed = { ...policy, squash: "none" as const };
  await (await new ActorFactory(engine).create(unsquashed, "zero", { seed: 1, firstRow: 0, rows })).act(obs, 0, action);
  const expected = Array.from({ length: rows }, (_, n) =>
    WEIGHTS.reduce((sum, weight, i) => sum + weight * obs[n * SIZES.obs + i]!, 0),
  );
  return { batch: policy.batch, found: [...action], expected };
}

it.each([
  ["every size symbolic", ["batch", "features"], ["batch", "actions"], null],
  ["an output without a shape", [1, 5], undefined, 1],
  ["neither with a shape", undefined, undefined, null],
  ["sizes of 0 for unknown ones", [0, 5], [0, 1], null],
  ["unknown sizes", [null, null], [null, null], null],
  ["one row, symbolic values", [1, "features"], ["n", "m"], 1],
  ["sizes of -1", [-1, 5], [-1, 1], null],
] as const)("a file with %s acts", async (name, obs, actions, rows) => {
  const { batch, found, expected } = await acted(shaped(`${name}.onnx`, obs, actions));
  expect(batch).toBe(rows);
  expect(found).toEqual(expected.map((value) => expect.closeTo(value, 6)));
});

it("a file that does not say what its output is acts", async () => {
  const { found, expected } = await acted(
    file("untyped.onnx", ({ output: [given] }) => {
      given!.type = undefined;
    }),
  );
  expect(found).toEqual(expected.map((value) => expect.closeTo(value, 6)));
});

it("a graph that is made for one row acts row by row, though it declares any number", async () => {
  const path = file("one-row.onnx", (graph) => {
    declare(graph.input[0]!, ["batch", SIZES.obs]);
    declare(graph.output[0]!, ["batch", SIZES.action]);
    keepOneRow(graph);
  });
  const { batch, found, expected } = await acted(path);
  expect(batch).toBe(1);
  expect(found).toEqual(expected.map((value) => expect.closeTo(value, 6)));
});

it("sizes that show in the trial only are said with what was found and expected", async () => {
  const open = await findPolicy(shaped("open.onnx", ["batch", "features"], undefined));
  await expect(open.bind(narrow)).rejects.toThrow(
    /open\.onnx: input "obs" takes rows of 5 values, expected the 3 values of PendulumSwingup: horizontal 1, vertical 1, velocity 1$/,
  );
  const wide = file("wide.onnx", ({ input: [taken], output: [given], node }) => {
    declare(taken!, ["batch", "features"]);
    declare(given!, undefined);
    const axis = { name: "axis", type: ATTRIBUTE_TYPE.int, i: 1 };
    node[0]!.output = ["one"];
    node.push({ input: ["one", "one"], output: ["actions"], name: "twice", opType: "Concat", attribute: [axis] });
  });
  await expect((await findPolicy(wide)).bind(env)).rejects.toThrow(
    /wide\.onnx: output "actions" gives 2 values for 1 observation, expected for each observation the 1 action of CartpoleBalance: slide$/,
  );
  const odd = file("odd.onnx", ({ input: [taken], node: [product], initializer: [weights] }) => {
    declare(taken!, undefined);
    Object.assign(weights!, { dims: [1, 7], rawData: new Uint8Array(28) });
    product!.opType = "Mul";
  });
  await expect((await findPolicy(odd)).bind(env)).rejects.toThrow(
    /^[^\n]*odd\.onnx: does not run on \[1, 5\], expected the 5 values of CartpoleBalance: [^\n]*; ONNX Runtime cannot run it: [^\n]+$/,
  );
});
