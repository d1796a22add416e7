import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRunFolder, readRunConfig, runPaths, writeRunConfig } from "../../src/runs/run-folder.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

const identity = { task: "CheetahRun", algorithm: "fpo", seed: 1 };
const origin = { packageVersion: "0.1.0", engine: "ort 1.30" };

describe("run folders", () => {
  it("are named after task, algorithm and seed, and numbered", async () => {
    const root = join(scratchFolder(), "runs");
    expect(basename(await createRunFolder(identity, root))).toBe("CheetahRun-fpo-s1-1");
    expect(basename(await createRunFolder(identity, root))).toBe("CheetahRun-fpo-s1-2");
    expect(basename(await createRunFolder({ ...identity, seed: 12 }, root))).toBe("CheetahRun-fpo-s12-1");
    mkdirSync(join(root, "CheetahRun-fpo-s1-9"));
    expect(basename(await createRunFolder(identity, root))).toBe("CheetahRun-fpo-s1-10");
  });

  it("differ for all who ask at the same time", async () => {
    const root = scratchFolder();
    const folders = await Promise.all(Array.from({ length: 8 }, () => createRunFolder(identity, root)));
    expect(new Set(folders).size).toBe(8);
  });

  it("may be named by the user when they are new or empty", async () => {
    const root = scratchFolder();
    const run = join(root, "mine");
    expect(await createRunFolder({ ...identity, run })).toBe(run);
    expect(await createRunFolder({ ...identity, run })).toBe(run);
    writeFileSync(join(run, "notes.txt"), "keep me");
    await expect(createRunFolder({ ...identity, run })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("is not empty, expected a new folder"),
    });
    expect(readFileSync(join(run, "notes.txt"), "utf8")).toBe("keep me");
  });

  it("that cannot be created are named with the reason", async () => {
    const file = join(scratchFolder(), "file");
    writeFileSync(file, "");
    const refusal = { name: "UserError", message: expect.stringContaining("expected a folder") };
    await expect(createRunFolder(identity, file)).rejects.toMatchObject(refusal);
    await expect(createRunFolder(identity, join(file, "runs"))).rejects.toMatchObject(refusal);
    await expect(createRunFolder({ ...identity, run: join(file, "run") })).rejects.toMatchObject(refusal);
  });
});

describe("config.json", () => {
  it("gives back the configuration it was written from, and tells where it was made", async () => {
    const folder = scratchFolder();
    const config = resolveTrainConfig({ task: "CheetahRun", overrides: { seed: 3 } });
    await writeRunConfig(folder, config, origin);
    expect(await readRunConfig(folder)).toEqual(config);
    const document = JSON.parse(readFileSync(runPaths(folder).config, "utf8"));
    expect(document).toMatchObject({ ...origin, machine: { node: process.version } });
    expect(document.machine.cores).toBeGreaterThan(0);
  });

  it("that is missing, damaged or of another schema is refused in one line", async () => {
    const folder = scratchFolder();
    const { config } = runPaths(folder);
    await expect(readRunConfig(folder)).rejects.toThrow(`${config}: does not exist, expected the config.json of a run`);
    writeFileSync(config, '{"config": {"task"');
    await expect(readRunConfig(folder)).rejects.toThrow(`${config}: is not valid JSON`);
    writeFileSync(config, '{"config": {"task": "CheetahRun", "envs": "many"}}');
    await expect(readRunConfig(folder)).rejects.toThrow(`${config}: envs: got "many", expected a number`);
    writeFileSync(config, '{"name": "something else"}');
    await expect(readRunConfig(folder)).rejects.toThrow('has no "config" object');
  });

  it("leaves no file behind when it cannot be written", async () => {
    const folder = join(scratchFolder(), "missing");
    const config = resolveTrainConfig({ task: "CheetahRun" });
    await expect(writeRunConfig(folder, config, origin)).rejects.toThrow("its folder does not exist");
    expect(existsSync(folder)).toBe(false);
  });
});
