import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { replayText } from "../../../src/catalogue/replay-file.ts";
import type { LoggedChange } from "../../../src/drive/drive-orders.ts";
import { DriveSession } from "../../../src/drive/drive-session.ts";
import { createEngine } from "../../../src/graph/index.ts";
import { writeTask } from "../../check/sound-task.ts";
import { scratchFolder } from "../../train/scratch-folder.ts";
import { callCli } from "../cli-process.ts";

/** A drive under no policy in which a push topples the pole. */
async function replayOf(log: readonly LoggedChange[]): Promise<{ file: string; task: string }> {
  const policy = { key: "zero", data: { kind: "zero" }, noise: "zero" } as const;
  const task = writeTask();
  const setup = { task, seed: 5, policy, disturbances: true, command: null };
  const session = await DriveSession.create(
    { setup, course: { setup, log, steps: 150, digest: "" } },
    createEngine("ort"),
  );
  await session.seek(150);
  const { text } = replayText(await session.course());
  session.delete();
  const file = join(scratchFolder(), "drive.replay.json");
  writeFileSync(file, text);
  return { file, task };
}

const PUSH: LoggedChange = { step: 80, change: { kind: "push", angle: 0, speed: 3 } };

describe("flowgait why", () => {
  it("names the push that toppled a robot; each verdict is a replay file that replays bit for bit", async () => {
    const { file, task } = await replayOf([{ step: 20, change: { kind: "push", angle: 1, speed: 0.1 } }, PUSH]);
    const out = join(scratchFolder(), "why");
    const { code, stdout, stderr } = await callCli("why", file, "--task", task, "--out", out, "--json");
    expect(code, stderr).toBe(0);
    const { smallest, causes, replays, verdict, page } = JSON.parse(stdout);
    expect(smallest).toEqual(["change:1"]);
    expect(verdict).toContain("Without push 3 m/s at 1.60 s it does not fall");
    expect(causes.map(({ words }: { words: string }) => words)).toContain("kicks (kick)");
    expect(readFileSync(page, "utf8")).toContain("Watch the verdicts");
    expect(replays.length).toBeGreaterThanOrEqual(2);
    for (const { file: replay, falls } of replays) {
      const replayed = await callCli("replay", replay, "--task", task);
      expect(replayed.stdout, replayed.stderr).toMatch(/^identical, bit for bit/);
      expect(falls).toBe(replay.endsWith("fall.replay.json"));
    }
    const again = await callCli("why", replays[0].file, "--task", task, "--no-rescue");
    expect(again.stdout).toMatch(/^Sled, fall 1 of 1\n\nIt fell after 1\.\d+ s \(fell\)\. Without push 3 m\/s/);
    expect(again.stdout).toMatch(/flowgait replay .*without-1\.replay\.json --view/);
    expect(existsSync(join(out, "fall.why-1", "index.html"))).toBe(true);
  });

  it("refuses a replay without a fall, and a policy that there is not, in one line", async () => {
    const { file, task } = await replayOf([]);
    expect(await callCli("why", file, "--task", task)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/\nflowgait: [^\n]*drive\.replay\.json: no fall in it, expected a drive in which/),
    });
    expect(await callCli("why", "Humanoid")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^flowgait: Humanoid: does not exist, expected a run folder[^\n]*\n$/),
    });
  });
});
