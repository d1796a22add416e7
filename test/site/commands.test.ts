/** Commands that the documentation shows: each is known to the program with its flags, and those that train nothing run. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allPages } from "../../site/assemble.ts";
import { fencesOf } from "../../site/markdown.ts";
import { declaredCommands } from "../../src/cli/command-line.ts";
import { packageRoot } from "../../src/files/package-root.ts";
import { callCli } from "../cli/cli-process.ts";

/** The diary keeps commands as they were. */
const pages = ["README", "starter/README", ...allPages()].filter((page) => page !== "docs/experiments");

/** Words of each `npx flowgait …` of a page's fenced blocks, without comments and what follows `&&` or `&`. */
function commandsOf(page: string): string[] {
  const blocks = fencesOf(readFileSync(join(packageRoot, `${page}.md`), "utf8")).filter(
    ({ language }) => language === "sh",
  );
  const lines = blocks.flatMap(({ text }) =>
    text.split("\n").flatMap((line) => line.replace(/\s#.*$/, "").split(/&&?/)),
  );
  return lines
    .filter((line) => line.includes("npx flowgait "))
    .map((line) => line.replace(/^.*npx flowgait /, "").trim());
}

const shown = [...new Set(pages.flatMap(commandsOf))];
const wordsOf = (line: string) => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

describe("commands of the documentation", async () => {
  const commands = await declaredCommands();

  it("are many", () => {
    expect(shown.length).toBeGreaterThan(60);
  });

  it.each(shown)("npx flowgait %s: command and flags are known", (line) => {
    const [name, ...words] = wordsOf(line);
    const command = commands.find((candidate) => candidate.name() === name);
    expect(command, name).toBeDefined();
    const below = command!.commands.find((candidate) => candidate.name() === words[0]) ?? command!;
    const known = below.options.flatMap(({ long, short }) => [long, short]);
    const own = /^--(reward|command|event|noise|randomise)[.]|^--noise$/;
    const flags = words.filter((word) => word.startsWith("--")).map((word) => word.replace(/=.*$/, ""));
    const takesOwn = name === "train" || name === "studio";
    expect(flags.filter((flag) => !known.includes(flag) && !(takesOwn && own.test(flag)))).toEqual([]);
  });
});

/** Neither served, nor a training, nor long: those that print and end. */
const RUNS =
  /^(tasks|reproduce .*--dry-run|eval (HumanoidJoystick|zero) .*--episodes [48]\b|\w+( \w+)? --help$|train \w+ (--help|--help-all|.*--print-config))/;

describe("commands of the documentation that only print", () => {
  const folder = mkdtempSync(join(tmpdir(), "flowgait-docs-"));
  beforeAll(() => {
    for (const name of ["biped.xml", "walk.ts"])
      symlinkSync(join(packageRoot, "docs", "tutorial", name), join(folder, name));
    for (const name of ["pole.xml", "my-task.ts"]) symlinkSync(join(packageRoot, "starter", name), join(folder, name));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("are many", () => {
    expect(shown.filter((line) => RUNS.test(line)).length).toBeGreaterThan(9);
  });

  it.each(shown.filter((line) => RUNS.test(line)))("npx flowgait %s", async (line) => {
    const words = wordsOf(line).map((word) => word.replace(/^\.\/(?=(walk|my-task)\.ts$)/, `${folder}/`));
    const brief = words[0] === "eval" ? ["--workers", "1"] : [];
    const { code, stdout, stderr } = await callCli(...words, ...brief);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.length).toBeGreaterThan(100);
  });
});

describe("the tutorial's robot", () => {
  it("trains as the page says, at a tiny budget, and what it leaves can be evaluated", async () => {
    const folder = mkdtempSync(join(tmpdir(), "flowgait-biped-"));
    const task = join(packageRoot, "docs", "tutorial", "walk.ts");
    const run = join(folder, "run");
    const small = "--envs 16 --shards 4 --steps 768 --algorithm.epochs 1 --evaluation.episodes 2 --workers 1".split(
      " ",
    );
    try {
      const { code, stderr } = await callCli("train", task, ...small, "--run", run, "--json");
      expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
      const result = await callCli("eval", run, "--episodes", "2", "--workers", "1", "--json");
      expect(JSON.parse(result.stdout)).toMatchObject({ task: "BipedWalk", episodes: 2 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
