/**
 * Measures of the code: `node dist/test/measures.js` prints them, `--json` as one document. Lines and files per folder and room, lengths of
 * functions and files, and the share of exported declarations with a doc comment. Goals stand in the heading of each column.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync, Visitor } from "vite";
import { formatTable } from "../src/cli/table.ts";
import { packageRoot } from "../src/files/package-root.ts";
import { declarationsOf } from "./declarations.ts";

const FOLDERS = ["src", "viewer", "bench", "test"];
const LONG_LINE = 140;

/** What is measured of one file. */
interface FileMeasures {
  readonly file: string;
  readonly lines: number;
  readonly longLines: number;
  /** Lines of each function, methods and arrow functions of more than one line among them */
  readonly functions: readonly number[];
  readonly declared: number;
  readonly documented: number;
}

/** Lines of every function of a source text; one within another counts for both. */
export function functionLengths(file: string, text: string): number[] {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const lineAt = (offset: number) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low;
  };
  const lengths: number[] = [];
  const measure = ({ start, end }: { start: number; end: number }) =>
    void lengths.push(lineAt(end - 1) - lineAt(start) + 1);
  const arrow = (node: { start: number; end: number }) => {
    if (lineAt(node.end - 1) > lineAt(node.start)) measure(node);
  };
  const { program } = parseSync(file, text);
  new Visitor({ FunctionDeclaration: measure, FunctionExpression: measure, ArrowFunctionExpression: arrow }).visit(
    program,
  );
  return lengths;
}

function measuresOf(file: string): FileMeasures {
  const text = readFileSync(join(packageRoot, file), "utf8");
  const lines = text.split("\n");
  const declared = declarationsOf(text);
  return {
    file,
    lines: lines.length - 1,
    longLines: lines.filter((line) => line.length > LONG_LINE).length,
    functions: functionLengths(file, text),
    declared: declared.length,
    documented: declared.filter(({ isDocumented }) => isDocumented).length,
  };
}

/** The value that so large a share of the values does not exceed; 0 of none. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/** The measures of some files together. */
export function summary(files: readonly FileMeasures[]) {
  const functions = files.flatMap((file) => file.functions);
  const lines = files.map((file) => file.lines);
  const total = (of: (file: FileMeasures) => number) => files.reduce((sum, file) => sum + of(file), 0);
  const declared = total((file) => file.declared);
  return {
    files: files.length,
    lines: total((file) => file.lines),
    functions: functions.length,
    functionMedian: quantile(functions, 0.5),
    function95: quantile(functions, 0.95),
    functionLongest: Math.max(0, ...functions),
    fileMedian: quantile(lines, 0.5),
    fileLongest: Math.max(0, ...lines),
    documented: declared === 0 ? null : total((file) => file.documented) / declared,
    longLines: total((file) => file.longLines),
  };
}

/** src by room, the other folders whole. */
export function measureAll(): Record<string, ReturnType<typeof summary>> {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => measuresOf(join(folder, name))),
  );
  const groups = new Map<string, FileMeasures[]>();
  const add = (group: string, file: FileMeasures) => groups.set(group, [...(groups.get(group) ?? []), file]);
  for (const file of files) {
    const [folder = "", room = "", ...rest] = file.file.split("/");
    add(folder, file);
    if (folder === "src" && rest.length > 0) add(`src/${room}`, file);
  }
  return Object.fromEntries([...groups].map(([group, held]) => [group, summary(held)]));
}

function print(): void {
  const measures = measureAll();
  if (process.argv.includes("--json")) {
    process.stdout.write(`${JSON.stringify(measures)}\n`);
    return;
  }
  const number = { align: "right" } as const;
  const headings = [
    "files",
    "lines",
    "functions",
    "median ≤ 10",
    "95 % ≤ 40",
    "longest ≤ 80",
    "file median ≤ 150",
    "longest ≤ 400",
    "documented ≥ 90 %",
    `lines > ${LONG_LINE}`,
  ];
  const rows = Object.entries(measures).map(([group, { documented, ...counts }]) => {
    const { longLines, ...rest } = counts;
    const share = documented === null ? "–" : `${(100 * documented).toFixed(1)} %`;
    return [group, ...Object.values(rest).map(String), share, String(longLines)];
  });
  const columns = [{ heading: "" }, ...headings.map((heading) => ({ heading, ...number }))];
  process.stdout.write(`${formatTable(columns, rows)}\n`);
}

if (process.argv[1] === import.meta.filename) print();
