/** A Redis server for measurements and tests, on a socket in a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../src/math/user-error.ts";

/** One that runs, or is shut down and starts again. */
export class RedisServer {
  readonly folder = mkdtempSync(join(tmpdir(), "flowgait-redis-"));
  readonly socket = join(this.folder, "redis.sock");
  readonly #settings: readonly string[];
  #child: ChildProcess | null = null;
  readonly #kill = () => void this.#child?.kill("SIGKILL");

  private constructor(settings: readonly string[]) {
    this.#settings = settings;
    process.on("exit", this.#kill);
  }

  /** @param settings such as "--requirepass", "secret" */
  static async start(...settings: string[]): Promise<RedisServer> {
    const server = new RedisServer(settings);
    await server.begin();
    return server;
  }

  get url(): string {
    return `unix://${this.socket}`;
  }

  /** Starts again after `shutDown`, empty. */
  async begin(): Promise<void> {
    const place = ["--port", "0", "--unixsocket", this.socket, "--dir", this.folder, "--save", ""];
    const child = spawn("redis-server", [...place, ...this.#settings], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.once("error", (cause) =>
        reject(new UserError("redis-server: does not start, expected it to be installed", { cause })),
      );
      child.once("exit", (code) => reject(new Error(`redis-server ended with code ${code}`)));
      child.stdout!.on("data", (text: Buffer) => /[Rr]eady to accept connections/.test(String(text)) && resolve());
    });
  }

  /** Ends without saving. */
  async shutDown(): Promise<void> {
    const child = this.#child!;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async end(): Promise<void> {
    await this.shutDown();
    process.off("exit", this.#kill);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A port of the loopback interface that nobody listens at. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}
