/** Exported files in ONNX Runtime's WebAssembly build, in a real browser, against the native build: the same bytes, the same answers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shippedController } from "../../src/catalogue/shipped-controllers.ts";
import type { Contract } from "../../src/export/contract/contract-schema.ts";
import { controllerOnnx } from "../../src/export/onnx-controller.ts";
import { PlayedRobot } from "../../src/export/page/played-robot.ts";
import { readController } from "../../src/export/read-controller.ts";
import { runOnnx } from "../../src/export/running-controller.ts";
import { packageRoot } from "../../src/files/package-root.ts";
import { Rng } from "../../src/math/rng.ts";
import { registry } from "../../src/tasks/index.ts";
import { launchBrowser } from "../viewer/browser.ts";
import { describedTask, origin, policyFor } from "./sample-policy.ts";

const RUNTIME = join(packageRoot, "node_modules", "onnxruntime-web", "dist");
const TYPES: Readonly<Record<string, string>> = { mjs: "text/javascript", wasm: "application/wasm" };
const ROWS = 100;
const task = registry.get("HumanoidJoystick");

/** What the robot saw in its first seconds under the controller, [ROWS, obsSize]. */
async function recorded(bytes: Uint8Array, contract: Contract): Promise<Float32Array> {
  const robot = await PlayedRobot.create(task, bytes, contract, 1);
  robot.command([0.5, 0, 0.3]);
  const obs = new Float32Array(ROWS * contract.task.obsSize);
  for (let row = 0; row < ROWS; row++) {
    await robot.step();
    obs.set(robot.observation, row * contract.task.obsSize);
  }
  robot.delete();
  return obs;
}

/** Runs in the page. Text, since the tests' own compiler would change its import. */
const IN_BROWSER = `async ({ file, inputs, rows, output }) => {
  const ort = await import("https://files.test/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(Uint8Array.from(file), { executionProviders: ["wasm"] });
  const tensor = (values) => new ort.Tensor("float32", Float32Array.from(values), [rows, values.length / rows]);
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, tensor(values)]));
  return Array.from((await session.run(feeds))[output].data);
}`;

describe("an exported controller in onnxruntime-web", () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.route("https://files.test/**", (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (name === "") return route.fulfill({ contentType: "text/html", body: "<!doctype html>" });
      const type = TYPES[name.split(".").at(-1)!];
      return route.fulfill({ contentType: type, body: readFileSync(join(RUNTIME, name)) });
    });
    await page.goto("https://files.test/");
  });
  afterAll(async () => {
    await browser?.close();
  });

  it.each([
    ["that ships", "zero"],
    ["with a noise input", "input"],
  ] as const)("%s gives what onnxruntime-node gives", async (_which, noise) => {
    const humanoid = await describedTask(task.name);
    const bytes =
      noise === "zero"
        ? readFileSync(shippedController(task.name)!)
        : controllerOnnx(policyFor(humanoid), humanoid, origin, { noise });
    const { contract } = readController(bytes, "a.onnx");
    const obs = await recorded(bytes, contract);
    const { noiseSize = 0 } = contract.policy;
    const drawn = new Float32Array(ROWS * noiseSize);
    new Rng().seek(3, 1).fillNormal(drawn);
    const native = await runOnnx(bytes, contract.output);
    const expected = new Float32Array(ROWS * humanoid.actionSize);
    await native.act(obs, noiseSize === 0 ? null : drawn, expected);
    await native.close();
    const inputs = { obs: [...obs], ...(noiseSize > 0 && { noise: [...drawn] }) };
    const job = { file: [...bytes], inputs, rows: ROWS, output: contract.output };
    const found = (await page.evaluate(`(${IN_BROWSER})(${JSON.stringify(job)})`)) as number[];
    expect(found).toHaveLength(expected.length);
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1);
    expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
  });
});
