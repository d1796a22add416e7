import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { McapIndexedReader } from "@mcap/core";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import { describe, expect, it } from "vitest";
import { findPolicy } from "../../src/catalogue/policy-reference.ts";
import { replayText } from "../../src/catalogue/replay-file.ts";
import { DriveSession } from "../../src/drive/drive-session.ts";
import { createEngine } from "../../src/graph/index.ts";
import { PolicyShelf } from "../../src/studio/policy-shelf.ts";
import { Environment, resolveTask } from "../../src/tasks/index.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { callCli, TINY } from "./cli-process.ts";

const ZERO = { key: "zero", data: { kind: "zero" }, noise: "zero" } as const;
const STEPS = 60;

/** What the descriptor extension adds. */
interface FromDescriptor {
  fromDescriptor(descriptors: unknown): protobuf.Root;
}

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

interface Recorded {
  readonly schemaName: string;
  readonly schemaEncoding: string;
  readonly schema: Uint8Array;
  readonly messageEncoding: string;
  readonly messages: { readonly time: bigint; readonly data: Uint8Array }[];
}

/** What an MCAP file holds, by topic and as a reader sees it. */
async function topicsOf(path: string): Promise<Map<string, Recorded>> {
  const bytes = readFileSync(path);
  const reader = await McapIndexedReader.Initialize({
    readable: {
      size: async () => BigInt(bytes.length),
      read: async (offset, size) => bytes.subarray(Number(offset), Number(offset + size)),
    },
  });
  const found = new Map<string, Recorded>();
  for await (const { channelId, logTime: time, data } of reader.readMessages()) {
    const { topic, schemaId, messageEncoding } = reader.channelsById.get(channelId)!;
    const { name: schemaName, encoding: schemaEncoding, data: schema } = reader.schemasById.get(schemaId)!;
    const recorded = found.get(topic) ?? { schemaName, schemaEncoding, schema, messageEncoding, messages: [] };
    recorded.messages.push({ time, data });
    found.set(topic, recorded);
  }
  return found;
}

