/** Whether the files of a run still say what was written: manifest, config.json and metrics.jsonl. Nothing is computed here. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { readError } from "../files/atomic-file.ts";
import { UserError } from "../math/user-error.ts";
import {
  type ArrayHashes,
  type LineRecord,
  type ManifestRecord,
  readManifest,
  type StartRecord,
  sha256,
} from "../runs/manifest.ts";
import { runPaths } from "../runs/run-folder.ts";
import { stateAfter } from "../train/iteration-hashes.ts";
import { copyHashes, readConfigText } from "./run-recorder.ts";

/** Something that is not what the run recorded. */
export interface Fault {
  /** A file of the run's folder, and where in it */
  readonly place: string;
  /** What is wrong there; one sentence without a full stop */
  readonly found: string;
}

/** An iteration that can be compared. */
export interface RecordedIteration {
  readonly iteration: number;
  readonly steps: number;
  readonly hashes: NonNullable<LineRecord["hashes"]>;
  /** Of the part of the run that it belongs to */
  readonly start: StartRecord;
  /** Its line of metrics.jsonl */
  readonly line: string;
}

/** What a run's files say. */
export interface RunRecords {
  readonly starts: readonly StartRecord[];
  /** By number. */
  readonly iterations: ReadonlyMap<number, RecordedIteration>;
  readonly faults: readonly Fault[];
}

/** @throws UserError where the folder is no run or has no manifest */
export async function readRecords(folder: string): Promise<RunRecords> {
  const paths = runPaths(folder);
  const [config, manifest] = [await readConfigText(folder), await readManifest(paths.manifest)];
  if (manifest === null)
    throw new UserError(
      `${folder}: has no manifest.jsonl, because an older version of flowgait trained it; expected a run that keeps one`,
    );
  const { records, damagedLine } = manifest;
  const starts = records.filter((record) => record.record === "start");
  const lines = await linesOf(paths.metrics);
  const iterations = iterationsOf(records, lines);
  const damaged =
    damagedLine === null ? [] : [{ place: `manifest.jsonl, line ${damagedLine}`, found: "is not what was written" }];
  const faults = [
    ...damaged,
    ...(damagedLine === null ? configFaults(config, starts.at(-1)) : []),
    ...copyFaults(await copyHashes(folder), starts.at(-1)),
    ...lineFaults(records, lines, damagedLine === null),
    ...stateFaults(records),
  ];
  return { starts, iterations, faults };
}

async function linesOf(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw readError(path, error, "the metrics of a run");
  });
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function iterationsOf(records: readonly ManifestRecord[], lines: readonly string[]) {
  const iterations = new Map<number, RecordedIteration>();
  let start: StartRecord | null = null;
  let at = 0;
  for (const record of records) {
    if (record.record === "start") {
      start = record;
      continue;
    }
    const line = lines[at++] ?? "";
    const { iteration, steps, hashes } = record;
    if (hashes && iteration !== undefined && start)
      iterations.set(iteration, { iteration, steps, hashes, start, line });
  }
  return iterations;
}

function configFaults(text: string, start: StartRecord | undefined): Fault[] {
  if (start === undefined || sha256(text) === start.configSha256) return [];
  const place = "config.json";
  let now: unknown;
  try {
    now = JSON.parse(text);
  } catch (error) {
    return [{ place, found: `is not valid JSON (${(error as Error).message})` }];
  }
  const changed = differences(now, start.config).map(({ path, found, expected }) => {
    return { place, found: `${path.replace(/^config\./, "")} is ${found}, recorded: ${expected}` };
  });
  return changed.length > 0 ? changed : [{ place, found: "has other bytes than were written, but the same values" }];
}

/** The run's copies of the user's own files. */
function copyFaults(found: ArrayHashes, start: StartRecord | undefined): Fault[] {
  const { files = {} } = start ?? {};
  return differingNames(found, files).map((place) => {
    const verdict = found[place] === undefined ? "is missing" : files[place] ? "was changed" : "is no file of the run";
    return { place, found: verdict };
  });
}

interface Difference {
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

/** Values of a document that differ from another, by dotted path. */
function differences(found: unknown, expected: unknown, path = ""): Difference[] {
  if (!isGroup(found) || !isGroup(expected)) {
    const [a, b] = [found, expected].map((value) => (value === undefined ? "missing" : JSON.stringify(value)));
    return a === b ? [] : [{ path, found: a!, expected: b! }];
  }
  const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
  return [...keys].flatMap((key) => differences(found[key], expected[key], path === "" ? key : `${path}.${key}`));
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first line of metrics.jsonl that is not the recorded one. */
function lineFaults(records: readonly ManifestRecord[], lines: readonly string[], isWhole: boolean): Fault[] {
  const recorded = records.filter((record) => record.record === "line");
  const found = lines.map((line) => sha256(line));
  const at = recorded.findIndex(({ line }, index) => line !== found[index]);
  const place = (index: number) => `metrics.jsonl, line ${index + 1}`;
  if (at < 0)
    return isWhole && lines.length > recorded.length
      ? [{ place: place(recorded.length), found: "was not written by the training" }]
      : [];
  const { event, iteration, steps, line } = recorded[at]!;
  const number = iteration === undefined ? "" : ` of iteration ${iteration}`;
  const what = `the ${event === "log" ? "note" : event === "evaluation" ? "evaluation" : "report"}${number}, at ${steps.toLocaleString("en")} steps,`;
  const isMissing = found[at] === undefined || found[at] === recorded[at + 1]?.line;
  const verdict = isMissing ? "is missing" : found[at + 1] === line ? "has another line before it" : "was changed";
  return [{ place: place(at), found: `${what} ${verdict}` }];
}

/** Resumptions from another state than the iteration before them left. */
function stateFaults(records: readonly ManifestRecord[]): Fault[] {
  const after = new Map<number, ArrayHashes>();
  const faults: Fault[] = [];
  for (const record of records) {
    if (record.record === "line") {
      if (record.hashes && record.iteration !== undefined) after.set(record.iteration, stateAfter(record.hashes));
      continue;
    }
    const expected = after.get(record.iteration);
    const differing = expected === undefined ? [] : differingNames(record.state, expected);
    if (differing.length > 0)
      faults.push({
        place: `manifest.jsonl, resumption after iteration ${record.iteration}`,
        found: `it began with other ${differing.join(", ")} than that iteration left`,
      });
  }
  return faults;
}

/** Names of the arrays whose hashes differ, or that one side lacks. */
export function differingNames(found: ArrayHashes, expected: ArrayHashes): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
  return [...names].filter((name) => found[name] !== expected[name]);
}

/** A file of the run as people find it. */
export function placeIn(path: string): string {
  return `checkpoints/${basename(path)}`;
}
