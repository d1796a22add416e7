import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../src/files/package-root.ts";
import { type Declaration, declarationsOf } from "./declarations.ts";

/** Share of the exported declarations of a room that have a doc comment. */
const LEAST_SHARE = 0.9;
/** What takes the place of modules of Node and of src, which describe themselves. */
const STANDS_IN = /^viewer\/tab\/src\/(node|doors)\//;
/** The room that a file is in: a folder of src or of the viewer's src, or a folder beside those. */
function roomOf(file: string): string {
  const folders = file.split("/").slice(0, -1);
  const depth = folders[0] === "src" ? 2 : folders[0] === "viewer" ? 3 : 1;
  return folders.slice(0, depth).join("/");
}

const rooms = new Map<string, { readonly file: string; readonly declared: readonly Declaration[] }[]>();
for (const folder of ["src", "bench", "site", "viewer"])
  for (const name of readdirSync(join(packageRoot, folder), { recursive: true, encoding: "utf8" })) {
    if (!/\.tsx?$/.test(name) || STANDS_IN.test(join(folder, name))) continue;
    const file = join(folder, name);
    const declared = declarationsOf(readFileSync(join(packageRoot, file), "utf8"));
    if (declared.length > 0) rooms.set(roomOf(file), [...(rooms.get(roomOf(file)) ?? []), { file, declared }]);
  }

describe("doc comments", () => {
  it("are counted where they stand right above what is exported", () => {
    const text = "/** A file. */\n\nexport const A = 1;\n/** One. */\nexport type B = 1;\nexport { C } from 'c';\n";
    expect(declarationsOf(text)).toEqual([
      { name: "A", isDocumented: false },
      { name: "B", isDocumented: true },
    ]);
  });

  it.each([...rooms])("%s describes at least 90 % of what it exports", (_room, files) => {
    const all = files.flatMap(({ file, declared }) => declared.map((one) => ({ file, ...one })));
    const missing = all.filter(({ isDocumented }) => !isDocumented).map(({ file, name }) => `${file}: ${name}`);
    const share = 1 - missing.length / all.length;
    expect(share >= LEAST_SHARE ? [] : missing).toEqual([]);
  });
});
