import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageUntil, settled } from "./browser.ts";
import { fill, SMALL, StudioProcess, stop, submit } from "./studio-process.ts";

/** A pole that falls to both sides. On one side an episode ends at LIMIT, on the other its reward is no number from there on. */
const LIMIT = 0.5;
const LENGTH = 0.6;
const SCENE = `<mujoco>
  <option timestep="0.002"/>
  <worldbody>
    <geom name="floor" type="plane" size="5 5 0.1"/>
    <body name="pole" pos="0 0 0.8">
      <joint name="hinge" axis="0 1 0" damping="0.02"/>
      <geom type="capsule" fromto="0 0 0 0 0 ${LENGTH}" size="0.03" mass="1"/>
      <body name="tip" pos="0 0 ${LENGTH}"><geom type="sphere" size="0.05" mass="0.1"/></body>
    </body>
  </worldbody>
  <actuator><motor name="motor" joint="hinge" gear="0.2" ctrlrange="-1 1"/></actuator>
</mujoco>`;
const TASK = `import { defineTask, direct } from "flowgait";

export default defineTask({
  name: "FallingPole",
  scene: "./pole.xml",
  timing: { controlHz: 50, physicsHz: 500, episodeSeconds: 20 },
  action: direct({ squash: "tanh" }),
  reset: ({ sim, rng }) => {
    sim.qpos[0] = rng.uniform(-0.1, 0.1);
  },
  observe: { angle: { of: (s) => s.sim.qpos[0] }, speed: { of: (s) => s.sim.qvel[0] } },
  reward: { high: { weight: 1, of: (s) => Math.sqrt(${LIMIT} + s.sim.qpos[0]) } },
  terminate: { fell: (s) => s.sim.qpos[0] > ${LIMIT} },
});
`;
/** Of the body "tip". */
const TIP = 2;
/** Sine of the pole's angle, as drawn. */
const lean = (environment: number | "n") => `(flowgait.position(${environment}, ${TIP})[0] / ${LENGTH})`;

let studio: StudioProcess;
let page: Page;

beforeAll(async () => {
  studio = await StudioProcess.start(["--task", "./task.ts"], (folder) => {
    writeFileSync(join(folder, "pole.xml"), SCENE);
    writeFileSync(join(folder, "task.ts"), TASK);
  });
  page = await studio.open();
  await page.getByRole("banner").getByRole("button", { name: "New training" }).click();
  await page.getByRole("radio", { name: "fpo", exact: true }).click();
  await pageUntil(page, "flowgait.state.studio.form?.plan?.algorithm === 'fpo'");
  await fill(page, [...SMALL, ["steps", "90000000"]]);
  await submit(page);
});
afterAll(async () => {
  await studio?.closePages();
  await studio?.end();
});

async function open(kind: "fall" | "NaN"): Promise<void> {
  await page.getByRole("button", { name: `Open the last ${kind}` }).click();
  await pageUntil(
    page,
    `flowgait.state.info?.incident === "${kind.toLowerCase()}" && flowgait.state.drive?.newest > 0`,
  );
}

/** Stands at a step of the clip; gives the pole's lean there. */
async function leanAt(step: number): Promise<number> {
  await page.getByRole("slider", { name: "Time" }).fill(String(step));
  await pageUntil(page, `flowgait.state.drive.step === ${step} && flowgait.shownStep === ${step}`);
  return Number(await settled(page, `${lean(0)}.toFixed(4)`));
}

function newest(): Promise<number> {
  return page.evaluate("flowgait.state.drive.newest");
}

describe("the grid of training environments", () => {
  it("shows 64 of them, each where it is in the training, and a click follows the one that is meant", async () => {
    await page.getByRole("radio", { name: "Training" }).click();
    await page.getByRole("button", { name: "Robots shown" }).click();
    await page.getByRole("radio", { name: "64 robots" }).click();
    await pageUntil(page, "flowgait.shown.length === 64 && flowgait.spot(63) !== null");
    const leans = (await page.evaluate(`flowgait.shown.map((n) => ${lean("n")}.toFixed(4))`)) as string[];
    expect(new Set(leans).size).toBeGreaterThan(32);
    for (const robot of [11, 52]) {
      await pageUntil(page, `flowgait.spot(${robot}) !== null && !flowgait.isMoving`);
      const [x, y] = (await page.evaluate(`flowgait.spot(${robot})`)) as number[];
      await page.mouse.click(x, y);
      await pageUntil(page, `flowgait.state.followed === ${robot} && flowgait.state.terms?.environment === ${robot}`);
    }
    await page.keyboard.press("g");
    await pageUntil(page, "flowgait.shown.includes(52) && flowgait.state.gridCount === 1");
  });
});

describe("what a training that was stopped keeps of what went wrong", () => {
  beforeAll(async () => {
    await pageUntil(page, "flowgait.state.studio.incidents.length === 2");
    await stop(page);
  });

  it("shows the last fall, from before it to the step that ended the episode, and goes on from any moment of it", async () => {
    await open("fall");
    const last = await newest();
    expect(await leanAt(last - 1)).toBeLessThan(Math.sin(LIMIT));
    // Bodies are drawn where they were one physics step ago.
    expect(await leanAt(last)).toBeGreaterThan(Math.sin(LIMIT - 0.01));
    const early = await leanAt(5);
    expect(Math.abs(early)).toBeLessThan(0.2);
    await page.getByRole("button", { name: "Drive from here" }).click();
    await pageUntil(page, `flowgait.state.drive.state === "playing" && flowgait.state.drive.newest > ${last + 10}`);
    expect(await page.evaluate("flowgait.state.drive.policy")).toBe("training");
    await page.getByRole("button", { name: "Leave", exact: true }).click();
    await pageUntil(page, "flowgait.state.info.incident === undefined && flowgait.state.drive.state === 'playing'");
  });

  it("shows the state before a value that was not finite, names what was none, and meets it again when it goes on", async () => {
    await page.getByRole("radio", { name: "Training" }).click();
    await page.getByText('reward term "high"').first().waitFor();
    await open("NaN");
    const last = await newest();
    const before = await leanAt(last);
    expect(before).toBeGreaterThan(-Math.sin(LIMIT));
    expect(before).toBeLessThan(-Math.sin(0.8 * LIMIT));
    const falls = Number(await page.evaluate("flowgait.state.drive.falls"));
    await page.getByRole("button", { name: "Drive from here" }).click();
    await pageUntil(page, `flowgait.state.drive.falls > ${falls} && flowgait.state.drive.newest > ${last}`);
  });
});
