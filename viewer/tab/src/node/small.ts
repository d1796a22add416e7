/** Of node:module, node:url, node:v8, node:zlib and node:util what shared code uses. */
import { sum } from "./adler32.ts";

declare const __RUNTIME_VERSION__: string;

/** A page has no folder of packages; it knows the version of the runtime that it was built with. */
export function createRequire() {
  return (name: string) => {
    if (name === "onnxruntime-web/package.json") return { name: "onnxruntime-web", version: __RUNTIME_VERSION__ };
    throw new Error(`${name}: is not in this page`);
  };
}

/** A page's tasks are not compiled from files here, so that no map leads back to one. */
export class SourceMap {
  findEntry(): object {
    return {};
  }
}

export function fileURLToPath(url: string | URL): string {
  return decodeURIComponent(new URL(url).pathname);
}

export function pathToFileURL(path: string): URL {
  return new URL(`file://${path.split("/").map(encodeURIComponent).join("/")}`);
}

/** The page's heap is the browser's affair. */
export function setFlagsFromString(): void {}

const BLOCK = 0xffff;

/** A zlib stream without compression: what is sent from a worker to its page needs none. RFC 1950 and 1951, section 3.2.4. */
export function deflateSync(data: Uint8Array | string): Buffer {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const blocks = Math.max(1, Math.ceil(bytes.length / BLOCK));
  const out = new Uint8Array(2 + 5 * blocks + bytes.length + 4);
  const view = new DataView(out.buffer);
  view.setUint16(0, 0x7801);
  let at = 2;
  for (let block = 0; block < blocks; block++) {
    const part = bytes.subarray(block * BLOCK, (block + 1) * BLOCK);
    out[at] = block === blocks - 1 ? 1 : 0;
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, ~part.length & BLOCK, true);
    out.set(part, at + 5);
    at += 5 + part.length;
  }
  view.setUint32(at, sum(bytes));
  return Buffer.from(out.buffer);
}
