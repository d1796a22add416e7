import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/files/safetensors.ts";
import {
  bestCheckpoint,
  type Checkpoint,
  checkpointSteps,
  decodeCheckpoint,
  encodeCheckpoint,
  latestCheckpoint,
  listCheckpoints,
  loadCheckpoint,
  saveCheckpoint,
} from "../../src/runs/checkpoint.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

function checkpointAt(envSteps: number): Checkpoint {
  return {
    metadata: {
      packageVersion: "0.1.0",
      task: "CheetahRun",
      algorithm: "fpo",
      seed: 1,
      iteration: 3,
      envSteps,
      configHash: "abc",
      config: '{"envs":2}',
      state: '{"best":1.5}',
    },
    tensors: {
      "actor/weights": { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, Number.NaN, 1e-40) },
      "shards/0": { shape: [3], data: Float64Array.of(Math.PI, -0, 1e300) },
      flags: { shape: [3], data: Uint8Array.of(1, 0, 255) },
      counters: { shape: [2], data: Uint32Array.of(4294967295, 7) },
      signed: { shape: [1], data: Int32Array.of(-5) },
      empty: { shape: [0, 4], data: new Float32Array(0) },
    },
  };
}

const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = bytes.slice();
  copy[at]! ^= 1;
  return copy;
};

describe("safetensors", () => {
  it("starts with the header's length and JSON header, as the format says", () => {
    const bytes = encodeSafetensors({
      tensors: { w: { shape: [2], data: Float32Array.of(1, 2) } },
      metadata: { who: "me" },
    });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect(length % 8).toBe(0);
    expect(header.w).toEqual({ dtype: "F32", shape: [2], data_offsets: [0, 8] });
    expect(header.__metadata__).toMatchObject({ who: "me" });
    expect([...new Float32Array(bytes.slice(8 + length).buffer)]).toEqual([1, 2]);
  });

  it("gives back every array bit for bit", () => {
    const { tensors } = checkpointAt(1);
    const read = decodeSafetensors(encodeSafetensors({ tensors, metadata: {} }), "file").tensors;
    for (const [name, { shape, data }] of Object.entries(tensors)) {
      expect(read[name]!.shape).toEqual(shape);
      expect(read[name]!.data.constructor).toBe(data.constructor);
      expect(new Uint8Array(read[name]!.data.buffer)).toEqual(new Uint8Array(data.buffer));
    }
  });

  it("returns arrays of its own when it reads from a Node buffer", () => {
    const buffer = Buffer.from(encodeSafetensors({ tensors: checkpointAt(1).tensors, metadata: {} }));
    const read = decodeSafetensors(buffer, "file").tensors;
    buffer.fill(0);
    expect([...read.flags!.data]).toEqual([1, 0, 255]);
  });

  it("writes the same bytes whatever the order of the keys", () => {
    const { tensors } = checkpointAt(1);
    const reversed = Object.fromEntries(Object.entries(tensors).reverse());
    const metadata = { a: "1", b: "2" };
    expect(encodeSafetensors({ tensors: reversed, metadata: { b: "2", a: "1" } })).toEqual(
      encodeSafetensors({ tensors, metadata }),
    );
  });

  it("refuses an array that does not fit its shape", () => {
    const tensors = { w: { shape: [2, 2], data: new Float32Array(3) } };
    expect(() => encodeSafetensors({ tensors, metadata: {} })).toThrow("w of shape [2,2] must have 4 values, got 3");
  });

  it("reads files of other writers, which have no sha256", () => {
    const header = '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const bytes = new Uint8Array(8 + header.length + 4);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(new TextEncoder().encode(header), 8);
    new DataView(bytes.buffer).setFloat32(8 + header.length, 2.5, true);
    expect([...decodeSafetensors(bytes, "file").tensors.w!.data]).toEqual([2.5]);
  });

  it("names a type that it does not know", () => {
    const header = '{"w":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}';
    const bytes = new Uint8Array(8 + header.length + 2);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(new TextEncoder().encode(header), 8);
    expect(() => decodeSafetensors(bytes, "file")).toThrow("file: tensor w has type BF16, expected F64, F32");
  });
});

describe("a checkpoint's bytes", () => {
  const bytes = encodeCheckpoint(checkpointAt(4096));

  it("give back metadata and tensors", () => {
    const read = decodeCheckpoint(bytes, "file");
    expect(read.metadata).toEqual(checkpointAt(4096).metadata);
    expect(read.tensors).toEqual(checkpointAt(4096).tensors);
  });

  it("are refused when truncated anywhere", () => {
    for (let length = 0; length < bytes.length; length += 7)
      expect(() => decodeCheckpoint(bytes.subarray(0, length), "file"), `at ${length}`).toThrow(/^file: truncated/);
  });

  it("are refused when any one bit is flipped", () => {
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const padding = new TextDecoder().decode(bytes.subarray(8, 8 + length)).trimEnd().length;
    for (let at = 0; at < bytes.length; at++) {
      if (at >= 8 + padding && at < 8 + length) continue; // blanks that only fill up the header
      expect(() => decodeCheckpoint(flipped(bytes, at), "file"), `byte ${at}`).toThrow(/^file: /);
    }
  });

  it("are refused when they belong to another format or version", () => {
    const other = encodeSafetensors({ tensors: {}, metadata: { format: "pt" } });
    expect(() => decodeCheckpoint(other, "file")).toThrow("file: format is pt, expected flowgait-checkpoint");
    const { metadata, tensors } = decodeSafetensors(bytes, "file");
    const { sha256: _sha256, ...rest } = metadata;
    const newer = encodeSafetensors({ tensors, metadata: { ...rest, formatVersion: "99" } });
    expect(() => decodeCheckpoint(newer, "file")).toThrow(
      "file: checkpoint format version 99, this flowgait reads version 1",
    );
    expect(() => decodeCheckpoint(new TextEncoder().encode("PK\x03\x04 something else"), "file")).toThrow(
      "file: not a safetensors file",
    );
  });
});

