import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../src/physics/package-root.ts";

const ROOMS = "math graph policy algorithms physics tasks rollout train stream export cli".split(" ");
/** Rooms that must run without MuJoCo, files or sockets. */
const PURE = new Set(["math", "graph", "policy", "algorithms"]);
const source = join(packageRoot, "src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]);
}

function roomOf(file: string): string {
  return file.split("/")[0];
}

describe("the house", () => {
  it("has no folder outside the plan", () => {
    const rooms = new Set(files.map(roomOf).filter((name) => !name.endsWith(".ts")));
    expect([...rooms].filter((room) => !ROOMS.includes(room))).toEqual([]);
  });

  it("a folder imports only from folders above it", () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith("."))
        .map((target) => relative(source, join(source, file, "..", target)))
        .filter((target) => ROOMS.includes(roomOf(file)) && ROOMS.indexOf(roomOf(target)) > ROOMS.indexOf(roomOf(file)))
        .map((target) => `${file} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("mathematics, graph, policy and algorithms use no simulator, file or socket", () => {
    const wrong = files
      .filter((file) => PURE.has(roomOf(file)))
      .flatMap((file) => importsOf(file).filter((name) => /^(node:(fs|net|http|worker)|mujoco|ws$)/.test(name)));
    expect(wrong).toEqual([]);
  });

  it("one file loads ONNX Runtime and one starts threads, so that telemetry is off in both", () => {
    const programs = ["src", "bench", "test"].flatMap((folder) => {
      const names = readdirSync(join(packageRoot, folder), { recursive: true, encoding: "utf8" });
      return names.filter((name) => name.endsWith(".ts")).map((name) => join(folder, name));
    });
    const users = (pattern: RegExp) =>
      programs.filter((name) => pattern.test(readFileSync(join(packageRoot, name), "utf8")));
    expect(users(/(?<!import type .*)(from|import|require)\s*\(?\s*"onnxruntime-node"/)).toEqual([
      "src/graph/engines/ort-runtime.ts",
      "test/cli/telemetry.test.ts", // as a user's program
    ]);
    expect(users(/new Worker\(new URL|extends Worker [{]/)).toEqual(["src/rollout/thread.ts"]);
  });

  it("only physics imports the simulator, and only the command line ends the process", () => {
    const simulator = files.filter((file) => roomOf(file) !== "physics" && importsOf(file).includes("mujoco-js"));
    const exits = files.filter((file) => {
      return (
        roomOf(file) !== "cli" &&
        /process\.(exit|argv)\b|\bconsole\.\w+\(/.test(readFileSync(join(source, file), "utf8"))
      );
    });
    expect([simulator, exits]).toEqual([[], []]);
  });
});
