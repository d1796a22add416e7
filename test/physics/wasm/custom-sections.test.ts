import { readFile } from "node:fs/promises";
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";
import { expect, it } from "vitest";
import { withoutCustomSections } from "../../../src/physics/wasm/custom-sections.ts";
import { GLUE_PARAMETERS, separateParts, withChangedWasm } from "../../../src/physics/wasm/mujoco-parts.ts";
import { startLoader } from "../../../src/physics/wasm/started-module.ts";

const STEPS = 300;
/** Bodies that fall onto each other: contacts, friction, a tendon that pulls. */
const PILE = `<mujoco><worldbody><geom type="plane" size="5 5 .1"/>${[0, 1, 2, 3]
  .map(
    (k) =>
      `<body pos="${0.01 * k} 0 ${0.3 + 0.25 * k}"><freejoint/><geom name="g${k}" type="box" size=".1 .1 .1"/><site name="s${k}"/></body>`,
  )
  .join("")}</worldbody><tendon><spatial stiffness="20"><site site="s0"/><site site="s3"/></spatial></tendon></mujoco>`;

const url = import.meta.resolve("mujoco-js");
const file = await readFile(fileURLToPath(url));
const { glue, wasm } = separateParts(file)!;

/** Positions after every step. */
async function fallen(bytes: Uint8Array): Promise<number[]> {
  const load = compileFunction(glue, GLUE_PARAMETERS, { filename: fileURLToPath(url) })(url, nodeModule);
  const printing = { print: () => {}, printErr: () => {} };
  const { module } = await startLoader(load, await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>), printing);
  module.FS.writeFile("/pile.xml", PILE);
  const model = module.MjModel.loadFromXML("/pile.xml")!;
  const data = new module.MjData(model);
  const seen: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    module.mj_step(model, data);
    seen.push(...(data.qpos as Float64Array));
  }
  data.delete();
  model.delete();
  return seen;
}

it("MuJoCo without names and debug sections is valid, less than half as large, and steps the same bits", async () => {
  const bare = withoutCustomSections(wasm);
  expect(WebAssembly.validate(bare)).toBe(true);
  expect(WebAssembly.Module.customSections(await WebAssembly.compile(bare), "name")).toEqual([]);
  expect(bare.length).toBeLessThan(wasm.length / 2);
  const [full, stripped] = [await fallen(wasm), await fallen(bare)];
  expect(full).toHaveLength(STEPS * 28);
  expect(stripped).toEqual(full);
});

it("the file that an exported page carries has that module inside", async () => {
  const changed = Buffer.from(withChangedWasm(file, withoutCustomSections)!);
  expect(separateParts(changed)!.glue).toBe(glue);
  expect(Buffer.from(separateParts(changed)!.wasm).equals(withoutCustomSections(wasm))).toBe(true);
});

it("bytes that are no module, or only a part of one, are refused", () => {
  expect(() => withoutCustomSections(wasm.subarray(4))).toThrow("wasm: the bytes are no WebAssembly module");
  expect(() => withoutCustomSections(wasm.subarray(0, wasm.length - 7))).toThrow(
    /wasm: the section at byte \d+ is cut/,
  );
});
