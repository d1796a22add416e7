import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { RedisServer } from "../bench/queue/redis-server.ts";
import { declare as declareTrain } from "../src/cli/commands/train.ts";
import { declare as declareWorker } from "../src/cli/commands/worker.ts";
import { packageRoot } from "../src/files/package-root.ts";
import { parseQueueUrl } from "../src/queue/queue-url.ts";

const root = join(packageRoot, "deploy");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector?: { readonly matchLabels?: object } & Record<string, unknown>;
    readonly template?: {
      readonly metadata?: { readonly labels: object };
      readonly spec: { readonly containers: readonly Container[] };
    };
  };
}

/** Sections of a systemd unit: settings in their order. */
function unitOf(text: string): Record<string, [string, string][]> {
  const sections: Record<string, [string, string][]> = {};
  let current: [string, string][] = [];
  for (const line of text.split("\n").filter((each) => each !== "" && !each.startsWith("#"))) {
    const section = /^\[(\w+)\]$/.exec(line)?.[1];
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    expect(section ?? key, `"${line}" is neither section nor setting`).toBeDefined();
    if (section !== undefined) sections[section] = current = [];
    else current.push([key!, value!]);
  }
  return sections;
}

/** Parses as flowgait would, without running. Throws where a flag is unknown. */
async function parseCommand(words: readonly string[]): Promise<Record<string, unknown>> {
  const [name, ...rest] = words;
  const command = new Command(name).exitOverride().configureOutput({ writeErr: () => {} });
  const output = { result: () => {}, note: () => {}, notes: process.stderr };
  await (name === "worker" ? declareWorker(command, output) : declareTrain(command, output, rest));
  command.action(() => {});
  await command.parseAsync(rest, { from: "user" });
  return command.opts();
}

describe("the files in deploy", () => {
  it("are the ones that are tested here", () => {
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name).sort()).toEqual([
      "Dockerfile",
      "flowgait-train@.service",
      "flowgait-worker.service",
      "flowgait.yaml",
      "redis-flowgait.conf",
    ]);
  });

  it.each([
    ["flowgait-worker.service", { name: "%H" }],
    ["flowgait-train@.service", { resume: "/var/lib/flowgait/%i" }],
  ])("%s starts a command that there is, and stops it cleanly", async (file, options) => {
    const { Unit, Service, Install } = unitOf(read("systemd", file));
    const service = new Map(Service);
    const [program, ...words] = service.get("ExecStart")!.split(" ");
    expect(program).toMatch(/\/flowgait$/);
    expect(await parseCommand(words)).toMatchObject(options);
    expect(["SIGINT", undefined]).toContain(service.get("KillSignal"));
    expect(service.get("EnvironmentFile")).toBe("/etc/flowgait/queue.env");
    expect([Unit!.length > 0, new Map(Install).get("WantedBy")]).toEqual([true, "multi-user.target"]);
  });

  it("redis-flowgait.conf starts a server that is a queue", async () => {
    const words = read("systemd", "redis-flowgait.conf")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split(" "));
    const settings = words.filter(([name]) => name !== "port" && name !== "bind");
    const server = await RedisServer.start(
      ...settings.flatMap(([name, ...values]) => [`--${name}`, ...values.map((value) => value.replace(/^""$/, ""))]),
    );
    await server.end();
    expect(new Map(settings.map(([name, value]) => [name, value])).get("maxmemory-policy")).toBe("noeviction");
  });

  it("flowgait.yaml has a Redis, a Deployment of workers and a Job that learns, which fit together", async () => {
    const documents = parseAllDocuments(read("kubernetes", "flowgait.yaml"));
    const manifests = documents.map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as Manifest;
    });
    expect(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      "Service flowgait-redis",
      "Deployment flowgait-redis",
      "Deployment flowgait-worker",
      "PersistentVolumeClaim flowgait-runs",
      "Job flowgait-learner",
    ]);
    const [service, redis, workers, , job] = manifests;
    expect(redis!.spec.template!.metadata!.labels).toEqual(service!.spec.selector);
    for (const { spec } of [redis!, workers!])
      expect(spec.template!.metadata!.labels).toEqual(spec.selector!.matchLabels);
    const [worker, learner] = [workers!, job!].map(({ spec }) => spec.template!.spec.containers[0]!);
    expect(await parseCommand(worker!.args)).toMatchObject({ threads: "2" });
    for (const { env } of [worker!, learner!]) {
      const url = env.find(({ name }) => name === "FLOWGAIT_QUEUE")!.value!.replace("$(PASSWORD)", "secret");
      expect(parseQueueUrl(url, "FLOWGAIT_QUEUE").shown).toBe("redis://flowgait-redis:6379");
    }
    expect(redis!.spec.template!.spec.containers[0]!.args.join(" ")).toContain("--maxmemory-policy noeviction");
    const script = learner!.args[0]!;
    const [, resume, begin] = /then set -- (.*?); else set -- (.*?); fi/.exec(script)!;
    expect(await parseCommand(["train", ...resume!.split(" ")])).toMatchObject({ resume: "/runs/humanoid" });
    expect(await parseCommand(["train", ...begin!.split(" ")])).toMatchObject({ run: "/runs/humanoid" });
  });

  it("Dockerfile installs what a queue needs and starts flowgait", () => {
    const lines = read("Dockerfile")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines.every((line) => /^(FROM|WORKDIR|COPY|RUN|USER|ENTRYPOINT) /.test(line))).toBe(true);
    expect(lines.find((line) => line.includes("bullmq"))).toContain("bullmq@6 ioredis@5");
    expect(lines.at(-1)).toBe('ENTRYPOINT ["/opt/flowgait/node_modules/.bin/flowgait"]');
  });
});
