import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/files/safetensors.ts";
import { latestCheckpoint, listCheckpoints } from "../../src/runs/checkpoint.ts";
import { packRun, unpackRun } from "../../src/runs/run-file.ts";
import { prepareNewRun, prepareResume } from "../../src/studio/prepared-run.ts";
import { runTraining } from "../../src/studio/training-session.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

const STEPS = 2 * 8 * 16;
const config = resolveTrainConfig({
  task: "CartpoleBalance",
  overrides: {
    steps: STEPS,
    envs: 8,
    shards: 2,
    horizon: 16,
    workers: 1,
    evaluation: { everySteps: 0, episodes: 1 },
    algorithm: { name: "fpo", epochs: 1, minibatches: 2, pairs: 2, policyHidden: [8], criticHidden: [8] },
  },
});
const signal = new AbortController().signal;

const home = mkdtempSync(join(tmpdir(), "flowgait-test-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
let folder: string;
let bytes: Uint8Array;

beforeAll(async () => {
  const run = await prepareNewRun({ ...config, run: join(home, "first") });
  await runTraining(run, { sinks: [], signal });
  folder = run.folder;
  bytes = await packRun(folder);
});

describe("a run as a file", () => {
  it("becomes a folder that trains on to the same bytes as the run itself", async () => {
    const root = scratchFolder();
    const path = join(root, "first.flowgait");
    writeFileSync(path, bytes);
    const copy = await unpackRun(bytes, path, root);
    expect(basename(copy)).toBe("first");
    const resumed = async (place: string) => {
      await runTraining(await prepareResume(place, { steps: 2 * STEPS }), { sinks: [], signal });
      return readFileSync(await latestCheckpoint(place));
    };
    expect((await resumed(copy)).equals(await resumed(folder))).toBe(true);
    expect(await listCheckpoints(copy)).toHaveLength(2);
  });

  it("takes another name where its own is taken", async () => {
    const root = scratchFolder();
    const names = [];
    for (let k = 0; k < 3; k++) names.push(basename(await unpackRun(bytes, "a.flowgait", root)));
    expect(names).toEqual(["first", "first-2", "first-3"]);
  });

  it("that is cut short, changed, of another kind or of another version is refused in one line, and leaves nothing", async () => {
    const root = scratchFolder();
    const { tensors, metadata: stored } = decodeSafetensors(bytes, "a");
    const { sha256: _, ...metadata } = stored;
    const with_ = (more: Record<string, string>) => encodeSafetensors({ tensors, metadata: { ...metadata, ...more } });
    const flipped = bytes.slice();
    flipped[flipped.length - 9]! ^= 1;
    const away = encodeSafetensors({
      tensors: { ...tensors, "checkpoints/../../x": tensors["config.json"]! },
      metadata,
    });
    for (const [found, reason] of [
      [bytes.subarray(0, bytes.length - 100), /^a\.flowgait: truncated, holds \d+ bytes of data, expected \d+$/],
      [flipped, /^a\.flowgait: damaged, its content does not match its sha256/],
      [with_({ format: "other" }), /^a\.flowgait: format is other, expected flowgait-run$/],
      [with_({ formatVersion: "7" }), /^a\.flowgait: run file version 7, this flowgait reads version 1$/],
      [away, /^a\.flowgait: holds checkpoints\/\.\.\/\.\.\/x, expected the files of a run$/],
    ] as const)
      await expect(unpackRun(found, "a.flowgait", root)).rejects.toThrow(reason);
    expect(readdirSync(root)).toEqual([]);
  });
});
