import { describe, expect, it } from "vitest";
import { functionLengths, measureAll, summary } from "./measures.ts";

describe("the measures of the code", () => {
  it("count the lines of functions, methods and arrows of several lines", () => {
    const text =
      "function a() {\n  return 1;\n}\nclass B {\n  c() {}\n}\nconst d = () => 1;\nconst e = () => {\n  a();\n};\n";
    expect(functionLengths("x.ts", text).sort()).toEqual([1, 3, 3]);
  });

  it("give medians and the largest of some files", () => {
    const file = { file: "a.ts", lines: 10, longLines: 1, functions: [1, 2, 9], declared: 4, documented: 3 };
    expect(summary([file, { ...file, lines: 30, functions: [] }])).toMatchObject({
      files: 2,
      lines: 40,
      functions: 3,
      functionMedian: 2,
      functionLongest: 9,
      fileLongest: 30,
      documented: 0.75,
      longLines: 2,
    });
  });

  it("keep functions and files short: half the functions at most 10 lines, 95 % at most 40, files at most 460", () => {
    const { src, viewer } = measureAll();
    for (const measures of [src!, viewer!]) {
      expect(measures.functionMedian).toBeLessThanOrEqual(10);
      expect(measures.function95).toBeLessThanOrEqual(40);
      expect(measures.fileLongest).toBeLessThanOrEqual(460);
    }
  });
});
