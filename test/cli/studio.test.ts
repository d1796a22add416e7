import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { latestCheckpoint } from "../../src/train/checkpoint.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { type Running, startCli, TINY } from "./cli-process.ts";

type Message = { readonly type: string } & Record<string, unknown>;

/** A page's side of the stream, reduced to what it receives. */
class Page {
  readonly messages: Message[] = [];
  frames = 0;
  readonly socket: WebSocket;

  constructor(url: string) {
    this.socket = new WebSocket(new URL("/stream", url.replace("http", "ws")));
    onTestFinished(() => this.socket.terminate());
    this.socket.on("message", (data, isBinary) => {
      if (isBinary) this.send({ type: "seen", frames: ++this.frames });
      else this.messages.push(JSON.parse(String(data)));
    });
    this.socket.on("open", () => this.send({ type: "hello", protocol: 1 }));
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Resolves once a message of that kind has come. */
  async received(type: string, matches: (message: Message) => boolean = () => true): Promise<Message> {
    return until(() => this.messages.find((message) => message.type === type && matches(message)));
  }
}

async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function addressOf(studio: Running): Promise<string> {
  const text = await studio.until("stdout", /http:\/\/\S+\//);
  return /http:\/\/\S+\//.exec(text)![0];
}

describe("flowgait studio", () => {
  it("trains in the viewer, lets a page pause it, and saves when it is closed", async () => {
    const cwd = scratchFolder();
    const studio = startCli(
      ["studio", "--port", "0", "--task", "CartpoleBalance", "--algorithm", "fpo", ...TINY, "--steps", "9000000"],
      cwd,
    );
    const url = await addressOf(studio);
    expect(await (await fetch(url)).text()).toMatch(/<title>[^<]*flowgait/i);
    const page = new Page(url);
    const { info } = await page.received("scene");
    expect(info).toMatchObject({ task: "CartpoleBalance", algorithm: "fpo", environments: 16, totalSteps: 9000000 });
    await page.received("metrics", ({ points }) => (points as unknown[]).length > 0);
    await until(() => page.frames > 3);

    page.send({ type: "pause", what: "training" });
    await page.received("status", ({ state }) => state === "paused");
    page.send({ type: "resume", what: "training" });
    const count = page.messages.length;
    await until(() => page.messages.slice(count).find(({ type }) => type === "metrics"));

    studio.child.kill("SIGINT");
    const { code, stderr } = await studio.finished;
    expect(stderr).toContain("stopped and saved at");
    expect(code).toBe(0);
    expect(await latestCheckpoint(join(cwd, "runs", "CartpoleBalance-fpo-s1-1"))).toMatch(/step-\d+/);
  });

  it("serves the viewer alone when asked to", async () => {
    const studio = startCli(["studio", "--port", "0", "--no-train"], scratchFolder());
    const page = new Page(await addressOf(studio));
    expect(await page.received("status")).toMatchObject({ state: "idle" });
    studio.child.kill("SIGTERM");
    expect(await studio.finished).toMatchObject({ code: 0, stderr: expect.not.stringContaining("    at ") });
  });

  it("stays open and says why when the training cannot start", async () => {
    const cwd = scratchFolder();
    writeFileSync(join(cwd, "file"), "");
    const run = ["--run", join(cwd, "file", "run")];
    const studio = startCli(["studio", "--port", "0", "--task", "CartpoleBalance", ...run], cwd);
    const page = new Page(await addressOf(studio));
    const { detail } = await page.received("status", ({ state }) => state === "failed");
    expect(detail).toContain("a part of its path is a file, expected a folder");
    studio.child.kill("SIGINT");
    const { stderr } = await studio.finished;
    expect(stderr).toContain(`flowgait: ${detail}`);
  });
});
