import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedisServer } from "../../bench/queue/redis-server.ts";
import { listCheckpoints, loadCheckpoint, saveCheckpoint } from "../../src/runs/checkpoint.ts";
import { runPaths } from "../../src/runs/run-folder.ts";
import { readRecords } from "../../src/verify/records.ts";
import { callCli, startCli, TINY } from "../cli/cli-process.ts";
import { faultyTask, flipBit, forgeRecord } from "./forged.ts";

const ITERATION = 512;
const SETTINGS = [...TINY, "--algorithm", "fpo", "--checkpoint.every-seconds", "0"];

describe("flowgait verify", () => {
  const root = mkdtempSync(join(tmpdir(), "flowgait-test-"));
  const original = join(root, "original");
  let copies = 0;

  beforeAll(async () => {
    await train("--steps", String(4 * ITERATION), "--run", original);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  async function train(...flags: string[]): Promise<void> {
    const task = flags.includes("--resume") ? [] : ["CartpoleBalance", ...SETTINGS];
    const { code, stderr } = await callCli("train", ...task, ...flags);
    expect(code, stderr).toBe(0);
  }

  /** The run in a folder of its own. */
  function copyOf(run = original): string {
    const copy = join(root, `copy-${++copies}`);
    cpSync(run, copy, { recursive: true });
    return copy;
  }

  const verify = (run: string, ...flags: string[]) => callCli("verify", run, "--workers", "1", ...flags);

  it("computes iterations again, from the beginning and from checkpoints, and they are the same", async () => {
    const { code, stdout } = await verify(original, "--json");
    const found = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(found).toMatchObject({ iterations: 4, first: 1, states: 5, quick: 4, faults: [], passed: true });
    const same = (iteration: number, from: string) => {
      return { iteration, steps: iteration * ITERATION, from, replayed: 0, part: null, differs: [] };
    };
    const steps = [ITERATION, 2 * ITERATION, 3 * ITERATION].map((at) => String(at).padStart(12, "0"));
    expect(found.verdicts).toEqual([
      same(1, "the run's beginning"),
      ...steps.map((at, k) => same(k + 2, `checkpoints/step-${at}.safetensors`)),
    ]);
  });

  it("computes what lies between a stored state and a chosen iteration on the way", async () => {
    const run = copyOf();
    for (const path of await listCheckpoints(run)) rmSync(path);
    rmSync(join(run, "checkpoints", "best.safetensors"));
    const { code, stdout } = await verify(run, "--iterations", "2,4");
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /iteration 2, .* over 1 others: the same bits\niteration 4, .* from the run's beginning over 3 others: the same bits\npass: 2 iterations/,
      ),
    ]);
    expect((await verify(run, "--iterations", "9")).stderr).toContain("9 is not recorded, expected 1 to 4");
    expect((await verify(run)).stdout).toContain("only 1 of them follow a stored state");
  });

  it("holds for a run that was resumed, also where its last lines were lost", async () => {
    const run = copyOf();
    for (const name of ["metrics", "manifest"] as const) {
      const lines = readFileSync(runPaths(run)[name], "utf8").trimEnd().split("\n");
      // The evaluation, and half of the line before it.
      writeFileSync(runPaths(run)[name], lines.slice(0, -1).join("\n").slice(0, -100));
    }
    await train("--resume", run, "--steps", String(6 * ITERATION));
    const { code, stdout } = await verify(run, "--iterations", "6");
    expect([code, stdout]).toEqual([0, expect.stringContaining("iteration 6, up to 3,072 steps")]);
  });

  it("holds for a run with a categorical critic that was resumed", async () => {
    const run = join(root, "categorical");
    const critic = "--algorithm.critic hl-gauss --algorithm.critic-norm layer".split(" ");
    await train("--steps", String(2 * ITERATION), "--run", run, ...critic);
    await train("--resume", run, "--steps", String(4 * ITERATION));
    const { code, stdout } = await verify(run, "--iterations", "2,4");
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/iteration 2.*the same bits\niteration 4.*the same bits/),
    ]);
  });

  it("finds a flipped bit of metrics.jsonl or the manifest wherever it is, and names its line", async () => {
    for (const name of ["metrics", "manifest"] as const) {
      const path = runPaths(original)[name];
      const bytes = readFileSync(path);
      const run = copyOf();
      for (let k = 0; k < 60; k++) {
        const at = k === 0 ? bytes.length - 1 : Math.floor(Math.random() * bytes.length);
        writeFileSync(runPaths(run)[name], bytes);
        flipBit(runPaths(run)[name], at, k % 8);
        const line = bytes.subarray(0, at).toString("latin1").split("\n").length;
        const places = (await readRecords(run)).faults.map(({ place }) => place);
        expect(places, `byte ${at}, bit ${k % 8}`).toContain(`${name}.jsonl, line ${line}`);
      }
    }
  });

  it("finds a flipped bit of config.json wherever it is, and names the value", async () => {
    const { config } = runPaths(original);
    const bytes = readFileSync(config);
    const run = copyOf();
    for (let at = 0; at < bytes.length; at += 7) {
      writeFileSync(runPaths(run).config, bytes);
      flipBit(runPaths(run).config, at, at % 8);
      const places = (await readRecords(run)).faults.map(({ place }) => place);
      expect(places.length, `byte ${at}`).toBeGreaterThan(0);
      expect(new Set(places)).toEqual(new Set(["config.json"]));
    }
    writeFileSync(runPaths(run).config, bytes);
    flipBit(runPaths(run).config, bytes.indexOf('"clip": 0.') + '"clip": 0.'.length, 0);
    const { code, stdout, stderr } = await verify(run);
    expect([code, stdout, stderr]).toEqual([
      1,
      expect.stringMatching(/^config\.json: algorithm\.clip is 0\.\d+, recorded: 0\.\d+$/m),
      expect.stringContaining("failed: config.json\n"),
    ]);
  });

  it("finds a flipped bit of a checkpoint, and names the file and the array", async () => {
    const run = copyOf();
    const [first, second, third] = await listCheckpoints(run);
    const bytes = readFileSync(first!);
    flipBit(first!, bytes.length - 1, 3);
    flipBit(second!, 9, 0); // in the header
    const { shards } = (await loadCheckpoint(third!)).tensors;
    const header = 8 + Number(bytes.readBigUInt64LE(0));
    flipBit(third!, header + shards!.data.byteLength - 1, 6); // the widest arrays come first
    const { code, stdout } = await verify(run, "--sample", "0", "--json");
    expect(code).toBe(1);
    const { faults } = JSON.parse(stdout);
    const name = (steps: number) => `checkpoints/step-${String(steps).padStart(12, "0")}.safetensors`;
    expect(faults).toEqual([
      { place: name(512), found: expect.stringMatching(/^(policy|critic) weights is not what iteration 1 left$/) },
      { place: name(1024), found: expect.stringMatching(/header|damaged/) },
      {
        place: name(1536),
        found: expect.stringMatching(/^(environment states|normaliser) is not what iteration 3 left$/),
      },
    ]);
  });

  it("finds a checkpoint of another run that is sound in itself", async () => {
    const run = copyOf();
    const [first] = await listCheckpoints(run);
    const checkpoint = await loadCheckpoint(first!);
    checkpoint.tensors["normaliser/mean"]!.data[0]! += 1e-9;
    await saveCheckpoint(run, checkpoint, { keep: 9, best: false });
    const { code, stdout } = await verify(run, "--sample", "0");
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining("step-000000000512.safetensors: normaliser is not what iteration 1 left"),
    ]);
  });

  it.each([
    ["rollout", "rewards", "the rollout differs: rewards"],
    ["advantages", "scaled rewards", "the advantages differ"],
    ["update", "critic weights", "the update differs: critic weights"],
  ] as const)("names the part that differs: %s", async (part, name, words) => {
    const run = copyOf();
    await forgeRecord(run, 4, (record, line) => {
      const { hashes } = record;
      const changed = { ...hashes!, [part]: { ...hashes![part], [name]: "0".repeat(32) } };
      return { record: { ...record, hashes: changed }, line };
    });
    for (const path of (await listCheckpoints(run)).slice(-1)) rmSync(path);
    rmSync(join(run, "checkpoints", "best.safetensors"));
    const { code, stdout, stderr } = await verify(run, "--iterations", "4");
    expect(code).toBe(1);
    expect(stdout).toContain(words);
    expect(stderr).toContain(`failed: iteration 4 (${part})`);
  });

  it("names numbers of the log that the iteration does not come to, though the manifest vouches for them", async () => {
    const run = copyOf();
    await forgeRecord(run, 2, (record, line) => {
      const report = JSON.parse(line);
      return { record, line: JSON.stringify({ ...report, returnMean: report.returnMean + 100 }) };
    });
    const { code, stdout } = await verify(run, "--iterations", "2");
    expect([code, stdout]).toEqual([1, expect.stringContaining("metrics.jsonl has other numbers: returnMean")]);
  });

  it("finds the iteration in which a machine computed one reward wrongly", async () => {
    const marker = join(root, "fault");
    const task = faultyTask(root, marker);
    const run = join(root, "faulty");
    writeFileSync(marker, "");
    const settings = [
      ...SETTINGS,
      "--steps",
      String(4 * ITERATION),
      "--run",
      run,
      "--evaluation.every-steps",
      "0",
      "--no-check",
    ];
    expect((await callCli("train", task, ...settings)).code).toBe(0);
    expect(existsSync(marker)).toBe(false);
    const { code, stdout, stderr } = await verify(run, "--json");
    const { verdicts, faults } = JSON.parse(stdout);
    expect([code, faults]).toEqual([1, []]);
    const wrong = verdicts.filter(({ part }: { part: string | null }) => part !== null);
    expect(wrong).toEqual([
      expect.objectContaining({ iteration: 3, part: "rollout", differs: expect.arrayContaining(["rewards"]) }),
    ]);
    expect(stderr).toContain("failed: iteration 3 (rollout)");
    expect(verdicts).toHaveLength(4);
    const [copied = ""] = readdirSync(join(run, "task"));
    flipBit(join(run, "task", copied), 100, 0);
    expect((await verify(run)).stdout).toContain(`\ntask/${copied}: was changed\n`);
  });

  it("says in one line that a run of an older version has no manifest; resumed, it keeps one from there on", async () => {
    const run = copyOf();
    rmSync(runPaths(run).manifest);
    const { code, stdout, stderr } = await verify(run);
    expect([code, stdout, stderr.trim().split("\n").length]).toEqual([1, "", 1]);
    expect(stderr).toContain("has no manifest.jsonl, because an older version of flowgait trained it");
    await train("--resume", run, "--steps", String(5 * ITERATION));
    const resumed = await verify(run);
    expect(resumed.stdout).toMatch(/1 recorded iteration; 4 earlier iterations .*\n.*\niteration 5, /);
    expect(resumed.code).toBe(0);
  });

  it("spreads the work over a queue", async () => {
    const server = await RedisServer.start();
    const worker = startCli(["worker", "--queue", server.url, "--threads", "1", "--name", "w0"], root);
    try {
      await worker.until("stderr", /waiting for a run/);
      const { code, stdout } = await verify(original, "--sample", "2", "--queue", server.url);
      expect([code, stdout]).toEqual([0, expect.stringContaining("pass: 2 iterations")]);
      worker.child.kill("SIGINT");
      expect((await worker.finished).stderr).toMatch(/stopped; [1-9]\d* units were computed here/);
    } finally {
      worker.child.kill("SIGKILL");
      await server.end();
    }
  });
});
