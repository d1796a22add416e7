/** What a block is fed with: numbers of rows in the thread's copy of the batch, or the rows themselves. */
import { describe, expect, it } from "vitest";
import { blockRows } from "../../src/learner/gather.ts";

const swapped = { source: Int32Array.of(1, 0), sign: Float32Array.of(1, -1) };
const values = Float32Array.of(1, 2, 3, 4, 5, 6);
const tables = [
  { name: "seen", size: 2, values, image: swapped },
  { name: "stored", size: 1, values: Float32Array.of(7, 8, 9), image: Float32Array.of(-7, -8, -9) },
  { name: "same", size: 1, values: Float32Array.of(10, 11, 12), image: null },
];
const rows = Int32Array.of(2, ~0, 1, ~2);

describe("a block's rows", () => {
  it("are numbered on beyond the rows where they are seen in the mirror", () => {
    const copies = { seen: new Float32Array(12), stored: new Float32Array(6), same: new Float32Array(6) };
    const block = blockRows(tables, "row", 4, copies);
    block.write(rows);
    expect(block.feeds).toEqual({ ...copies, row: BigInt64Array.of(2n, 3n, 1n, 5n) });
    expect(block.of).toBe(6);
  });

  it("are gathered where there is no copy", () => {
    const block = blockRows(tables, "row", 4, null);
    block.write(rows);
    expect(block.of).toBeUndefined();
    expect(block.feeds).toEqual({
      seen: Float32Array.of(5, 6, 2, -1, 3, 4, 6, -5),
      stored: Float32Array.of(9, -7, 8, -9),
      same: Float32Array.of(12, 10, 11, 12),
    });
  });
});
