/** Logs as people write them, and what is said of those that cannot be used. */
import { describe, expect, it } from "vitest";
import { csvOfLog, parseCsvLog } from "../../src/identify/csv-log.ts";
import { checkMotion, type JointLog } from "../../src/identify/joint-log.ts";
import { mcapOfLog, parseMcapLog } from "../../src/identify/mcap-log.ts";

const ROWS = 30;
const log: JointLog = {
  source: "log",
  time: Float64Array.from({ length: ROWS }, (_, row) => Number((0.02 * row).toFixed(6))),
  joints: ["hip", "knee.left"],
  targets: Float64Array.from({ length: 2 * ROWS }, (_, i) => (i % 7) / 8),
  positions: Float64Array.from({ length: 2 * ROWS }, (_, i) => (i % 5) / 16),
  base: Float64Array.from({ length: 4 * ROWS }, (_, i) => (i % 4 === 0 ? 1 : 0)),
};
const csv = csvOfLog(log);
const cells = csv
  .trim()
  .split("\n")
  .map((line) => line.split(","));
/** The CSV with one cell changed. */
function changed(row: number, column: number, text: string): string {
  const all = cells.map((line) => [...line]);
  all[row]![column] = text;
  return all.map((line) => line.join(",")).join("\n");
}
const refusal = (text: string) => {
  try {
    parseCsvLog(text, "log.csv");
  } catch (error) {
    return (error as Error).message;
  }
  return "accepted";
};

it("a log is the same after it was written as CSV and as MCAP", async () => {
  expect(parseCsvLog(csv, "log")).toEqual(log);
  const read = parseMcapLog(await mcapOfLog(log), "log");
  expect(read).toEqual(log);
});

it("columns come in any order, lines may end as on Windows, times begin anywhere, velocities and torques are not read", () => {
  const turned = cells.map((line, i) => {
    const time = i === 0 ? line[0]! : String(Number(line[0]) + 5);
    return [...line.slice(1).reverse(), time, i === 0 ? "hip.velocity" : "x"].join(" , ");
  });
  const read = parseCsvLog(`${turned.join("\r\n")}\r\n`, "log");
  expect(read.joints).toEqual(["knee.left", "hip"]);
  read.time.forEach((at, row) => void expect(at).toBeCloseTo(log.time[row]!, 9));
  expect([read.targets[0], read.targets[1]]).toEqual([log.targets[1], log.targets[0]]);
});

describe("one line names what is wrong", () => {
  it.each([
    ["a text for a number", changed(4, 1, "abc"), 'log.csv:5: hip.target is "abc"; expected a number'],
    ["NaN", changed(9, 2, "nan"), 'log.csv:10: hip.position is "nan"; expected a number'],
    ["an empty cell", changed(9, 2, ""), 'log.csv:10: hip.position is ""; expected a number'],
    [
      "a gap in time",
      changed(6, 0, "0.13"),
      /^log\.csv:7: uneven times: 0\.05 s after the row before; expected about 0\.02 s/,
    ],
    ["time that goes back", changed(6, 0, "0.02"), /^log\.csv:7: uneven times: -0\.06 s/],
    [
      "an unknown column",
      changed(0, 1, "hip.current"),
      /^log\.csv: unknown column "hip\.current"; expected time, <joint>/,
    ],
    ["no time", changed(0, 0, "hip.torque"), /^log\.csv: column "time" is missing; expected/],
    ["no position", changed(0, 2, "hip.velocity"), /^log\.csv: column "hip\.position" is missing/],
    ["no target", changed(0, 1, "hip.velocity"), /^log\.csv: column "hip\.target" is missing/],
    ["a column twice", changed(0, 1, "hip.position"), "log.csv: a column is named twice; expected each once"],
    ["half a quaternion", changed(0, 5, "hip.torque"), /^log\.csv: column "base\.qw" is missing/],
    ["nothing", "", /^log\.csv: is empty; expected a first line with time/],
    ["few rows", csv.split("\n").slice(0, 5).join("\n"), "log.csv: has 4 rows; expected 20 or more"],
  ])("%s", (_, text, message) => {
    expect(refusal(text)).toMatch(message);
  });

  it("no motion", () => {
    const still = { ...log, positions: log.positions.map((at) => 1e-3 * at) };
    expect(() => checkMotion(log)).not.toThrow();
    expect(() => checkMotion(still)).toThrow(
      /^log: no joint moves, "hip" the furthest by 0\.00025 rad; expected joints/,
    );
  });

  it("what is no MCAP, or lacks a topic or a joint", async () => {
    const of = (bytes: Uint8Array) => () => parseMcapLog(bytes, "log.mcap");
    expect(of(new TextEncoder().encode("time,hip"))).toThrow(/^log\.mcap: /);
    expect(of(await mcapOfLog({ ...log, time: new Float64Array(0) }))).toThrow(
      "log.mcap: has no messages on /joint_targets; expected JSON with name and position",
    );
    const broken = log.positions.map((at, i) => (i === 11 ? Number.NaN : at));
    expect(of(await mcapOfLog({ ...log, positions: broken }))).toThrow(
      "log.mcap: /joint_states at 0.100 s: knee.left is null; expected a number",
    );
  });
});
