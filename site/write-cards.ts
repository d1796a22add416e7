/** `npm run cards` */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../src/files/package-root.ts";
import { cardFiles } from "./cards.ts";

for (const [file, text] of cardFiles()) writeFileSync(join(packageRoot, file), text);
