import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileC } from "../../src/export/c/c-compiler.ts";
import {
  createReferenceEngine,
  floatLiteral,
  type GraphFunction,
  graphFunction,
  OPS,
  sizeOf,
  writeC,
} from "../../src/graph/index.ts";
import { compilerPath } from "../export/compiler.ts";
import { buildCase, caseFeeds, OP_CASES, relativeDifference } from "./op-cases.ts";

interface Case {
  readonly op: string;
  readonly fn: GraphFunction;
  readonly feeds: Record<string, Float32Array | BigInt64Array>;
}

const cases: Case[] = OPS.flatMap((op) =>
  OP_CASES[op].map((opCase) => ({
    op,
    fn: graphFunction(op, { y: buildCase(opCase).result }),
    feeds: caseFeeds(opCase),
  })),
);

/** A program that reads the inputs of all cases one behind the other, and writes their outputs likewise. */
function programOf(all: readonly Case[]): string {
  const { prototypes, definitions } = writeC(Object.fromEntries(all.map(({ fn }, i) => [`f${i}`, fn])));
  const calls = all.map(({ fn }, i) => {
    const inputs = fn.inputs.map((node, k) => ({
      name: `a${k}`,
      type: node.dtype === "int64" ? "int64_t" : "float",
      node,
    }));
    const declared = inputs.map(({ name, type, node }) => `${type} ${name}[${sizeOf(node.shape)}];`);
    const read = inputs.map(({ name }) => `if (fread(${name}, sizeof ${name}, 1, stdin) != 1) return 1;`);
    const call = `f${i}(${[...inputs.map(({ name }) => name), "y"].join(", ")});`;
    return `{ float y[${sizeOf(fn.outputs.y!.shape)}]; ${[...declared, ...read].join(" ")} ${call} fwrite(y, sizeof y, 1, stdout); }`;
  });
  const heads = ["#include <math.h>", "#include <stdint.h>", "#include <stdio.h>", ...prototypes];
  return `${heads.join("\n")}\n${definitions}\nint main(void) {\n${calls.join("\n")}\nreturn 0;\n}\n`;
}

function inputsOf({ fn, feeds }: Case): Uint8Array[] {
  return fn.inputs.map((node) => {
    const values = feeds[node.op === "input" ? node.attributes.name : ""]!;
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  });
}

describe("functions as C", () => {
  let folder = "";
  let results: Float32Array;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
    const source = join(folder, "cases.c");
    writeFileSync(source, programOf(cases));
    await compileC(compilerPath(), source, join(folder, "cases"));
    const output = execFileSync(join(folder, "cases"), { input: Buffer.concat(cases.flatMap(inputsOf)) });
    results = new Float32Array(new Uint8Array(output).buffer);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(OPS)("compute %s as the float64 reference does", async (op) => {
    let offset = 0;
    for (const one of cases) {
      const size = sizeOf(one.fn.outputs.y!.shape);
      const found = results.subarray(offset, offset + size);
      offset += size;
      if (one.op !== op) continue;
      const reference = await createReferenceEngine().compile(one.fn);
      expect(relativeDifference(found, (await reference.run(one.feeds)).y!)).toBeLessThan(2e-6);
    }
    expect(offset).toBe(results.length);
  });
});

describe("a number in C", () => {
  it("is the shortest that reads back as the same float32", () => {
    const shown = [0, -0, 1, -2.5, 1 / 3, 1e-20, 16777216, 3.4028234663852886e38].map(floatLiteral);
    expect(shown).toEqual("0.0f -0.0f 1.0f -2.5f 0.33333334f 1e-20f 16777216.0f 3.4028235e+38f".split(" "));
    for (const value of [Math.PI, -1.1754943508222875e-38, 123456.789])
      expect(Math.fround(Number(floatLiteral(value).slice(0, -1)))).toBe(Math.fround(value));
    expect([Number.NaN, 1e39, -1e39].map(floatLiteral)).toEqual(["NAN", "INFINITY", "-INFINITY"]);
  });
});
