/** Changes files of a run as faults and forgers do. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LineRecord, ManifestWriter, readManifest } from "../../src/runs/manifest.ts";
import { runPaths } from "../../src/runs/run-folder.ts";

/** Flips a bit of a file. @param at the byte */
export function flipBit(path: string, at: number, bit: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1 << bit;
  writeFileSync(path, bytes);
}

/** Writes a manifest that is sound in itself but for one record, as if the training had recorded that. */
export async function forgeRecord(
  run: string,
  iteration: number,
  change: (record: LineRecord, line: string) => { readonly record: LineRecord; readonly line: string },
): Promise<void> {
  const { manifest: path, metrics } = runPaths(run);
  const { records } = (await readManifest(path))!;
  const lines = readFileSync(metrics, "utf8").trimEnd().split("\n");
  rmSync(path);
  const writer = new ManifestWriter(path);
  let at = 0;
  for (const record of records) {
    if (record.record === "start") writer.begin(record);
    else {
      const line = lines[at]!;
      const isIt = record.event === "iteration" && record.iteration === iteration;
      const forged = isIt ? change(record, line) : { record, line };
      lines[at++] = forged.line;
      const { event, steps, iteration: number, hashes } = forged.record;
      writer.line(forged.line, { event, steps, iteration: number, hashes });
    }
  }
  writer.close();
  writeFileSync(metrics, `${lines.join("\n")}\n`);
}

/** A user's own task whose reward is wrong in one control step, once: as a machine with faulty memory computes. @returns its path */
export function faultyTask(folder: string, marker: string): string {
  const path = join(folder, "faulty.ts");
  writeFileSync(
    path,
    `import { existsSync, unlinkSync } from "node:fs";
import { registry } from "flowgait";
const base = registry.get("CartpoleBalance");
let calls = 0;
function fault() {
  if (++calls < 1300 || !existsSync(${JSON.stringify(marker)})) return 0;
  unlinkSync(${JSON.stringify(marker)});
  return 1e-6;
}
export default { ...base, name: "Faulty", reward: { ...base.reward, fault: { weight: 1, of: fault } } };
`,
  );
  return path;
}
