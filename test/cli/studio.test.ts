import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { latestCheckpoint } from "../../src/runs/checkpoint.ts";
import { decodePoseFrame } from "../../src/stream/protocol.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { callCli, type Running, startCli, TINY } from "./cli-process.ts";

type Message = { readonly type: string } & Record<string, unknown>;

/** A page's side of the stream, reduced to what it receives. */
class Page {
  readonly messages: Message[] = [];
  frames = 0;
  /** Of robot 0 in the newest frame. */
  command: Float32Array | undefined;
  readonly socket: WebSocket;

  constructor(url: string) {
    this.socket = new WebSocket(new URL("/stream", url.replace("http", "ws")));
    onTestFinished(() => this.socket.terminate());
    this.socket.on("message", (data, isBinary) => {
      if (isBinary) this.see(data as Buffer);
      else this.messages.push(JSON.parse(String(data)));
    });
    this.socket.on("open", () => this.send({ type: "hello", protocol: 1 }));
  }

  private see(data: Buffer): void {
    this.command = decodePoseFrame(data)?.environments[0]?.command;
    this.send({ type: "seen", frames: ++this.frames });
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

describe("flowgait play", () => {
  it("runs a trained policy for the page that steers, and lets the robot stand when that page falls silent", async () => {
    const cwd = scratchFolder();
    const args = ["train", "HumanoidJoystick", ...TINY, "--steps", "512", "--run", "run"];
    expect(await startCli(args, cwd).finished).toMatchObject({ code: 0 });
    const play = startCli(["play", "run", "--port", "0", "--command", "0.4,0,0"], cwd);
    const page = new Page(await addressOf(play));
    const { info } = await page.received("scene");
    expect(info).toMatchObject({ task: "HumanoidJoystick", run: "run", capabilities: ["steer", "simulate"] });
    await until(() => page.command?.[0] === Math.fround(0.4));
    page.send({ type: "command", vx: 9, vy: 0, yawRate: -0.5, at: 1 });
    expect(await page.received("steered")).toEqual({ type: "steered", at: 1 });
    await until(() => page.command?.[0] === 1 && page.command[2] === -0.5);
    await until(() => page.command?.every((value) => value === 0));
    play.child.kill("SIGINT");
    expect(await play.finished).toMatchObject({ code: 0, stderr: "closing\n" });
  });

  it("refuses what it cannot play with one line", async () => {
    const refusal = async (...args: string[]) => {
      const { code, stderr } = await callCli("play", ...args);
      return [code, stderr];
    };
    expect(await refusal("zero")).toEqual([2, "flowgait: --task: is missing, expected the task of zero\n"]);
    expect(await refusal("zero", "--task", "CheetahRun", "--command", "1,0,0")).toEqual([
      2,
      "flowgait: --command: CheetahRun has no velocity command; omit this flag\n",
    ]);
    expect(await refusal("zero", "--task", "CheetahRun", "--flow-steps", "3")).toEqual([
      2,
      "flowgait: --flow-steps: zero has no flow; omit this flag\n",
    ]);
  });
});

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

    page.send({ type: "show", channel: "drive" });
    await page.received("scene", ({ channel }) => channel === "drive");
    const { policies, policy } = await page.received(
      "drive",
      ({ state, step, policies }) => state === "playing" && (step as number) > 5 && (policies as unknown[]).length > 0,
    );
    expect(policy).toBe("training");
    expect((policies as { key: string }[]).map(({ key }) => key)).toEqual(
      expect.arrayContaining(["training", "zero", "random"]),
    );
    page.send({ type: "policy", key: "random" });
    await page.received("drive", ({ policy }) => policy === "random");
    page.send({ type: "show", channel: "training" });

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

  it("serves the viewer alone when asked to, with the controller that ships for the task", async () => {
    const studio = startCli(["studio", "--port", "0", "--no-train"], scratchFolder());
    const page = new Page(await addressOf(studio));
    expect(await page.received("status")).toMatchObject({ state: "idle" });
    expect(await page.received("hello")).toMatchObject({ channels: ["training", "drive"], isStudio: true });
    page.send({ type: "show", channel: "drive" });
    await page.received("drive", ({ state, policy }) => state === "playing" && policy === "HumanoidJoystick");
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
