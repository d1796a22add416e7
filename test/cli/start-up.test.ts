import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startCli } from "./cli-process.ts";

/** Packages that take long to load: for commands that simulate, learn, serve or record. */
const HEAVY = /^(onnxruntime|mujoco-js|protobufjs|esbuild|ws|@mcap|@tensorflow|three|cli-progress)/;

/** The files that `flowgait <words>` runs: those of the package's own, and the names of other packages. */
async function loadedBy(words: readonly string[]): Promise<{ files: string[]; packages: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "flowgait-modules-"));
  try {
    const { stderr } = await startCli(words, tmpdir(), `NODE_V8_COVERAGE='${folder}'`).finished;
    const files = readdirSync(folder).flatMap((name) => scriptsIn(join(folder, name)));
    expect(files.length, stderr).toBeGreaterThan(5);
    const packages = files.map((file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
    return { files, packages: [...new Set(packages.filter((name) => name !== undefined))] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What Node's report of covered code names. */
function scriptsIn(report: string): string[] {
  const { result } = JSON.parse(readFileSync(report, "utf8")) as { result: { url: string }[] };
  return result.map(({ url }) => url).filter((url) => url.startsWith("file:"));
}

describe("a command loads what it needs", () => {
  it.each([
    ["--help", 25, ["commander"]],
    ["--version", 25, ["commander"]],
    ["tain CheetahRun", 25, ["commander"]],
    ["eval --help", 40, ["commander"]],
    ["diagnose modes --help", 40, ["commander"]],
    ["tasks", 175, ["commander"]], // half of them declare tasks
    ["help train", 150, ["commander", "zod"]],
  ] as const)("flowgait %s: at most %i modules, of the packages %j", async (line, most, packages) => {
    const loaded = await loadedBy(line.split(" "));
    expect(loaded.packages.filter((name) => HEAVY.test(name))).toEqual([]);
    expect(loaded.packages.sort()).toEqual(packages);
    expect(loaded.files.length).toBeLessThanOrEqual(most);
  });

  it("a training's configuration needs no engine, server, recorder or compiler", async () => {
    const { packages } = await loadedBy(["train", "PointMass", "--print-config"]);
    const needless = ["onnxruntime-node", "mujoco-js", "esbuild", "ws", "@mcap/core"];
    expect(packages.filter((name) => needless.includes(name))).toEqual([]);
    expect(packages).toContain("zod");
  });
});
