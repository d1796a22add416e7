import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { checkpointSteps, latestCheckpoint } from "../../src/runs/checkpoint.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { jsonLines, startCli, TINY } from "./cli-process.ts";
import { tinyRun } from "./tiny-run.ts";

const ENDLESS = [...TINY, "--algorithm", "fpo", "--evaluation.every-steps", "0", "--steps", "100000000"];

async function expectSaved(run: string): Promise<void> {
  const reports = jsonLines(readFileSync(join(run, "metrics.jsonl"), "utf8"));
  expect(checkpointSteps(await latestCheckpoint(run))).toBe(reports.at(-1)!.steps);
}

function hasReports(run: string): boolean {
  return existsSync(join(run, "metrics.jsonl")) && readFileSync(join(run, "metrics.jsonl"), "utf8") !== "";
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe.skipIf(process.platform === "win32")("a lost terminal", () => {
  it.each([
    ["train", "CartpoleBalance"],
    ["studio", "--task", "CartpoleBalance", "--port", "0"],
  ])("lets %s save as Ctrl-C does, though nobody reads and the signal comes twice", async (...command) => {
    const cwd = scratchFolder();
    const { child, until, finished } = startCli([...command, ...ENDLESS], cwd);
    await until("stderr", /512 of 100\.00M steps/);
    child.stdout!.destroy();
    child.stderr!.destroy();
    child.kill("SIGHUP");
    child.kill("SIGHUP");
    expect(await finished).toMatchObject({ code: 129, signal: null });
    await expectSaved(join(cwd, "runs", "CartpoleBalance-fpo-s1-1"));
  });

  it("lets reproduce save its cell and write the table so far", async () => {
    const cwd = scratchFolder();
    const settings = "--envs 16 --shards 4 --horizon 32 --workers 1 --steps 1000000 --algorithm.epochs 1".split(" ");
    const cell = ["--tasks", "CartpoleBalance", "--algorithms", "fpo", "--algorithm.minibatches", "4"];
    const { child, until, finished } = startCli(["reproduce", "fpo-table1", ...cell, ...settings], cwd);
    await until("stderr", /512 of 1000k steps/);
    child.kill("SIGHUP");
    expect(await finished).toMatchObject({ code: 129, stderr: expect.stringContaining("resume with: flowgait") });
    const out = join(cwd, "runs", "reproduce", "fpo-table1-laptop");
    expect(readdirSync(out).sort()).toEqual(["CartpoleBalance-fpo-s1", "curves.svg", "results.json"]);
    await expectSaved(join(out, "CartpoleBalance-fpo-s1"));
  });

  it.runIf(process.platform === "linux")("that was a real one ends train with 129 and a checkpoint", async () => {
    const cwd = scratchFolder();
    const [main, code] = [join(packageRoot, "dist", "src", "cli", "main.js"), join(cwd, "code")];
    const train = `"${process.execPath}" "${main}" train CartpoleBalance --run run ${ENDLESS.join(" ")}`;
    // As an interactive shell does, this one passes the signal on; it stays to tell how the training ended.
    const shell = `${train} & trap "kill -HUP $!" HUP; wait $!; wait $!; echo $? > "${code}.part"; mv "${code}.part" "${code}"`;
    const env = { ...process.env, SHELL: "/bin/sh" };
    const terminal = spawn("script", ["-q", "-c", shell, "/dev/null"], { cwd, env, stdio: "ignore" });
    await until(() => hasReports(join(cwd, "run")));
    terminal.kill("SIGKILL");
    await until(() => existsSync(code));
    expect(readFileSync(code, "utf8")).toBe("129\n");
    await expectSaved(join(cwd, "run"));
  });

  describe("during an export", () => {
    const run = tinyRun("CartpoleBalance", "--algorithm", "fpo");
    const LONG = "--episodes 1 --rows 2000 --workers 1 --physics none".split(" ");

    it("leaves no file behind, like Ctrl-C", async () => {
      for (const [signal, code, words] of [
        ["SIGHUP", 129, /^((?!export:).)*$/s],
        ["SIGINT", 1, /flowgait: export: stopped, nothing was written\n$/],
      ] as const) {
        const cwd = scratchFolder();
        const prefix = `export TMPDIR="${cwd}";`;
        const { child, until, finished } = startCli(["export", run(), "--out", "out", ...LONG], cwd, prefix);
        await until("stderr", /computing the policy's own outputs/);
        child.kill(signal);
        expect(await finished).toMatchObject({ code, stderr: expect.stringMatching(words) });
        expect(readdirSync(cwd).filter((name) => /^(out$|flowgait)/.test(name))).toEqual([]);
      }
    });
  });
});
