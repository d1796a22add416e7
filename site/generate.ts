/** `npm run generate`: writes the files that are made from others and kept: model cards, the table of controllers, the concepts' figures. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../src/files/package-root.ts";
import { generatedFiles } from "./generated-files.ts";

for (const [file, text] of generatedFiles()) writeFileSync(join(packageRoot, file), text);
