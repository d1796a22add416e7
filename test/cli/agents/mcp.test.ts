import { existsSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { packageRoot } from "../../../src/files/package-root.ts";
import { scratchFolder } from "../../train/scratch-folder.ts";

/** Networks and batches that are small enough for a test. */
const TINY = {
  ...{ steps: 2048, envs: 16, shards: 4, horizon: 32, workers: 1, "evaluation.episodes": 2 },
  ...{
    "algorithm.policy-hidden": "8,8",
    "algorithm.critic-hidden": 8,
    "algorithm.epochs": 1,
    "algorithm.minibatches": 4,
  },
};
const PATIENCE = { timeout: 250_000 };

/** A client of a server of its own, as an agent's program starts it. */
async function agent(folder: string, ...flags: string[]): Promise<Client> {
  const program = join(packageRoot, "dist", "src", "cli", "main.js");
  const client = new Client({ name: "scripted", version: "1" });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [program, "mcp", ...flags],
      cwd: folder,
      stderr: "ignore",
    }),
  );
  onTestFinished(() => client.close());
  return client;
}

async function ask(client: Client, name: string, input: Record<string, unknown>) {
  const { content, isError = false } = await client.callTool({ name, arguments: input }, undefined, PATIENCE);
  const [{ text }] = content as [{ text: string }];
  return { text, isError, read: () => JSON.parse(text) };
}

describe("flowgait mcp", () => {
  it("an agent checks, trains, watches, evaluates and exports CartpoleBalance", { timeout: 600_000 }, async () => {
    const folder = scratchFolder();
    const client = await agent(folder, "--allow-writes");
    const names = (await ask(client, "tasks", {})).read().map(({ name }: { name: string }) => name);
    expect(names).toContain("CartpoleBalance");
    const { checks } = (await ask(client, "check", { task: "CartpoleBalance" })).read();
    expect(checks.every(({ verdict }: { verdict: string }) => verdict === "pass" || verdict === "skip")).toBe(true);

    const { run } = (await ask(client, "train", { task: "CartpoleBalance", settings: TINY })).read();
    expect(run).toBe(join("runs", "CartpoleBalance-agent-1"));
    let status = (await ask(client, "status", { run })).read();
    while (status.state === "training") {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      status = (await ask(client, "status", { run })).read();
    }
    expect(status).toMatchObject({ run, task: "CartpoleBalance", state: "done", totalSteps: 2048 });
    expect(status.evaluations.length).toBeGreaterThan(0);

    const { returnMean } = (await ask(client, "eval", { policy: run, episodes: 2 })).read();
    expect(returnMean).toBeGreaterThan(0);
    const brief = { episodes: 1, rows: 64, calls: 20, "flow-step-counts": "2", physics: "none" };
    const exported = await ask(client, "export", { policy: run, out: "out", settings: brief });
    expect(exported.isError, exported.text).toBe(false);
    expect(existsSync(join(folder, "out"))).toBe(true);
  });

  it("reads only, unless writes are allowed, and answers a mistake with one line", { timeout: 300_000 }, async () => {
    const client = await agent(scratchFolder());
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["tasks", "check", "status", "eval", "why"]);
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    expect(await ask(client, "tasks", { name: "CartpoleBalanc" })).toMatchObject({
      isError: true,
      text: expect.stringMatching(/^task: there is no task "CartpoleBalanc"[^\n]*CartpoleBalance[^\n]*$/),
    });
    expect((await ask(client, "status", {})).read()).toEqual([]);
    expect(await ask(client, "tasks", { name: "--help" })).toMatchObject({ isError: true });
    expect(await ask(client, "train", { task: "CartpoleBalance" })).toMatchObject({ isError: true });
  });
});
