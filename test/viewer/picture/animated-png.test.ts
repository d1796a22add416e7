import { crc32, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { animatedPng } from "./animated-png.ts";

/** The chunks after the signature: type and data, with their check sums checked. */
function chunksOf(png: Buffer): { type: string; data: Buffer }[] {
  const chunks = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const named = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(named));
    chunks.push({ type: named.toString("latin1", 0, 4), data: named.subarray(4) });
    at += 12 + length;
  }
  return chunks;
}

/** Two pixels: red and grey, then blue and grey. */
const frames = [
  Uint8Array.of(250, 10, 10, 255, 130, 130, 130, 255),
  Uint8Array.of(10, 10, 250, 255, 130, 130, 130, 255),
];

describe("animated png", () => {
  it("holds every frame, numbered in order", () => {
    const chunks = chunksOf(animatedPng(frames, 2, 1, 12.5));
    expect(chunks.map(({ type }) => type)).toEqual(["IHDR", "acTL", "PLTE", "fcTL", "IDAT", "fcTL", "fdAT", "IEND"]);
    const numbers = chunks.filter(({ type }) => /^f/.test(type)).map(({ data }) => data.readUInt32BE(0));
    expect(numbers).toEqual([0, 1, 2]);
    const control = chunks[3].data;
    expect(control.readUInt16BE(20) / control.readUInt16BE(22)).toBeCloseTo(1 / 12.5, 6);
  });

  it("shows colours close to the ones that were given", () => {
    const chunks = chunksOf(animatedPng(frames, 2, 1, 10));
    const palette = chunks.find(({ type }) => type === "PLTE")!.data;
    const rows = [chunks[4].data, chunks[6].data.subarray(4)].map((data) => inflateSync(data));
    rows.forEach((row, k) => {
      expect(row[0]).toBe(0);
      for (let x = 0; x < 2; x++)
        for (let channel = 0; channel < 3; channel++)
          expect(Math.abs(palette[3 * row[1 + x] + channel] - frames[k][4 * x + channel])).toBeLessThanOrEqual(4);
    });
  });
});
