import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { getEnvironmentData } from "node:worker_threads";
import { expect, it } from "vitest";
import { loadMujoco } from "../../src/physics/engine.ts";
import { type Parts, partsOf } from "../../src/physics/mujoco-module.ts";

it("threads that start after the first engine get its compiled module, and no ten megabytes of text", async () => {
  await loadMujoco();
  const parts = getEnvironmentData("flowgait-mujoco") as Parts;
  expect(Object.prototype.toString.call(parts.wasm)).toBe("[object WebAssembly.Module]");
  expect(parts.glue.length).toBeLessThan(500_000);
});

it("a package that is written in another way is not taken apart", async () => {
  const file = await readFile(fileURLToPath(import.meta.resolve("mujoco-js")));
  for (const part of ["return base64Decode('", "await import('module')", "export default loadMujoco;"]) {
    const other = Buffer.from(file);
    other.fill(" ", other.indexOf(part), other.indexOf(part) + part.length);
    expect(await partsOf(other), part).toBeNull();
  }
});
