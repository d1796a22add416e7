import { describe, expect, it } from "vitest";
import { rotateInverse as byQuaternion, fromAxisAngle } from "../../src/math/quat.ts";
import { rotateInverse } from "../../src/math/rotation-matrix.ts";

describe("rotateInverse", () => {
  it("sees a world vector from a turned frame, by hand", () => {
    // a frame turned a quarter to the left: its x is the world's y, its y the world's −x
    const quarter = [0, -1, 0, 1, 0, 0, 0, 0, 1];
    const out = [0, 0, 0];
    rotateInverse(out, 0, quarter, 0, [1, 2, 3], 0);
    expect(out).toEqual([2, -1, 3]);
  });

  it("agrees with the quaternion of the same rotation, at offsets and in place", () => {
    const quat = [0, 0, 0, 0];
    fromAxisAngle(quat, 0, 2 / 3, -1 / 3, 2 / 3, 0.7);
    const [w, x, y, z] = quat;
    const matrix = [
      9,
      ...[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
      ...[2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
      ...[2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ];
    const expected = [0, 0, 0];
    byQuaternion(expected, 0, quat, 0, [0.3, -0.5, 0.8], 0);
    const vectors = [7, 7, 0.3, -0.5, 0.8];
    rotateInverse(vectors, 2, matrix, 1, vectors, 2);
    expect(vectors.slice(0, 2)).toEqual([7, 7]);
    expected.forEach((value, i) => {
      expect(vectors[2 + i]).toBeCloseTo(value, 14);
    });
  });
});
