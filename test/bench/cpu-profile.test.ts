import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { threadSeconds } from "../../bench/cpu-profile.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

/** Counts for 0.3 s after it has waited for 0.3 s, and prints the moments between, in µs. */
const SCRIPT = `
  const now = () => Number(process.hrtime.bigint() / 1000n);
  const begin = now();
  setTimeout(() => {
    const middle = now();
    while (now() < middle + 300_000);
    console.log(JSON.stringify([begin, middle, now()]));
  }, 300);`;

describe("a CPU profile", () => {
  it("tells waiting from JavaScript in the time that is asked for", async () => {
    const folder = scratchFolder();
    const flags = ["--cpu-prof", "--cpu-prof-dir", folder];
    const [begin, middle, end] = JSON.parse(execFileSync(process.execPath, [...flags, "-e", SCRIPT]).toString());
    const [first, ...others] = await threadSeconds(folder, begin, middle);
    const [second] = await threadSeconds(folder, middle, end);
    expect(others).toEqual([]);
    expect(first.waiting).toBeGreaterThan(0.8 * ((middle - begin) / 1e6));
    expect(second.javascript).toBeGreaterThan(0.8 * ((end - middle) / 1e6));
    expect(first.engine + first.physics + second.engine + second.physics).toBe(0);
  });
});
