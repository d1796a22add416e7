/** A file that only grows, written at once and in order. It knows nothing of what it holds. */
import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { writeError } from "./atomic-file.ts";

const COPY_BYTES = 1 << 20;

/** Appends to one file. Throws UserError from any call when the disk is full or the file cannot be written. */
export class AppendedFile {
  readonly path: string;
  private descriptor: number | null;

  /** Opens or creates the file; its folder must exist. */
  constructor(path: string) {
    this.path = path;
    this.descriptor = this.guard(() => openSync(path, "a+"));
  }

  /** Writes everything before it returns; a full disk may leave the last record cut, which readers of both formats skip. */
  append(content: Uint8Array | string): void {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    this.guard(() => {
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(this.open(), bytes, offset);
    });
  }

  /** Writes the whole content to another file, also where this one was deleted since. Throws UserError when that is not possible. */
  copyTo(path: string): void {
    const copy = new AppendedFile(path);
    const bytes = Buffer.alloc(COPY_BYTES);
    const read = (at: number) => this.guard(() => readSync(this.open(), bytes, 0, COPY_BYTES, at));
    try {
      let at = 0;
      for (let count = read(0); count > 0; count = read(at)) {
        copy.append(bytes.subarray(0, count));
        at += count;
      }
    } finally {
      copy.close();
    }
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
