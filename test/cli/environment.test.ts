/** What surrounds a command: temporary folder and streams that cannot be written. */
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { listCheckpoints } from "../../src/runs/checkpoint.ts";
import { startCli, TINY } from "./cli-process.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FULL = "standard output: cannot be written: the disk is full, expected free space";
writeFileSync(
  join(folder, "task.ts"),
  `import { defineTask, direct } from "flowgait";
export default defineTask({
  name: "Cart",
  scene: "scenes/cartpole.xml",
  timing: { controlHz: 50, physicsHz: 100, episodeSeconds: 0.2 },
  action: direct(),
  observe: { x: { of: (s) => s.sim.qpos } },
  reward: { rest: { weight: 1, of: () => 1 } },
});
`,
);

/** Runs the command with one of its streams on a full disk; the other one is returned. */
async function onFullDisk(stream: "stdout" | "stderr", ...args: string[]): Promise<{ code: number; other: string }> {
  const full = openSync("/dev/full", "w");
  const program = join(packageRoot, "dist", "src", "cli", "main.js");
  const stdio = stream === "stdout" ? (["ignore", full, "pipe"] as const) : (["ignore", "pipe", full] as const);
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: [...stdio] });
  let other = "";
  (child.stdout ?? child.stderr)!.setEncoding("utf8").on("data", (text: string) => {
    other += text;
  });
  const code = await new Promise<number>((resolve) => child.on("close", (exit) => resolve(exit ?? -1)));
  closeSync(full);
  return { code, other };
}

const TRAIN = ["train", "CartpoleBalance", ...TINY, "--steps", "1024", "--evaluation.every-steps", "0"];

describe("a command", () => {
  it("loads a user's task where TMPDIR cannot be written", async () => {
    const args = ["eval", "zero", "--task", "./task.ts", "--episodes", "1", "--json"];
    const { code, stdout, stderr } = await startCli(args, folder, "TMPDIR=/no/such/folder").finished;
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ task: "Cart", returnMean: 10 });
  });

  it.each(["--help", "eval zero --task CartpoleBalance --episodes 1"])(
    "whose standard output is on a full disk says so in one line: %s",
    async (line) => {
      expect(await onFullDisk("stdout", ...line.split(" "))).toEqual({ code: 1, other: `flowgait: ${FULL}\n` });
    },
  );

  it("that trains goes on to its end and saves, with standard output on a full disk", async () => {
    const { code, other } = await onFullDisk("stdout", ...TRAIN, "--json", "--run", "out");
    expect(code).toBe(1);
    expect(other.split("\n").filter((line) => line.includes("cannot be written"))).toEqual([`flowgait: ${FULL}`]);
    expect(other).toContain("done: 1,024 steps");
    expect(await listCheckpoints(join(folder, "out"))).toHaveLength(1);
  });

  it("that trains goes on to its end and saves, with standard error on a full disk", async () => {
    const { code, other } = await onFullDisk("stderr", ...TRAIN, "--json", "--run", "err");
    expect([code, other.trim().split("\n").length]).toEqual([1, 4]);
    expect(await listCheckpoints(join(folder, "err"))).toHaveLength(1);
  });
});
