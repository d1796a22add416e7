import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { siteFiles } from "../../src/export/web-site.ts";
import { callCli } from "../cli/cli-process.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

it("the site has every file that its list names, and no address from its root", async () => {
  const files = await siteFiles();
  const list: Record<string, number> = JSON.parse(String(files.get("files/list.json")));
  expect(Object.keys(list).length).toBeGreaterThan(200);
  for (const [path, size] of Object.entries(list)) expect(files.get(`files/${path}`)?.length, path).toBe(size);
  expect([...files.keys()].at(-1)).toBe("index.html");
  expect(String(files.get("index.html"))).not.toMatch(/(src|href)="\//);
});

it("flowgait web writes it, and refuses a folder that holds something", async () => {
  const folder = scratchFolder();
  const full = join(folder, "full");
  mkdirSync(full);
  writeFileSync(join(full, "notes.txt"), "keep me");
  const refused = await callCli("web", "--out", full);
  expect([refused.code, refused.stderr]).toEqual([
    2,
    `flowgait: --out: ${full} is not empty, expected a new or empty folder, or --force to write into it\n`,
  ]);
  const { code, stdout } = await callCli("web", "--out", join(folder, "site"), "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ folder: join(folder, "site") });
  expect(readFileSync(join(folder, "site", "index.html"), "utf8")).toContain("<canvas");
  expect(statSync(join(folder, "site", "isolation.js")).size).toBeGreaterThan(100);
  expect(existsSync(join(folder, "site", "files", "scenes", "cartpole.xml"))).toBe(true);
});
