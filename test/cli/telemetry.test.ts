import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { startCli, TINY } from "./cli-process.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A home folder of its own. ONNX Runtime writes a device id and a queue of events there before it connects to its maker. */
function newHome(name: string): string {
  const home = join(folder, name);
  mkdirSync(home);
  return home;
}

function filesIn(home: string): string[] {
  return readdirSync(home, { recursive: true, encoding: "utf8" });
}

/** A program that uses this package and loads the engine itself, as users may write one. */
const LIBRARY_USER = `
import "flowgait";
import ort from "onnxruntime-node";
await ort.InferenceSession.create("controllers/HumanoidJoystick.onnx");
`;

describe("telemetry", () => {
  it("a training and an evaluation leave nothing in the home folder", async () => {
    const home = newHome("cli");
    const prefix = `unset XDG_CACHE_HOME ORT_DISABLE_TELEMETRY; HOME='${home}'`;
    const train = [
      "train",
      "CartpoleBalance",
      ...TINY,
      "--steps",
      "512",
      "--evaluation.every-steps",
      "0",
      "--run",
      "run",
    ];
    for (const args of [train, ["eval", "run", "--episodes", "2"]]) {
      const { code, stderr } = await startCli(args, folder, prefix).finished;
      expect(code, stderr).toBe(0);
    }
    expect(filesIn(home)).toEqual([]);
  });

  it("a program that imports the package may load ONNX Runtime itself and leaves nothing either", () => {
    const home = newHome("library");
    const { ORT_DISABLE_TELEMETRY: _, XDG_CACHE_HOME: _cache, ...env } = process.env;
    const args = ["--input-type=module", "-e", LIBRARY_USER];
    execFileSync(process.execPath, args, { cwd: packageRoot, env: { ...env, HOME: home } });
    expect(filesIn(home)).toEqual([]);
  });
});
