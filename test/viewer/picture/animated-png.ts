/** Writes an animated PNG with one palette of 256 colours for all frames. Format: PNG specification, third edition (acTL, fcTL, fdAT). */
import { crc32, deflateSync } from "node:zlib";

const PALETTE_SIZE = 256;
/** Colours are told apart by this many upper bits per channel. */
const BITS = 6;
const LEVELS = 1 << BITS;
const BINS = 1 << (3 * BITS);
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * @param frames [height * width * 4] bytes each: red, green, blue, alpha (which is ignored)
 * @param frameHz frames shown per second
 */
export function animatedPng(frames: readonly Uint8Array[], width: number, height: number, frameHz: number): Buffer {
  const palette = choosePalette(frames);
  const nearest = nearestTable(palette);
  const chunks = [
    chunk("IHDR", header(width, height)),
    chunk("acTL", uint32s(frames.length, 0)),
    chunk("PLTE", palette),
  ];
  let sequence = 0;
  frames.forEach((frame, k) => {
    chunks.push(chunk("fcTL", frameControl(sequence++, width, height, frameHz)));
    const data = deflateSync(scanlines(frame, width, height, nearest), { level: 9 });
    chunks.push(k === 0 ? chunk("IDAT", data) : chunk("fdAT", Buffer.concat([uint32s(sequence++), data])));
  });
  return Buffer.concat([SIGNATURE, ...chunks, chunk("IEND", Buffer.alloc(0))]);
}

function header(width: number, height: number): Buffer {
  // bit depth 8, palette colours, deflate, adaptive filters, no interlace
  return Buffer.concat([uint32s(width, height), Buffer.from([8, 3, 0, 0, 0])]);
}

function frameControl(sequence: number, width: number, height: number, frameHz: number): Buffer {
  const delay = Buffer.alloc(6);
  delay.writeUInt16BE(100, 0);
  delay.writeUInt16BE(Math.round(100 * frameHz), 2);
  return Buffer.concat([uint32s(sequence, width, height, 0, 0), delay]);
}

/** Rows of palette positions, each after a zero byte: no filter. */
function scanlines(frame: Uint8Array, width: number, height: number, nearest: Uint8Array): Buffer {
  const out = Buffer.alloc((width + 1) * height);
  for (let y = 0, from = 0, to = 0; y < height; y++) {
    to++;
    for (let x = 0; x < width; x++, from += 4) out[to++] = nearest[binOf(frame, from)];
  }
  return out;
}

function binOf(frame: Uint8Array, at: number): number {
  const low = 8 - BITS;
  return ((frame[at] >> low) << (2 * BITS)) | ((frame[at + 1] >> low) << BITS) | (frame[at + 2] >> low);
}

/** Median cut: the box with the most pixels times its widest side is halved until there are 256. */
function choosePalette(frames: readonly Uint8Array[]): Buffer {
  const counts = new Float64Array(BINS);
  for (const frame of frames) for (let at = 0; at < frame.length; at += 4) counts[binOf(frame, at)]++;
  const used = Array.from(counts.keys()).filter((bin) => counts[bin] > 0);
  let boxes = [measureBox(used, counts)];
  while (boxes.length < PALETTE_SIZE) {
    const largest = boxes.reduce((best, box) => (box.weight > best.weight ? box : best));
    if (largest.bins.length < 2) break;
    boxes = [...boxes.filter((box) => box !== largest), ...halve(largest, counts)];
  }
  const palette = Buffer.alloc(PALETTE_SIZE * 3);
  boxes.forEach((box, k) => {
    for (let channel = 0; channel < 3; channel++) palette[3 * k + channel] = meanOf(box.bins, counts, channel);
  });
  return palette;
}

interface Box {
  readonly bins: readonly number[];
  readonly channel: number;
  readonly weight: number;
}

/** Red, green or blue of a bin, below LEVELS. */
function channelOf(bin: number, channel: number): number {
  return (bin >> (BITS * (2 - channel))) & (LEVELS - 1);
}

/** The same as the middle of the values that fall into the bin, 0 to 255. */
function channelValue(bin: number, channel: number): number {
  return ((channelOf(bin, channel) + 0.5) * 256) / LEVELS;
}

function measureBox(bins: readonly number[], counts: Float64Array): Box {
  const widths = [0, 1, 2].map((channel) => {
    let [low, high] = [LEVELS, 0];
    for (const bin of bins) {
      low = Math.min(low, channelOf(bin, channel));
      high = Math.max(high, channelOf(bin, channel));
    }
    return high - low;
  });
  const width = Math.max(...widths);
  const pixels = bins.reduce((sum, bin) => sum + counts[bin], 0);
  // The square root lets small but distinct colours have their share.
  return { bins, channel: widths.indexOf(width), weight: bins.length < 2 ? 0 : Math.sqrt(pixels) * width };
}

function halve({ bins, channel }: Box, counts: Float64Array): Box[] {
  const sorted = [...bins].sort((a, b) => channelOf(a, channel) - channelOf(b, channel));
  const half = sorted.reduce((sum, bin) => sum + counts[bin], 0) / 2;
  let sum = 0;
  let at = sorted.findIndex((bin) => {
    sum += counts[bin];
    return sum >= half;
  });
  at = Math.min(sorted.length - 1, Math.max(1, at));
  return [measureBox(sorted.slice(0, at), counts), measureBox(sorted.slice(at), counts)];
}

function meanOf(bins: readonly number[], counts: Float64Array, channel: number): number {
  let [sum, pixels] = [0, 0];
  for (const bin of bins) {
    sum += counts[bin] * channelValue(bin, channel);
    pixels += counts[bin];
  }
  return Math.round(sum / pixels);
}

/** For each bin the palette colour that is nearest to its middle. */
function nearestTable(palette: Buffer): Uint8Array {
  const table = new Uint8Array(BINS);
  for (let bin = 0; bin < BINS; bin++) {
    let best = Number.POSITIVE_INFINITY;
    for (let k = 0; k < PALETTE_SIZE; k++) {
      let distance = 0;
      for (let channel = 0; channel < 3; channel++)
        distance += (channelValue(bin, channel) - palette[3 * k + channel]) ** 2;
      if (distance >= best) continue;
      best = distance;
      table[bin] = k;
    }
  }
  return table;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  return Buffer.concat([uint32s(data.length), named, uint32s(crc32(named))]);
}

function uint32s(...values: readonly number[]): Buffer {
  const out = Buffer.alloc(4 * values.length);
  for (let k = 0; k < values.length; k++) out.writeUInt32BE(values[k], 4 * k);
  return out;
}
