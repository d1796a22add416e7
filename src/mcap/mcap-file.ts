/** A driven course as an MCAP file: messages with their schemas, as Foxglove and Rerun open them. Written to a temporary name, then renamed. */
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { McapWriter } from "@mcap/core";
import type { DriveSession } from "../drive/drive-session.ts";
import { packageVersion } from "../files/version.ts";
import { UserError } from "../math/user-error.ts";
import { commandRangesOf } from "../tasks/command-ranges.ts";
import type { Environment } from "../tasks/index.ts";
import type { Topic } from "./mcap-topic.ts";
import { mcapTopics } from "./mcap-topics.ts";

/** An MCAP file that is being written. */
export class McapFile {
  readonly #path: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  readonly #writer: McapWriter;
  readonly #topics: readonly Topic[];
  #channels: number[] = [];
  /** Whether anything was added. */
  #isBegun = false;

  private constructor(path: string, temporary: string, handle: FileHandle, env: Environment) {
    this.#path = path;
    this.#temporary = temporary;
    this.#handle = handle;
    this.#topics = mcapTopics(env, commandRangesOf(env).length > 0);
    let position = 0n;
    const writable = {
      position: () => position,
      write: async (bytes: Uint8Array) => {
        await handle.writeFile(bytes);
        position += BigInt(bytes.length);
      },
    };
    this.#writer = new McapWriter({ writable });
  }

  /** @throws UserError when the file cannot be made */
  static async create(path: string, env: Environment): Promise<McapFile> {
    const temporary = `${path}.${process.pid}.tmp`;
    const handle = await open(temporary, "wx").catch((error: Error) => {
      throw new UserError(`--mcap: ${path} cannot be written: ${error.message}`);
    });
    const file = new McapFile(path, temporary, handle, env);
    await file.#begin();
    return file;
  }

  /** Adds what the session has just done. */
  async add(session: DriveSession): Promise<void> {
    const logTime = BigInt(Math.round((1e9 * session.step) / session.controlHz));
    const moment = session.moment();
    for (const [k, { of, isTold }] of this.#topics.entries()) {
      if (isTold === "once" && this.#isBegun) continue;
      const data = of(moment, logTime);
      await this.#writer.addMessage({
        channelId: this.#channels[k],
        sequence: session.step,
        logTime,
        publishTime: logTime,
        data,
      });
    }
    this.#isBegun = true;
  }

  /** Finishes the file and gives it its name. */
  async close(): Promise<void> {
    await this.#writer.end();
    await this.#handle.close();
    await rename(this.#temporary, this.#path);
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }

  async #begin(): Promise<void> {
    await this.#writer.start({ library: `flowgait ${packageVersion()}`, profile: "" });
    for (const { topic, schema, schemaName, encoding } of this.#topics) {
      const schemaId = await this.#writer.registerSchema({ name: schemaName, encoding, data: schema });
      const messageEncoding = encoding === "jsonschema" ? "json" : encoding;
      this.#channels.push(
        await this.#writer.registerChannel({ topic, schemaId, messageEncoding, metadata: new Map() }),
      );
    }
  }
}
