/**
 * Which layouts `flowgait doctor --guess` finds, with and without the normaliser at the file's input, and what it costs:
 *   node dist/bench/guess/layouts-found.js HumanoidJoystick --ways "clock: by foot | sign of gravity: reversed; clock: by foot" [--lesson trot] [--only with|without]
 * The network of the controller that ships is written in another layout. Ways are separated by |, and what differs in one way by ;.
 * CPU seconds are those of the search in one thread, without the start of the program.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findPolicyFile } from "../../src/catalogue/policy-file.ts";
import type { Adapter } from "../../src/export/adapter.ts";
import { processOutput } from "../../src/files/output.ts";
import { inputNormaliser } from "../../src/graph/index.ts";

import { Search } from "../../src/guess/search.ts";
import { type Walk, Walker, type WalkPlan } from "../../src/guess/walk.ts";
import { resolveTask } from "../../src/tasks/index.ts";
import { type Choices, withLayouts, writePermuted } from "./permuted-file.ts";

const PLAN: WalkPlan = { seconds: 4, episodes: 2, seed: 1000003 };
const output = processOutput();
const folder = mkdtempSync(join(tmpdir(), "flowgait-guess-"));

function choicesOf(way: string): Choices {
  return Object.fromEntries(
    way.split(";").map((one) => {
      const [name, option] = one.split(":").map((text) => text.trim());
      return [name, option];
    }),
  );
}

/** One line: what was found of a file in a way. */
async function measure(robot: string, lesson: string | undefined, way: string, hides: boolean): Promise<void> {
  await withLayouts(robot, async (space, env) => {
    const file = join(folder, "walk.onnx");
    const expected = writePermuted(robot, space, choicesOf(way), file);
    const policy = await (await findPolicyFile(file)).bind(env);
    const normaliser = hides ? null : inputNormaliser(policy.bytes, policy.obsSize, file);
    const walker = await Walker.create(await resolveTask(robot, { lesson }), policy);
    const { user } = process.cpuUsage();
    const search = new Search(space, normaliser, PLAN.seed, async (all, plan) => {
      const walks: Walk[] = [];
      for (const who of all) walks.push(await walker.walk(who, plan));
      return walks;
    });
    const { finalists, tries } = await search.run(PLAN);
    const seconds = (process.cpuUsage().user - user) / 1e6;
    await walker.delete();
    const rank = 1 + finalists.findIndex(({ adapter }) => isSame(adapter, expected));
    const best = `${finalists[0].walked.toFixed(2)} s: ${space.words(finalists[0].layout).join("; ") || "nothing"}`;
    const evidence = normaliser === null ? "without a normaliser" : "with a normaliser";
    const came = rank === 1 ? "found" : rank === 0 ? `not found (${best})` : `rank ${rank} (${best})`;
    output.result(`${robot}, ${way.trim()}, ${evidence}: ${came}; ${tries} layouts, ${seconds.toFixed(1)} s of CPU\n`);
  });
}

function isSame(a: Adapter, b: Adapter): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    ways: { type: "string", default: "sign of gravity: reversed" },
    lesson: { type: "string" },
    only: { type: "string" },
  },
});
const evidence = values.only === undefined ? [false, true] : [values.only === "without"];
for (const robot of positionals)
  for (const way of values.ways.split("|"))
    for (const hides of evidence) await measure(robot, values.lesson, way, hides);
rmSync(folder, { recursive: true, force: true });
