import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { PolicyShelf } from "../../src/studio/policy-shelf.ts";
import { Environment, registry } from "../../src/tasks/index.ts";

it("a page gets the policies that it was offered, and no other file of the disk", async () => {
  const folder = mkdtempSync(join(tmpdir(), "flowgait-shelf-"));
  const env = await Environment.create(registry.get("CartpoleBalance"));
  onTestFinished(() => {
    env.delete();
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, "other.onnx");
  writeFileSync(file, "x");
  const shelf = new PolicyShelf(env, { first: "zero" });
  expect((await shelf.choose("random")).key).toBe("random");
  for (const key of [file, join(folder, "absent.onnx"), "HumanoidJoystick", ".."])
    await expect(shelf.choose(key)).rejects.toThrow(`${key}: is not a checkpoint of a run below runs/`);
});
