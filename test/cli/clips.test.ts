import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { scratchFolder } from "../train/scratch-folder.ts";
import { callCli } from "./cli-process.ts";

interface Listed {
  readonly name: string;
  readonly use: string;
  readonly script: unknown;
  readonly style: { readonly arms: { readonly kind: string } };
}

it("lists 96 clips for training and 24 that are held out, each root path in four styles", async () => {
  const { stdout } = await callCli("clips", "--json");
  const clips = JSON.parse(stdout) as Listed[];
  expect(clips.filter(({ use }) => use === "training").length).toBe(96);
  expect(clips.filter(({ use }) => use === "held out").length).toBe(24);
  const paths = new Set(clips.map(({ script }) => JSON.stringify(script)));
  expect(paths.size).toBe(30);
  for (const path of paths) {
    const styles = clips.filter(({ script }) => JSON.stringify(script) === path);
    expect(new Set(styles.map(({ use }) => use)).size).toBe(1);
    expect(new Set(styles.map(({ style }) => JSON.stringify(style))).size).toBe(4);
    expect(new Set(styles.map(({ style }) => style.arms.kind)).size).toBe(4);
  }
});

it("writes a clip as CSV that --clips reads again", async () => {
  const folder = join(scratchFolder(), "mine");
  mkdirSync(folder);
  const written = await callCli("clips", "path24-a", "--csv", join(folder, "walk.csv"));
  expect(written.stdout).toMatch(/^path24-a: 506 frames at 50 Hz in .*walk\.csv\n$/);
  const listed = await callCli("clips", "--clips", folder);
  expect(listed.stdout).toMatch(/walk +training +10\.1 s +10\.1 s, recorded at 50 Hz/);
});

it("says in a line each what does not fit, and the right exit code", async () => {
  const folder = join(scratchFolder(), "bad");
  mkdirSync(folder);
  writeFileSync(join(folder, "a.csv"), "# hz: 30\n1,2,nan\n");
  writeFileSync(join(folder, "b.csv"), "1,2,3\n");
  const bad = await callCli("clips", "--clips", folder);
  expect([bad.code, bad.stderr]).toEqual([
    1,
    'flowgait: task HumanoidTrack: a.csv: frame 1, column 3 is "nan"; expected a finite number\n' +
      'flowgait: b.csv: gives no rate; expected a line "# hz: 30", or { "hz": 30 } in clips.json\n',
  ]);
  const missing = await callCli("clips", "--clips", "nowhere");
  expect(missing.stderr).toMatch(/--clips: .*nowhere does not exist; expected a folder of CSV files\n$/);
  const misspelt = await callCli("clips", "path24-x");
  expect([misspelt.code, misspelt.stderr]).toEqual([2, expect.stringContaining('clips: there is no clip "path24-x"')]);
  const other = await callCli("clips", "--task", "CheetahRun");
  expect(other.stderr).toBe("flowgait: --task: CheetahRun tracks no clips; expected a task such as HumanoidTrack\n");
});
