import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { TaskPresets } from "../../src/config/presets.ts";
import { registry, resolveTask } from "../../src/tasks/index.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { callCli } from "../cli/cli-process.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-presets-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A user's task file with these presets, as they stand in it. */
function taskFile(name: string, presets: string): string {
  const file = join(folder, `${name}.ts`);
  writeFileSync(
    file,
    `import { defineTask, direct, suiteRecipe } from "flowgait";
export default defineTask({
  name: "${name}",
  scene: "scenes/cartpole.xml",
  timing: { controlHz: 100, physicsHz: 100, episodeSeconds: 10 },
  action: direct({ squash: "tanh" }),
  observe: { position: { of: (s) => s.sim.qpos } },
  reward: { still: { weight: 1, of: () => 1 } },
  presets: ${presets},
});
`,
  );
  return file;
}

function configOf(presets: TaskPresets, preset?: "laptop" | "paper") {
  return resolveTrainConfig({ task: "./mine.ts", presets, preset });
}

describe("presets beside tasks", () => {
  it("every registered task's own give a configuration, for every budget and algorithm that they name", () => {
    for (const { name, presets } of registry.list()) {
      for (const [preset, algorithms] of Object.entries(presets)) {
        for (const algorithm of Object.keys(algorithms)) {
          const request = { task: name, preset, algorithm } as Parameters<typeof resolveTrainConfig>[0];
          expect(resolveTrainConfig(request).algorithm.name).toBe(algorithm);
        }
      }
    }
  });

  it("a user's own task brings what trains it", async () => {
    const file = taskFile("mine", "suiteRecipe({ steps: 123_456, noisePeriod: 4, gamma: 0.9 })");
    const { presets } = await resolveTask(file);
    const config = resolveTrainConfig({ task: file, presets });
    expect(config).toMatchObject({ steps: 123_456, algorithm: { name: "fpo", gamma: 0.9 } });
    const { code, stdout } = await callCli("train", file, "--algorithm", "ppo", "--print-config");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ steps: 123_456, algorithm: { name: "ppo", gamma: 0.9 } });
  });

  it("flags go before them, and they go before the general ones", () => {
    const presets: TaskPresets = { laptop: { ppo: { envs: 32, horizon: 10 } } };
    const config = resolveTrainConfig({ task: "./mine.ts", presets, overrides: { envs: 64 } });
    expect(config).toMatchObject({ envs: 64, horizon: 10, algorithm: { name: "ppo" } });
  });

  it("rough ground does not inherit what trains its flat form", () => {
    expect(registry.get("Go1JoystickFlatTerrain").presets.laptop).toBeDefined();
    expect(registry.get("Go1JoystickRoughTerrain").presets).toEqual({});
  });

  it("what is wrong in them is found by its place in the task, not blamed on a flag", () => {
    const wrong = (presets: unknown) => () => configOf(presets as TaskPresets);
    expect(wrong({ laptop: { fpo: { envs: -3 } } })).toThrow(/^\.\/mine\.ts, presets\.laptop\.fpo: envs: got -3/);
    expect(wrong({ laptop: { fpo: { algorithm: { clipp: 1 } } } })).toThrow(
      /^\.\/mine\.ts, presets\.laptop\.fpo: algorithm\.clipp: /,
    );
    expect(wrong({ laptopp: {} })).toThrow('./mine.ts, presets: got "laptopp", expected laptop, paper or released');
    expect(wrong({ laptop: { fpoo: {} } })).toThrow('./mine.ts, presets.laptop: got "fpoo", expected fpo, fpo++');
  });
});
