/** The protocol page: messages between server and page, from the types that both are compiled against. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/files/package-root.ts";
import { PROTOCOL_VERSION } from "../../src/stream/protocol.ts";
import { fence } from "../markdown.ts";
import { paragraphs } from "./api.ts";
import { exportsOf } from "./declarations.ts";

/** One section per file of the protocol, one heading per message or part of one. */
export function protocolReference(): string {
  const folder = join(packageRoot, "src", "stream", "protocol");
  const files = readdirSync(folder).sort();
  const sections = files.flatMap((file) => {
    const found = exportsOf(join(folder, file)).filter(({ text }) => !/^(async )?function/.test(text));
    if (found.length === 0) return [];
    const parts = found.map(({ name, about, text }) =>
      [`### ${name}`, paragraphs(about), fence("ts", text)].join("\n\n"),
    );
    return [`## ${file.replace(".ts", "").replaceAll("-", " ")}`, ...parts];
  });
  return [`Version ${PROTOCOL_VERSION}.`, ...sections].join("\n\n");
}
