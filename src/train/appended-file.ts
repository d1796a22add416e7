/** A file that only grows, written at once and in order. It knows nothing of what it holds. */
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { writeError } from "./atomic-file.ts";

/** Appends to one file. Throws UserError from any call when the disk is full or the file cannot be written. */
export class AppendedFile {
  readonly path: string;
  private descriptor: number | null;

  /** Opens or creates the file; its folder must exist. */
  constructor(path: string) {
    this.path = path;
    this.descriptor = this.guard(() => openSync(path, "a"));
  }

  /** Writes everything before it returns; a full disk may leave the last record cut, which readers of both formats skip. */
  append(content: Uint8Array | string): void {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    this.guard(() => {
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(this.open(), bytes, offset);
    });
  }

  /** Makes the content durable and closes. Closing twice does nothing. */
  close(): void {
    if (this.descriptor === null) return;
    const descriptor = this.descriptor;
    this.descriptor = null;
    this.guard(() => {
      fsyncSync(descriptor);
      closeSync(descriptor);
    });
  }

  private open(): number {
    if (this.descriptor === null) throw new Error(`${this.path}: is closed, expected an open file`);
    return this.descriptor;
  }

  private guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw writeError(this.path, error);
    }
  }
}
