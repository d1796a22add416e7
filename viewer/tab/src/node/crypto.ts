/** The part of node:crypto that shared code uses. */
import { sha256 } from "@noble/hashes/sha2.js";

class Sha256 {
  readonly #hash = sha256.create();

  update(data: string | ArrayBufferView): this {
    this.#hash.update(typeof data === "string" ? new TextEncoder().encode(data) : viewOf(data));
    return this;
  }

  digest(): Buffer;
  digest(encoding: "hex"): string;
  digest(encoding?: "hex"): Buffer | string {
    const bytes = Buffer.from(this.#hash.digest());
    return encoding === undefined ? bytes : bytes.toString(encoding);
  }
}

/** Only SHA-256 is used. */
export function createHash(name: "sha256"): Sha256 {
  if (name !== "sha256") throw new Error(`crypto: got ${name}, expected sha256`);
  return new Sha256();
}

export function randomBytes(size: number): Buffer {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(size)));
}

/** Also where the page was not loaded by https, so that the browser's own function is absent. */
export function randomUUID(): string {
  const hex = randomBytes(16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Memory that is shared is hashed where it lies. */
function viewOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
