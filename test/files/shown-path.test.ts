import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { publicPath, shellWord } from "../../src/files/shown-path.ts";

describe("a word of a printed command", () => {
  it("stands as it is where no shell would change it", () => {
    expect(["runs/Pole-fpo++-s1-1", "0.5,1"].map(shellWord)).toEqual(["runs/Pole-fpo++-s1-1", "0.5,1"]);
  });

  it.skipIf(process.platform === "win32")("is what a shell passes on, whatever it holds", () => {
    const words = ["two words", "it's", 'a"b', "a$&`b`", "#1?*", "%20\\", "ü", "~", ""];
    const found = execFileSync("/bin/sh", ["-c", `printf '%s\\n' ${words.map(shellWord).join(" ")}`], {
      encoding: "utf8",
    });
    expect(found.split("\n").slice(0, -1)).toEqual(words);
  });
});

describe("a path that leaves this machine", () => {
  it("is told from the working directory, or by its last part where it lies elsewhere", () => {
    expect(["runs/x", "/home/somebody/runs/x", "../other/x", "..x/y"].map(publicPath)).toEqual([
      "runs/x",
      "x",
      "x",
      "..x/y",
    ]);
  });
});
