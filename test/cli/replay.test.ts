import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { McapIndexedReader } from "@mcap/core";
import { describe, expect, it } from "vitest";
import { findPolicy } from "../../src/cli/policy-reference.ts";
import { PolicyShelf } from "../../src/cli/policy-shelf.ts";
import { replayText } from "../../src/cli/replay-file.ts";
import { createEngine } from "../../src/graph/index.ts";
import { DriveSession } from "../../src/rollout/drive-session.ts";
import { Environment, resolveTask } from "../../src/tasks/index.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { callCli, TINY } from "./cli-process.ts";

const ZERO = { key: "zero", data: { kind: "zero" }, noise: "zero" } as const;
const STEPS = 60;

/** A short course with a command, a push and another policy, as a file in a new folder. */
async function savedCourse(): Promise<{ folder: string; file: string; end: number[] }> {
  const setup = { task: "Go1JoystickFlatTerrain", seed: 5, policy: ZERO, disturbances: false, command: null } as const;
  const session = await DriveSession.create({ setup }, createEngine("ort"));
  for (let step = 0; step < STEPS; step++) {
    if (step === 10) await session.change({ kind: "command", values: [0.5, 0, 0] });
    if (step === 20) await session.change({ kind: "push", angle: 1, speed: 0.5 });
    if (step === 40) {
      const policy = { key: "random", data: { kind: "random" }, noise: "random" } as const;
      await session.change({ kind: "policy", policy });
    }
    await session.advance();
  }
  const { text, name } = replayText(await session.course());
  const end = Array.from(session.moment().poses.subarray(7, 10));
  session.delete();
  const folder = scratchFolder();
  const file = join(folder, name);
  writeFileSync(file, text);
  return { folder, file, end };
}

/** The messages of an MCAP file by topic. */
async function messagesOf(path: string): Promise<Map<string, { time: bigint; value: Record<string, unknown> }[]>> {
  const bytes = readFileSync(path);
  const reader = await McapIndexedReader.Initialize({
    readable: {
      size: async () => BigInt(bytes.length),
      read: async (offset, size) => bytes.subarray(Number(offset), Number(offset + size)),
    },
  });
  const found = new Map<string, { time: bigint; value: Record<string, unknown> }[]>();
  for await (const { channelId, logTime, data } of reader.readMessages()) {
    const { topic, schemaId } = reader.channelsById.get(channelId)!;
    expect(reader.schemasById.get(schemaId)!.encoding).toBe("jsonschema");
    const value = JSON.parse(new TextDecoder().decode(data));
    found.set(topic, [...(found.get(topic) ?? []), { time: logTime, value }]);
  }
  return found;
}

describe("flowgait replay", () => {
  it("does a saved course again, bit for bit, and records every step of it", async () => {
    const { folder, file, end } = await savedCourse();
    const mcap = join(folder, "course.mcap");
    const { code, stdout } = await callCli("replay", file, "--mcap", mcap);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^the same, bit for bit: 60 steps, digest \w{12}\n$/)]);
    const messages = await messagesOf(mcap);
    expect([...messages.keys()].sort()).toEqual(["/command", "/joint_states", "/poses", "/reward_terms", "/velocity"]);
    expect(messages.get("/poses")).toHaveLength(STEPS);
    const last = messages.get("/poses")!.at(-1)!;
    expect(Number(last.time) / 1e9).toBeCloseTo(STEPS / 50, 9);
    const [trunk] = last.value.transforms as { translation: Record<string, number> }[];
    expect(Object.values(trunk.translation)).toEqual(end);
    expect(messages.get("/joint_states")![0].value.name).toHaveLength(12);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("finds a trained policy again, drawn as it was then, and where it has been moved to", async () => {
    const folder = scratchFolder();
    const run = join(folder, "run");
    const training = ["train", "CartpoleBalance", "--algorithm", "fpo", ...TINY, "--steps", "512", "--run", run];
    expect((await callCli(...training)).code).toBe(0);
    const env = await Environment.create(await resolveTask("CartpoleBalance"));
    const policy = new PolicyShelf(env, { first: run }).bind(await findPolicy(run));
    env.delete();
    const setup = { task: "CartpoleBalance", seed: 5, policy, disturbances: false, command: null } as const;
    const session = await DriveSession.create({ setup }, createEngine("ort"));
    for (let step = 0; step < 20; step++) {
      if (step === 10) await session.changeFlow({ steps: 3, noise: "zero" });
      await session.advance();
    }
    const file = join(folder, "trained.json");
    writeFileSync(file, replayText(await session.course()).text);
    session.delete();
    expect((await callCli("replay", file, "--json")).code).toBe(0);
    const moved = readFileSync(file, "utf8").replaceAll(JSON.stringify(run), '"gone"');
    writeFileSync(file, moved);
    expect((await callCli("replay", file)).stderr).toMatch(/^flowgait: gone: does not exist/);
    expect((await callCli("replay", file, "--policy", run)).code).toBe(0);
  });

  it("says so when another course comes out", async () => {
    const { folder, file } = await savedCourse();
    const document = JSON.parse(readFileSync(file, "utf8"));
    document.log[1].speed = 0.6;
    writeFileSync(file, JSON.stringify(document));
    const { code, stderr } = await callCli("replay", file);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/: another course came out \(\w{12}\), expected \w{12}\n$/),
    ]);
    document.policies[0].hash = "0123456789abcdef";
    writeFileSync(join(folder, "other.json"), JSON.stringify(document));
    expect((await callCli("replay", join(folder, "other.json"))).stderr).toMatch(/^flowgait: zero: is another policy/);
  });

  it("refuses what is no replay file with one line", async () => {
    const folder = scratchFolder();
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const refusal = async (path: string) => (await callCli("replay", path)).stderr.replace(folder, "").trimEnd();
    expect(await refusal(write("a.json", "{"))).toBe("flowgait: /a.json: is not JSON, expected a replay file");
    expect(await refusal(write("b.json", '{"format":"other"}'))).toMatch(
      /^flowgait: \/b.json: format: .*expected a replay/,
    );
    expect(await refusal(join(folder, "none.json"))).toMatch(/^flowgait: \/none.json: cannot be read/);
  });
});