function json(bytes: Uint8Array) {
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** What of a value is not as its JSON Schema says; what the schema does not know is not as it says either. */
function faults(value: unknown, schema: Record<string, unknown>, at = ""): string[] {
  const {
    type,
    properties = {},
    required = [],
    items,
  } = schema as {
    type: string;
    properties?: Record<string, Record<string, unknown>>;
    required?: string[];
    items?: Record<string, unknown>;
  };
  if (type === "array")
    return Array.isArray(value)
      ? value.flatMap((item, k) => faults(item, items!, `${at}[${k}]`))
      : [`${at} is no array`];
  if (type === "integer") return Number.isInteger(value) ? [] : [`${at} is no integer`];
  if (type !== "object") return typeof value === type ? [] : [`${at} is no ${type}`];
  const entries = Object.entries(value as object);
  const missing = required.filter((name) => !entries.some(([key]) => key === name));
  return [
    ...missing.map((name) => `${at}.${name} is missing`),
    ...entries.flatMap(([key, item]) =>
      key in properties ? faults(item, properties[key], `${at}.${key}`) : [`${at}.${key} is not told`],
    ),
  ];
}

describe("flowgait replay", () => {
  it("does a saved course again, bit for bit, and records every step of it", async () => {
    const { folder, file, end } = await savedCourse();
    const mcap = join(folder, "course.mcap");
    const { code, stdout } = await callCli("replay", file, "--mcap", mcap);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^identical, bit for bit: 60 steps, digest \w{12}\n$/)]);
    const topics = await topicsOf(mcap);
    const told = ["/command", "/joint_states", "/poses", "/reward_terms", "/scene", "/tf", "/velocity"];
    expect([...topics.keys()].sort()).toEqual(told);
    const poses = topics.get("/poses")!.messages;
    expect(poses).toHaveLength(STEPS);
    expect(Number(poses.at(-1)!.time) / 1e9).toBeCloseTo(STEPS / 50, 9);
    const [trunk] = json(poses.at(-1)!.data).transforms as { translation: Record<string, number> }[];
    expect(Object.values(trunk.translation)).toEqual(end);
    expect(json(topics.get("/joint_states")!.messages[0].data).name).toHaveLength(12);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("records messages that are as their own schemas say, under the names and encodings that Foxglove knows", async () => {
    const { folder, file } = await savedCourse();
    const mcap = join(folder, "course.mcap");
    await callCli("replay", file, "--mcap", mcap);
    const topics = await topicsOf(mcap);
    for (const [topic, { schemaEncoding, messageEncoding, schemaName, schema, messages }] of topics) {
      if (topic === "/tf") continue;
      expect([schemaEncoding, messageEncoding, json(schema).title]).toEqual(["jsonschema", "json", schemaName]);
      for (const { data } of messages) expect([topic, faults(json(data), json(schema))]).toEqual([topic, []]);
    }
    expect(["/poses", "/tf", "/scene"].map((topic) => topics.get(topic)!.schemaName)).toEqual([
      "foxglove.FrameTransforms",
      "foxglove.FrameTransforms",
      "foxglove.SceneUpdate",
    ]);
  });

  it("records the shapes of the robot once, each locked to the frame of its body", async () => {
    const { folder, file } = await savedCourse();
    const mcap = join(folder, "course.mcap");
    await callCli("replay", file, "--mcap", mcap);
    const topics = await topicsOf(mcap);
    const { messages } = topics.get("/scene")!;
    expect(messages).toHaveLength(1);
    const { entities } = json(messages[0].data) as { entities: Record<string, unknown>[] };
    const frames = new Set(
      json(topics.get("/poses")!.messages[0].data).transforms.flatMap((transform: Record<string, string>) => [
        transform.parent_frame_id,
        transform.child_frame_id,
      ]),
    );
    const trunk = entities.find(({ id }) => id === "trunk")!;
    expect(trunk.frame_locked).toBe(true);
    expect(entities.every(({ frame_id }) => frames.has(frame_id))).toBe(true);
    const shapes = ["cubes", "spheres", "cylinders", "triangles"].flatMap((kind) => trunk[kind] as object[]);
    expect(shapes.length).toBeGreaterThan(0);
  });

  it("records the frames as protocol buffers too, which a reader that knows only their own descriptor reads", async () => {
    const { folder, file, end } = await savedCourse();
    const mcap = join(folder, "course.mcap");
    await callCli("replay", file, "--mcap", mcap);
    const { schemaEncoding, messageEncoding, schema, messages } = (await topicsOf(mcap)).get("/tf")!;
    expect([schemaEncoding, messageEncoding, messages.length]).toEqual(["protobuf", "protobuf", STEPS]);
    const descriptors = descriptor.FileDescriptorSet.decode(schema);
    const type = (protobuf.Root as unknown as FromDescriptor)
      .fromDescriptor(descriptors)
      .lookupType("foxglove.FrameTransforms");
    const { transforms } = type.toObject(type.decode(messages.at(-1)!.data), { longs: Number }) as {
      transforms: Record<string, unknown>[];
    };
    const [x, y, z] = end;
    expect(transforms[0]).toMatchObject({
      timestamp: { seconds: 1, nanos: 200_000_000 },
      child_frame_id: "trunk",
      translation: { x, y, z },
    });
  });

  it("finds a trained policy again, drawn as it was then, and where it has been moved to", async () => {
    const folder = scratchFolder();
    const run = join(folder, "run");
    const training = ["train", "CartpoleBalance", "--algorithm", "fpo", ...TINY, "--steps", "512", "--run", run];
    expect((await callCli(...training)).code).toBe(0);
    const env = await Environment.create(await resolveTask("CartpoleBalance"));
    const policy = await new PolicyShelf(env, { first: run }).bind(await findPolicy(run));
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
    expect(readFileSync(file, "utf8")).not.toContain(folder);
    expect((await callCli("replay", file)).stderr).toMatch(/^flowgait: run: does not exist, .*try: --policy/);
    expect((await callCli("replay", file, "--policy", run, "--json")).code).toBe(0);
  });

  it("says so when another course comes out", async () => {
    const { folder, file } = await savedCourse();
    const document = JSON.parse(readFileSync(file, "utf8"));
    document.log[1].speed = 0.6;
    writeFileSync(file, JSON.stringify(document));
    const { code, stderr } = await callCli("replay", file);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/: the replay diverged: got digest \w{12}, expected \w{12}\n$/),
    ]);
    document.policies[0].hash = "0123456789abcdef";
    writeFileSync(join(folder, "other.json"), JSON.stringify(document));
    expect((await callCli("replay", join(folder, "other.json"))).stderr).toMatch(
      /^flowgait: zero: is another policy than the recorded one/,
    );
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
