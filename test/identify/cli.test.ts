/** The page's walk from targets to an overlay, as it is printed there. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { overlaySchema } from "../../src/config/overlay.ts";
import { packageRoot } from "../../src/files/package-root.ts";
import { callCli } from "../cli/cli-process.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

const page = readFileSync(join(packageRoot, "docs", "identify.md"), "utf8");
const blocks = [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(([, language, text]) => ({
  language,
  text: text!,
}));
const truth = blocks.find(({ language }) => language === "json")!.text;
const printed = blocks.find(({ language }) => language === "")!.text;

it("docs/identify.md prints what its commands print, and the overlay holds the truth within 5 %", {
  timeout: 120_000,
}, async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, "truth.json"), truth);
  const commands = blocks.find(({ language, text }) => language === "sh" && text.includes("--simulate"))!.text;
  const outputs: string[] = [];
  for (const line of commands.trim().split("\n")) {
    const words = line.replace("npx flowgait ", "").split(/\s+/);
    const { code, stdout, stderr } = await callCli(
      ...words.map((word) => (/\.(csv|json)$/.test(word) ? join(folder, word) : word)),
    );
    expect(code, stderr).toBe(0);
    outputs.push(stdout.replaceAll(`${folder}/`, ""));
  }
  expect(outputs.at(-1)).toBe(printed);
  const { joints, identified } = overlaySchema.parse(
    JSON.parse(readFileSync(join(folder, "leg.overlay.json"), "utf8")),
  );
  for (const [joint, values] of Object.entries(overlaySchema.parse(JSON.parse(truth)).joints))
    for (const [name, value] of Object.entries(values))
      expect(joints[joint]![name as keyof typeof values]! / value, `${joint} ${name}`).toBeCloseTo(1, 1.3);
  expect(identified!.log.name).toBe("log.csv");
});

it.each([
  ["identify go1", "<log> is missing; expected a recording, or --excite <file> to write targets for one"],
  ["identify gone1 log.csv", '<robot>: there is no robot or task "gone1"; nearest: go1'],
  ["identify cartpole log.csv", "CartpoleBalance: no joint has a position servo; expected joints that follow targets"],
  ["identify go1 nowhere.csv", "nowhere.csv: does not exist, expected a log of joints, CSV or MCAP"],
  ["identify go1 log.csv --keep both", '--keep: got "both", expected kd, damping'],
  ["identify go1 log.csv --overlay a.json", "--overlay: is only for --simulate; omit this flag"],
  ["identify go1 log.csv --excite a.csv", "<log>: got log.csv with --excite, expected one of them"],
])("flowgait %s says in one line what is wrong", async (line, message) => {
  const { code, stderr } = await callCli(...line.split(" "));
  expect([code === 0, stderr]).toEqual([false, `flowgait: ${message}\n`]);
});
