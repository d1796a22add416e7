import { describe, expect, it } from "vitest";
import { Lu } from "../../src/diagnose/lu.ts";
import { Rng } from "../../src/math/rng.ts";

describe("LU factors", () => {
  it("a 3×3 determinant and solution match the ones by hand", () => {
    // Expanded along the first row: 0·(1·8 − 0·5) − 2·(1·8 − 0·1) + 1·(1·5 − 1·1) = −16 + 4 = −12
    const lu = new Lu(3);
    lu.factorise(Float64Array.of(0, 2, 1, 1, 1, 0, 1, 5, 8));
    expect(lu.sign).toBe(-1);
    expect(lu.logAbsDeterminant).toBeCloseTo(Math.log(12), 12);
    // x = (1, 2, 3): rows give 0·1 + 2·2 + 1·3 = 7, 1 + 2 = 3, 1 + 10 + 24 = 35
    const x = Float64Array.of(9, 7, 3, 35);
    lu.solve(x, 1);
    [9, 1, 2, 3].forEach((value, i) => {
      expect(x[i]).toBeCloseTo(value, 12);
    });
  });

  it("what a matrix made of a vector is solved back, at every size up to six", () => {
    const rng = new Rng().seek(1, 1);
    for (let size = 1; size <= 6; size++) {
      const lu = new Lu(size);
      const matrix = Float64Array.from({ length: size * size }, () => rng.normal());
      const x = Float64Array.from({ length: size }, () => rng.normal());
      const b = x.map((_, row) => x.reduce((sum, value, k) => sum + matrix[row * size + k] * value, 0));
      lu.factorise(matrix);
      lu.solve(b);
      b.forEach((value, i) => {
        expect(value).toBeCloseTo(x[i], 9);
      });
    }
  });

  it("a singular matrix has determinant zero", () => {
    const lu = new Lu(2);
    lu.factorise(Float64Array.of(1, 2, 2, 4));
    expect(Math.abs(lu.sign)).toBe(0);
    expect(lu.logAbsDeterminant).toBe(Number.NEGATIVE_INFINITY);
  });
});