describe("checkpoints of a run", () => {
  it("keep the newest and the best", async () => {
    const run = scratchFolder();
    for (const steps of [100, 200, 300, 1000])
      await saveCheckpoint(run, checkpointAt(steps), { keep: 2, best: steps === 200 });
    const names = (await listCheckpoints(run)).map((path) => path.slice(run.length + 1));
    expect(names).toEqual(["checkpoints/step-000000000300.safetensors", "checkpoints/step-000000001000.safetensors"]);
    expect((await loadCheckpoint(await bestCheckpoint(run))).metadata.envSteps).toBe(200);
    expect((await loadCheckpoint(await latestCheckpoint(run))).metadata.envSteps).toBe(1000);
    expect(readdirSync(join(run, "checkpoints")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("keep older ones too, evenly spread over the run", async () => {
    const run = scratchFolder();
    for (let steps = 1; steps <= 64; steps++)
      await saveCheckpoint(run, checkpointAt(steps), { keep: 2, spread: 4, best: false });
    const kept = (await listCheckpoints(run)).map(checkpointSteps);
    expect(kept.slice(-2)).toEqual([63, 64]);
    const gaps = kept.slice(0, 5).map((steps, k) => steps - (kept[k - 1] ?? 0));
    expect(kept).toHaveLength(6);
    expect(Math.max(...gaps) / Math.min(...gaps)).toBeLessThanOrEqual(4);
  });

  it("may be the best twice", async () => {
    const run = scratchFolder();
    for (const steps of [1, 2, 2]) await saveCheckpoint(run, checkpointAt(steps), { keep: 1, best: true });
    expect(readdirSync(join(run, "checkpoints")).sort()).toEqual(["best.safetensors", "step-000000000002.safetensors"]);
  });

  it("do not change when the caller goes on with its arrays", async () => {
    const run = scratchFolder();
    const checkpoint = checkpointAt(5);
    const saved = saveCheckpoint(run, checkpoint, { keep: 1, best: false });
    checkpoint.tensors.counters!.data.fill(0);
    expect([...(await loadCheckpoint(await saved)).tensors.counters!.data]).toEqual([4294967295, 7]);
  });

  it("are refused for another task or algorithm", async () => {
    const run = scratchFolder();
    const path = await saveCheckpoint(run, checkpointAt(5), { keep: 1, best: false });
    await expect(loadCheckpoint(path, { task: "ReacherEasy" })).rejects.toThrow(
      "task is CheetahRun, expected ReacherEasy",
    );
    await expect(loadCheckpoint(path, { algorithm: "fpo++" })).rejects.toThrow("algorithm is fpo, expected fpo++");
  });

  it("that do not exist are named", async () => {
    const run = scratchFolder();
    await expect(latestCheckpoint(run)).rejects.toThrow("no checkpoint found");
    await expect(loadCheckpoint(join(run, "x.safetensors"))).rejects.toThrow(
      "x.safetensors: does not exist, expected a checkpoint",
    );
  });

  it("cannot be written below a file, and the line says so", async () => {
    const run = join(scratchFolder(), "run");
    writeFileSync(run, "a file");
    await expect(saveCheckpoint(run, checkpointAt(5), { keep: 1, best: false })).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/cannot be written: a part of its path is a file, expected a folder/),
    });
    expect(readFileSync(run, "utf8")).toBe("a file");
  });

  it("stay as they were when a later one cannot be written", async () => {
    const run = scratchFolder();
    const first = await saveCheckpoint(run, checkpointAt(5), { keep: 1, best: false });
    // A folder where the next file would go: renaming onto it fails after the content was written.
    const blocked = join(dirname(first), "step-000000000006.safetensors");
    mkdirSync(join(blocked, "inside"), { recursive: true });
    await expect(saveCheckpoint(run, checkpointAt(6), { keep: 1, best: false })).rejects.toMatchObject({
      name: "UserError",
    });
    expect((await loadCheckpoint(first)).metadata.envSteps).toBe(5);
    expect(readdirSync(dirname(first)).some((name) => name.endsWith(".tmp"))).toBe(false);
  });

  it.skipIf(process.platform !== "linux")("report a full disk", async () => {
    // /dev/full accepts an open and refuses every write with ENOSPC.
    expect(statSync("/dev/full").isCharacterDevice()).toBe(true);
    const { AppendedFile } = await import("../../src/files/appended-file.ts");
    expect(() => new AppendedFile("/dev/full").append("x")).toThrow("/dev/full: cannot be written: the disk is full");
  });
});
