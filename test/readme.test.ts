import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../src/files/package-root.ts";
import { registry } from "../src/tasks/index.ts";
import { scratchFolder } from "./train/scratch-folder.ts";

const textOf = (file: string) => readFileSync(join(packageRoot, file), "utf8");
const readme = textOf("README.md");
const run = promisify(execFile);

/** The code block that follows a file's name in docs/own-task.md. */
function fileIn(name: string): string {
  const block = new RegExp(`\`${name}\`\\n\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(textOf("docs/own-task.md"));
  if (!block) throw new Error(`docs/own-task.md shows no file ${name}`);
  return block[1];
}

/** Numbers with a decimal point, per cent, times, sizes and counts above ten; neither code nor addresses. */
function numbersOf(markdown: string): string[] {
  const prose = markdown.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`]*`|\]\([^)]*\)|<[^>]*>/g, "");
  return [...prose.matchAll(/(?<![\w.])\d+(?:[.,]\d+)*(?: (?:%|min|m\/s|rad\/s))?/g)]
    .map(([number]) => number)
    .filter((number) => /\D/.test(number) || Number(number) > 10);
}

describe("docs/own-task.md", () => {
  it("its example trains, and the policy that it leaves can be evaluated", async () => {
    const folder = scratchFolder();
    for (const name of ["pole.xml", "my-task.ts"]) writeFileSync(join(folder, name), fileIn(name));
    const flowgait = (...args: string[]) => {
      return run(process.execPath, [join(packageRoot, "dist/src/cli/main.js"), ...args], { cwd: folder });
    };
    const settings = [
      "--envs",
      "16",
      "--shards",
      "4",
      "--steps",
      "768",
      "--run",
      "out",
      "--evaluation.episodes",
      "2",
      "--json",
    ];
    const { stdout } = await flowgait("train", "./my-task.ts", ...settings);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ event: "done", steps: 768 });
    const result = JSON.parse((await flowgait("eval", "out", "--episodes", "2", "--json")).stdout);
    expect(result).toMatchObject({ task: "PoleUp", episodes: 2, linVelError: null });
    expect(Object.keys(result.terms)).toEqual(["upright", "effort"]);
  });
});

describe("README", () => {
  it("fits on three screens", () => {
    expect(readme.split("\n").length).toBeLessThanOrEqual(120);
  });

  it("each of its numbers has a row in docs/results.md", () => {
    const results = textOf("docs/results.md");
    const numbers = numbersOf(readme).filter((number) => !/^20\.19$/.test(number));
    expect(numbers).toContain("0.109 m/s");
    expect(numbers.filter((number) => !results.includes(number))).toEqual([]);
  });

  it("says that a hand-made gait carries the robots that walk, and that the G1 is experimental", () => {
    expect(readme).toContain("feed-forward gait, made by hand or found");
    expect(readme).toMatch(/G1 that ships is \*\*experimental\*\*/);
  });

  it("the folders on the map in CONTRIBUTING.md exist", () => {
    const contributing = textOf("CONTRIBUTING.md");
    const map = contributing.slice(contributing.indexOf("## Repository layout"));
    const folders = [...map.slice(0, map.indexOf("A folder imports")).matchAll(/^((?:src\/)?\w+)\/?\s/gm)].map(
      (match) => match[1],
    );
    expect(folders.length).toBeGreaterThan(10);
    expect(folders.filter((folder) => !existsSync(join(packageRoot, folder)))).toEqual([]);
  });

  it("the tasks and robots that it counts are those of the list", () => {
    const count = (family: string) => registry.list().filter((task) => task.family === family).length;
    expect(readme).toContain(`${count("suite")} of its control suite, ${count("locomotion")} of its legged robots (`);
    expect(readme).toContain(`and ${count("manipulation")} of manipulation (`);
    expect([
      count("humanoid"),
      count("gridworld"),
      count("suite") + count("locomotion") + count("manipulation"),
    ]).toEqual([4, 2, 54]);
  });

  it("every flowgait command that it shows is known", async () => {
    const shown = [...readme.matchAll(/npx flowgait (\w+)/g)].map((match) => match[1]);
    const { stdout } = await run(process.execPath, [join(packageRoot, "dist/src/cli/main.js"), "--help"]);
    for (const command of new Set(shown)) expect(stdout).toContain(`  ${command}`);
  });
});
