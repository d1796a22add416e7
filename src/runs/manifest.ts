/**
 * A run's manifest: what every iteration was computed from and what it came to, as hashes, so that anybody can compute it again and compare.
 * manifest.jsonl has one record for every line of metrics.jsonl, and one for every start and resumption. Each record ends with a hash of all
 * records up to it, so that a changed one is noticed and located.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { AppendedFile } from "../files/appended-file.ts";
import { readError, writeFileAtomically } from "../files/atomic-file.ts";

/** Raised when older programs could no longer read the file. */
export const MANIFEST_VERSION = 1;

/** Names of arrays with the hash of each; which arrays there are is the training's affair. */
export type ArrayHashes = Readonly<Record<string, string>>;

const hashes = z.record(z.string(), z.string());

/** Parts of an iteration, in the order in which they are computed. */
export const ITERATION_PARTS = ["rollout", "advantages", "update"] as const;

/** What one iteration came to: its experience, what the learner derives from it, and the training's state after it. */
export type IterationHashes = Readonly<Record<(typeof ITERATION_PARTS)[number], ArrayHashes>>;

const startSchema = z.object({
  record: z.literal("start"),
  manifestVersion: z.literal(MANIFEST_VERSION),
  packageVersion: z.string(),
  /** sha256 of the package's code, scenes and models */
  package: z.string(),
  /** Two machines compute the same bits where this is the same */
  arithmetic: z.string(),
  /** Iterations and environment steps before it */
  iteration: z.int(),
  steps: z.int(),
  /** The training's state at this moment */
  state: hashes,
  /** config.json as it was written: its sha256 and its contents */
  configSha256: z.string(),
  config: z.unknown(),
  /** sha256 of the run's copies of the user's own task and robot, by path in the run's folder */
  files: hashes,
});

const lineSchema = z.object({
  record: z.literal("line"),
  /** sha256 of the line of metrics.jsonl, without its end */
  line: z.string(),
  event: z.string(),
  steps: z.int(),
  iteration: z.int().optional(),
  hashes: z.object({ rollout: hashes, advantages: hashes, update: hashes }).optional(),
});

const recordSchema = z.discriminatedUnion("record", [startSchema, lineSchema]);

/** The beginning of a run, or of a part of it after a resumption. */
export type StartRecord = z.infer<typeof startSchema>;
/** One line of metrics.jsonl; an iteration's has hashes. */
export type LineRecord = z.infer<typeof lineSchema>;
/** A line of the manifest. */
export type ManifestRecord = StartRecord | LineRecord;

/** A manifest that was read. */
export interface Manifest {
  /** Up to the first damaged one. */
  readonly records: readonly ManifestRecord[];
  /** The first line that is not what was written, counted from 1; null where all are. */
  readonly damagedLine: number | null;
}

/** What is at the end of every record, before the first one. */
const FIRST_CHAIN = "0".repeat(64);
const CHAIN = ',"chain":"';

/** sha256 in hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Appends records. */
export class ManifestWriter {
  readonly #file: AppendedFile;
  #chain: string;

  /** Opens or creates the file. @throws UserError when it cannot be written, also from later calls */
  constructor(path: string) {
    this.#file = new AppendedFile(path);
    const last = readFileSync(path, "utf8").trimEnd().split("\n").at(-1)!;
    this.#chain = last === "" ? FIRST_CHAIN : chainOf(last);
  }

  /** Records a start. */
  begin(start: Omit<StartRecord, "record" | "manifestVersion">): void {
    this.#append({ record: "start", manifestVersion: MANIFEST_VERSION, ...start });
  }

  /** Records a line of metrics.jsonl. @param text the line without its end */
  line(text: string, about: Omit<LineRecord, "record" | "line">): void {
    this.#append({ record: "line", line: sha256(text), ...about });
  }

  /** Writes the whole content to another file. Throws UserError when that is not possible. */
  copyTo(path: string): void {
    this.#file.copyTo(path);
  }

  /** Makes the content durable. */
  close(): void {
    this.#file.close();
  }

  #append(record: ManifestRecord): void {
    const line = chained(record, this.#chain);
    this.#file.append(`${line}\n`);
    this.#chain = chainOf(line);
  }
}

/**
 * Reads a manifest up to its first damaged record.
 * @returns null where the run has none, since an older version trained it
 */
export async function readManifest(path: string): Promise<Manifest | null> {
  const text = await readText(path);
  if (text === null) return null;
  const lines = text.split("\n");
  const isWhole = lines.pop() === "";
  const records: ManifestRecord[] = [];
  let chain = FIRST_CHAIN;
  for (const line of lines) {
    const record = recordOf(line, chain);
    if (record === null) return { records, damagedLine: records.length + 1 };
    records.push(record);
    chain = chainOf(line);
  }
  return { records, damagedLine: isWhole ? null : lines.length + 1 };
}

/**
 * Drops the records of what is computed again, before a run continues, and a last one that a crash cut off. Then every line of metrics.jsonl has
 * its record, also those that a crash or an older version left without one.
 * @param steps environment steps of the checkpoint that training resumes from
 */
export async function truncateManifest(path: string, metrics: string, steps: number): Promise<void> {
  const text = (await readText(path)) ?? "";
  const lines = text.split("\n").slice(0, -1);
  const kept = lines.filter((line) => (looselyRead(line)?.steps ?? 0) <= steps);
  if (kept.length < lines.length || !text.endsWith("\n"))
    await writeFileAtomically(path, kept.map((line) => `${line}\n`).join(""));
  const recorded = kept.filter((line) => looselyRead(line)?.record === "line").length;
  const reported = ((await readText(metrics)) ?? "").split("\n").slice(0, -1);
  if (recorded >= reported.length) return;
  const writer = new ManifestWriter(path);
  for (const line of reported.slice(recorded)) {
    const { event = "", steps: at = 0, iteration } = JSON.parse(line) as Partial<LineRecord>;
    writer.line(line, { event, steps: at, ...(iteration !== undefined && { iteration }) });
  }
  writer.close();
}

/** The record with the hash of all up to it, as JSON. */
function chained(record: ManifestRecord, before: string): string {
  const text = JSON.stringify(record).slice(0, -1);
  return `${text}${CHAIN}${sha256(before + text)}"}`;
}

/** What a line ends with, right or not: the records after a damaged one are still those that followed it. */
function chainOf(line: string): string {
  return line.slice(-FIRST_CHAIN.length - 2, -2);
}

/** null where it is not what was written. */
function recordOf(line: string, before: string): ManifestRecord | null {
  const text = line.slice(0, -(CHAIN.length + FIRST_CHAIN.length + 2));
  if (line !== `${text}${CHAIN}${sha256(before + text)}"}`) return null;
  const { data } = recordSchema.safeParse(JSON.parse(`${text}}`));
  return data ?? null;
}

/** A record whose hash may be wrong: resuming mends nothing, so that `verify` still finds it. */
function looselyRead(line: string): Partial<LineRecord> | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Null where there is no such file. */
async function readText(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw readError(path, error, "the manifest of a run");
  });
}
