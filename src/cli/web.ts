/** `flowgait web --out <folder>`: the studio as a static site. */

import { dirname, join } from "node:path";
import { checkOutputFolder, writeExport } from "../export/output-folder.ts";
import { siteFiles } from "../export/web-site.ts";
import { makeFolder } from "../files/atomic-file.ts";
import { type Output, resultJson } from "../files/output.ts";
import { shellPath } from "../files/shown-path.ts";

/** The flags. */
export interface WebOptions {
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const FOLDER = "web";
const MEGABYTE = 1e6;

/** Runs the command. Throws UserError when the folder holds something or cannot be written. */
export async function web({ out = FOLDER, force = false, json = false }: WebOptions, output: Output): Promise<void> {
  await checkOutputFolder(out, force);
  const files = await siteFiles();
  for (const folder of new Set([...files.keys()].map((path) => dirname(join(out, path))))) await makeFolder(folder);
  await writeExport(out, files);
  const bytes = [...files.values()].reduce((sum, content) => sum + content.length, 0);
  if (json) resultJson(output, { folder: out, files: files.size, bytes });
  else
    output.result(`${out}: ${files.size} files, ${(bytes / MEGABYTE).toFixed(1)} MB. Any static host serves them. Try it:

  npx serve ${shellPath(out)}
`);
}
