import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../src/files/package-root.ts";

/** The rooms of src from the lowest to the highest. `bench` measures all below it; the command line starts it. */
const ROOMS = (
  "math files figures graph policy algorithms config physics tasks threads footwork rollout drive learner runs train " +
  "queue verify diagnose reproduction export check falls guess mcap identify catalogue stream studio sweep bench cli"
).split(" ");
/** Rooms that must run without MuJoCo, files or sockets. */
const PURE = new Set(["math", "figures", "graph", "policy", "algorithms"]);
/** Files of one folder, beside its subfolders. */
const MOST_FILES = 26;

interface Import {
  /** Path from the package's root, or a package's name */
  readonly target: string;
  readonly typeOnly: boolean;
}

const files = ["src", "bench", "site", "viewer", "test"].flatMap((folder) =>
  readdirSync(join(packageRoot, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((name) => /\.(ts|tsx)$/.test(name)),
);
const texts = new Map(files.map((file) => [file, readFileSync(join(packageRoot, file), "utf8")]));
const inSource = files.filter((file) => file.startsWith("src/"));
const imports = new Map(files.map((file) => [file, importsOf(file)]));

function importsOf(file: string): Import[] {
  const found = texts
    .get(file)!
    .matchAll(/(?:^|\n)(?:import|export) (type )?(?:[^;"]*? from )?"([^"]+)"|import\(\s*"([^"]+)"/g);
  return [...found].map(([, type, target = "", lazy]) => {
    const path = lazy ?? target;
    return { target: path.startsWith(".") ? join(dirname(file), path) : path, typeOnly: type !== undefined };
  });
}

/** The room of src that a file is in, or its top folder; a file of src itself has none. */
function roomOf(file: string): string | null {
  const [top, room, ...rest] = file.split("/");
  if (top !== "src") return top;
  return rest.length > 0 ? room : null;
}

function height(file: string): number {
  return ROOMS.indexOf(roomOf(file) ?? "");
}

/** Files that reach themselves by imports that run. */
function circles(): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    for (const { target, typeOnly } of imports.get(file) ?? []) if (!typeOnly) walk(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  return found;
}

describe("the house", () => {
  it("has no folder outside the plan", () => {
    const rooms = new Set(inSource.map(roomOf).filter((room) => room !== null));
    expect([...rooms].filter((room) => !ROOMS.includes(room))).toEqual([]);
  });

  it("the map in CONTRIBUTING.md names every room", () => {
    const map = readFileSync(join(packageRoot, "CONTRIBUTING.md"), "utf8");
    const named = [...map.matchAll(/^src\/(\w+) /gm)].map((match) => match[1]);
    expect(named).toEqual(ROOMS.filter((room) => room !== "bench"));
  });

  it("no folder holds so many files that nobody finds one", () => {
    const folders = [...new Set(files.map((file) => dirname(file)))];
    const held = (folder: string) => files.filter((file) => dirname(file) === folder).length;
    expect(folders.filter((folder) => held(folder) > MOST_FILES)).toEqual([]);
  });

  it("a room imports only from rooms above it in the plan", () => {
    const wrong = files.flatMap((file) => {
      const upward = ({ target }: Import) => height(file) >= 0 && height(target) > height(file);
      return imports
        .get(file)!
        .filter(upward)
        .map(({ target }) => `${file} → ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it("nothing imports a test, and only the viewer's tests import the viewer", () => {
    const wrong = files.flatMap((file) => {
      const strange = ({ target }: Import) => {
        const to = roomOf(target);
        return (to === "test" && roomOf(file) !== "test") || (to === "viewer" && !/^(viewer|test)\//.test(file));
      };
      return imports
        .get(file)!
        .filter(strange)
        .map(({ target }) => `${file} → ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it("no file imports itself by a detour, but for types", () => {
    expect(circles()).toEqual([]);
  });

  it("mathematics, figures, graph, policy and algorithms use no simulator, file or socket", () => {
    const forbidden = ({ target }: Import) => /^(node:(fs|net|http|worker)|mujoco|ws$)/.test(target);
    const pure = inSource.filter((file) => PURE.has(roomOf(file) ?? ""));
    expect(pure.filter((file) => imports.get(file)!.some(forbidden))).toEqual([]);
  });

  it("one file loads ONNX Runtime and one starts threads, so that telemetry is off in both", () => {
    const users = (pattern: RegExp) => files.filter((file) => pattern.test(texts.get(file)!));
    expect(users(/(?<!import type .*)(from|import|require)\s*\(?\s*"onnxruntime-node"/)).toEqual([
      "src/graph/engines/ort-runtime.ts",
      "test/cli/telemetry.test.ts", // as a user's program
    ]);
    expect(users(/new Worker\((new URL|\w+Url)|extends Worker [{]/)).toEqual([
      "src/threads/thread.ts",
      "viewer/tab/src/worker-host.ts", // a page's own host
      "viewer/tab/src/doors/thread.ts", // in its place in a page
    ]);
  });

  it("only physics imports the simulator, and only the command line ends the process", () => {
    const simulator = inSource.filter(
      (file) => roomOf(file) !== "physics" && imports.get(file)!.some(({ target }) => target === "mujoco-js"),
    );
    const ends = /process\.(exit|argv)\b|\bconsole\.\w+\(/;
    const exits = inSource.filter((file) => roomOf(file) !== "cli" && ends.test(texts.get(file)!));
    expect([simulator, exits]).toEqual([[], []]);
  });
});
