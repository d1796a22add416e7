/** The version of this package, as its package.json says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../physics/package-root.ts";

let cached: string | null = null;

/** Such as "0.1.0". */
export function packageVersion(): string {
  cached ??= (JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string }).version;
  return cached;
}
