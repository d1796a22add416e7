/** `npm run docs`: assembles the pages and builds the site into dist/docs. A dead link ends it with exit code 1. */
import { join } from "node:path";
import { build } from "vitepress";
import { packageRoot } from "../src/files/package-root.ts";
import { assemble } from "./assemble.ts";

await assemble(join(packageRoot, "dist", "docs-source"));
await build(join(packageRoot, "site"));
