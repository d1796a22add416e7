import { describe, expect, it } from "vitest";
import { exactJson, parseExactJson } from "../../src/queue/exact-json.ts";
import { DamagedParcel, hashOf, openParcel, pack } from "../../src/queue/parcel.ts";

describe.each(["sha256", "crc32"] as const)("a parcel that is sealed by its %s", (seal) => {
  const arrays = () => [Float64Array.of(1, Number.NaN, -0), Float32Array.of(0.1), Uint8Array.of(7), Int32Array.of(-5)];
  const parcel = pack({ name: "a", value: Number.NaN }, arrays(), seal);

  it("gives back header and arrays, bit for bit, wherever its bytes lie", () => {
    const shifted = Buffer.concat([Buffer.from("x"), parcel]).subarray(1);
    const into = arrays().map((array) => array.fill(0));
    const opened = openParcel(shifted);
    opened.unpack(into);
    expect(opened.header).toEqual({ name: "a", value: Number.NaN });
    expect(into).toEqual(arrays());
    expect(Object.is(into[0]![2], -0)).toBe(true);
    expect(opened.hash).toBe(seal === "sha256" ? hashOf(parcel) : null);
  });

  it("with any bit changed is refused", () => {
    for (let at = 0; at < parcel.length; at++) {
      const changed = Buffer.from(parcel);
      changed[at]! ^= 1 << (at % 8);
      expect(() => openParcel(changed)).toThrow(DamagedParcel);
    }
  });

  it("cut short, empty or of other lengths is refused", () => {
    expect(() => openParcel(parcel.subarray(0, -1))).toThrow(DamagedParcel);
    expect(() => openParcel(new Uint8Array(0))).toThrow("0 bytes that are no parcel");
    expect(() => openParcel(parcel).unpack([new Float64Array(3)])).toThrow("arrays of 33 bytes, expected 24");
  });
});

describe("exact JSON", () => {
  it("keeps numbers that JSON does not know", () => {
    const numbers = {
      list: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 0.1 + 0.2, 5e-324],
    };
    const read = parseExactJson(exactJson(numbers)) as typeof numbers;
    expect(read.list.map((value, at) => Object.is(value, numbers.list[at]))).toEqual(numbers.list.map(() => true));
  });
});
