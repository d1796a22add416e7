/** The studio as a static site, which trains in its visitors' browsers: the built page, and the files of this package that it may read. */
import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { packageRoot } from "../files/package-root.ts";
import { UserError } from "../math/user-error.ts";
import type { ExportedFiles } from "./output-folder.ts";

/** Where the page was built to. */
const PAGE = join(packageRoot, "dist", "tab");
/** What the page reads; the last holds the program of exported pages. */
const READ = ["models", "scenes", "controllers", "dist/standalone"];
/** What they are described with. */
const UNREAD = /\.(md|mjs|map)$/;

/**
 * All files of the site by their paths, the page last: a folder that has it is complete.
 * @throws UserError where the page was not built
 */
export async function siteFiles(): Promise<ExportedFiles> {
  const page = await filesBelow(PAGE).catch((cause: unknown) => {
    throw new UserError(`web: ${PAGE} does not exist, expected the built page; try: npm run build`, { cause });
  });
  const read = await Promise.all(
    READ.map(async (folder) => prefixed(folder, await filesBelow(join(packageRoot, folder)))),
  );
  const own = ["package.json", ...read.flat().filter((path) => !UNREAD.test(path))].sort();
  const files = new Map<string, Uint8Array | string>();
  const sizes: Record<string, number> = {};
  for (const path of own) {
    const bytes = await readFile(join(packageRoot, path));
    files.set(`files/${path}`, bytes);
    sizes[path] = bytes.length;
  }
  files.set("files/list.json", JSON.stringify(sizes));
  // Hosts that run Jekyll, such as GitHub Pages, would skip some names.
  files.set(".nojekyll", "");
  const isPage = (path: string) => path === "index.html";
  for (const path of [...page.filter((path) => !isPage(path)), ...page.filter(isPage)])
    files.set(path, await readFile(join(PAGE, path)));
  return files;
}

/** Paths with slashes, relative to the folder. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(folder.length + 1)
        .split(sep)
        .join("/"),
    )
    .sort();
}

function prefixed(folder: string, paths: readonly string[]): string[] {
  return paths.map((path) => `${folder}/${path}`);
}
