/** Commands that the documentation shows: each is known to the program with its flags, and those that train nothing run. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allPages } from "../../site/assemble.ts";
import { fencesOf } from "../../site/markdown.ts";
import { UNLISTED } from "../../site/pages.ts";
import { shippedControllers } from "../../src/catalogue/shipped-controllers.ts";
import { declaredCommands } from "../../src/cli/command-line.ts";
import { packageRoot } from "../../src/files/package-root.ts";
import { callCli, TINY } from "../cli/cli-process.ts";

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
  const everywhere = ["--help"];

  it("are many", () => {
    expect(shown.length).toBeGreaterThan(60);
  });

  it.each(shown)("npx flowgait %s: command and flags are known", (line) => {
    const [name, ...words] = wordsOf(line);
    const command = commands.find((candidate) => candidate.name() === name);
    expect(command, name).toBeDefined();
    const below = command!.commands.find((candidate) => candidate.name() === words[0]) ?? command!;
    const known = below.options.flatMap(({ long, short }) => [long, short]);
    const own = /^--(reward|command|event|noise|randomise|mask)[.]|^--(noise|mask|clips)$/;
    const flags = words.filter((word) => word.startsWith("--")).map((word) => word.replace(/=.*$/, ""));
    const takesOwn = ["train", "studio", "check"].includes(name!);
    expect(flags.filter((flag) => ![...known, ...everywhere].includes(flag) && !(takesOwn && own.test(flag)))).toEqual(
      [],
    );
  });
});

const folder = mkdtempSync(join(tmpdir(), "flowgait-docs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let places = 0;
const place = (name: string) => join(folder, `${name}-${places++}`);

/** A robot as other programs describe them. */
const URDF = `<robot name="arm"><link name="base"/><link name="arm"><inertial><mass value="1"/><inertia ixx="1" iyy="1" izz="1" ixy="0" ixz="0" iyz="0"/></inertial></link>
<joint name="hinge" type="continuous"><parent link="base"/><child link="arm"/><axis xyz="0 1 0"/></joint></robot>`;

/** Tasks that a test can afford to begin. */
const LIGHT = /^(CartpoleBalance|CheetahRun|PointMass|WalkerWalk|\.\/my-task\.ts|\.\/walk\.ts)$/;

/** The command as a test runs it, with a small budget and its files in a folder of its own; null where it serves, needs a run, or is long, as exports are, which have tests of their own. */
function brief(line: string): string[] | null {
  const words = wordsOf(line).filter((word) => word !== "--view");
  const [name, first = ""] = words;
  const shipped = shippedControllers().includes(first);
  if (words.includes("--help") || words.includes("--print-config") || words.includes("--dry-run")) return words;
  if (name === "tasks") return words;
  if (words.includes("--overlay")) return null; // docs/identify.md has a test of its own, which writes one
  if (name === "clips" && words.includes("--json")) return words;
  if (name === "view") return words.some((word) => /^--(code|json)$/.test(word)) ? words : null;
  if (name === "eval" && (shipped || first === "zero")) return [...words, "--episodes", "1", "--workers", "1"];
  if (name === "doctor" && shipped) {
    const few = "--episodes 1 --seconds 1 --no-table --physics-episodes 1 --page".split(" ");
    const physics = words.includes("--physics") ? ["--physics", "newton"] : [];
    return [...words, ...physics, ...few, `${place("doctor")}.html`];
  }
  if (name === "check" && LIGHT.test(first) && !first.startsWith("."))
    return [...words, "--page", `${place("check")}.html`];
  if (name === "train" && LIGHT.test(first) && !words.includes("tfjs"))
    return [...words, ...TINY, "--steps", "512", "--run", place("run")];
  return null;
}

const run = [...new Set(pages.filter((page) => !UNLISTED.test(page)).flatMap(commandsOf))].filter((line) =>
  brief(line),
);

describe("commands of the documentation that neither serve nor need a run", () => {
  beforeAll(() => {
    for (const name of ["biped.xml", "walk.ts"])
      symlinkSync(join(packageRoot, "docs", "tutorial", name), join(folder, name));
    symlinkSync(join(packageRoot, "docs", "tutorial", "biped.xml"), join(folder, "robot.xml"));
    writeFileSync(join(folder, "robot.urdf"), URDF);
    for (const name of ["pole.xml", "my-task.ts"]) symlinkSync(join(packageRoot, "starter", name), join(folder, name));
  });

  it("are many", () => {
    expect(run.length).toBeGreaterThan(20);
  });

  it.each(run)("npx flowgait %s", { timeout: 300_000 }, async (line) => {
    const words = brief(line)!.map((word) =>
      word.replace(/^(\.\/)?(?=(walk\.ts|my-task\.ts|robot\.(xml|urdf))$)/, `${folder}/`),
    );
    const { code, stderr } = await callCli(...words);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  });
});

describe("the tutorial's robot", () => {
  it("leaves a run that can be evaluated", { timeout: 300_000 }, async () => {
    const left = place("biped");
    const task = join(packageRoot, "docs", "tutorial", "walk.ts");
    expect(await callCli("train", task, ...TINY, "--steps", "512", "--run", left)).toMatchObject({ code: 0 });
    const result = await callCli("eval", left, "--episodes", "2", "--workers", "1", "--json");
    expect(JSON.parse(result.stdout)).toMatchObject({ task: "BipedWalk", episodes: 2 });
  });
});
