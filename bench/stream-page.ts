/** What the page costs in a headless Chromium: time to the first picture, scripting per frame with 64 humanoids on screen, and the way of a key. */
import type { Page } from "playwright-core";
import { StreamServer } from "../src/stream/server.ts";
import { DriveView } from "../src/studio/drive-view.ts";
import { PolicyShelf } from "../src/studio/policy-shelf.ts";
import { Environment, resolveTask } from "../src/tasks/index.ts";
import { launchBrowser, pageUntil } from "./browser.ts";

/** Null without a browser. */
export interface PictureCosts {
  /** From the address to the first frame with a robot, the median of some loads, s; asked: 2 */
  readonly firstPictureSeconds: number | null;
  /** Scripting with 64 humanoids per frame that was streamed, or drawn where those are more, ms; asked: 6 */
  readonly scriptMsPerFrame: number | null;
  /** The same time per drawn frame: where a processor draws, one stands for many that were streamed */
  readonly scriptMsPerDrawnFrame: number | null;
  readonly drawnFramesPerSecond: number | null;
}

/** Null without a browser. */
export interface KeyCosts {
  /** From a pressed key to the simulation and back, ms, half and nine tenths of them; asked: 50 */
  readonly keyToCommandMs: number | null;
  readonly keyToCommandMs90: number | null;
}

const TASK = "HumanoidJoystick";
const LOADS = 5;
const WATCH_MS = 10_000;
const KEYS = 30;
const PATIENCE_MS = 60_000;
/** A key that is not answered by then counts as that slow. */
const SLOWEST_KEY_MS = 1000;

/** @param url of a stream that shows a training of at least 64 environments */
export async function pictureCosts(url: string): Promise<PictureCosts> {
  const browser = await launchBrowser().catch(() => null);
  if (browser === null) return noPicture;
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript({ content: noteFirstPicture });
    const loads: number[] = [];
    for (let load = 0; load < LOADS; load++) loads.push(await firstPicture(page, url));
    return { firstPictureSeconds: share(loads, 0.5), ...(await scripting(page)) };
  } finally {
    await browser.close();
  }
}

const noPicture: PictureCosts = {
  firstPictureSeconds: null,
  scriptMsPerFrame: null,
  scriptMsPerDrawnFrame: null,
  drawnFramesPerSecond: null,
};

/** The way of a key on a server that does nothing else. */
export async function keyCosts(): Promise<KeyCosts> {
  const browser = await launchBrowser().catch(() => null);
  if (browser === null) return { keyToCommandMs: null, keyToCommandMs90: null };
  try {
    const keys = await keyWays(await browser.newPage());
    return { keyToCommandMs: share(keys, 0.5), keyToCommandMs90: share(keys, 0.9) };
  } finally {
    await browser.close();
  }
}

/** Runs on the page from its beginning. */
const noteFirstPicture = `{
  const look = () => {
    if (globalThis.flowgait?.state.hasPoses && flowgait.framesDrawn > 0) globalThis.firstPictureMs = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}`;

/** Seconds from the beginning of the load, by the page's own clock. */
async function firstPicture(page: Page, url: string): Promise<number> {
  await page.goto(url);
  await pageUntil(page, "globalThis.firstPictureMs > 0", PATIENCE_MS);
  return Number(await page.evaluate("firstPictureMs")) / 1000;
}

async function scripting(page: Page): Promise<Omit<PictureCosts, "firstPictureSeconds">> {
  await page.getByRole("button", { name: "Robots shown" }).click();
  await page.getByRole("radio", { name: "64 robots" }).click();
  await pageUntil(page, "flowgait.shown.length === 64", PATIENCE_MS);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  const look = async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    const script = metrics.find(({ name }) => name === "ScriptDuration")?.value ?? Number.NaN;
    const [drawn, streamed] = (await page.evaluate("[flowgait.framesDrawn, flowgait.framesReceived]")) as number[];
    return { ms: 1000 * script, drawn, streamed };
  };
  const before = await look();
  await page.waitForTimeout(WATCH_MS);
  const after = await look();
  const ms = after.ms - before.ms;
  const [drawn, streamed] = [after.drawn - before.drawn, after.streamed - before.streamed];
  return {
    scriptMsPerFrame: ms / Math.max(drawn, streamed),
    scriptMsPerDrawnFrame: ms / drawn,
    drawnFramesPerSecond: (1000 * drawn) / WATCH_MS,
  };
}

/** Presses a key again and again in a driven simulation, on an otherwise idle server. Milliseconds. */
async function keyWays(page: Page): Promise<number[]> {
  const env = await Environment.create(await resolveTask(TASK));
  const server = await StreamServer.listen({ port: 0, channels: ["drive"] });
  const start = { seed: 0, disturbances: false, command: null };
  const view = new DriveView(server, { task: TASK, env, shelf: new PolicyShelf(env, { first: "zero" }), start });
  try {
    await page.goto(server.url);
    await pageUntil(page, "globalThis.flowgait?.state.drive?.state === 'playing'", PATIENCE_MS);
    return (await page.evaluate(`(${pressKeys})(${KEYS})`)) as number[];
  } finally {
    await view.close();
    await server.close();
    env.delete();
  }
}

/** Runs on the page: from the key's event to the simulation's answer. */
const pressKeys = `async (count) => {
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const key = (type) => dispatchEvent(new KeyboardEvent(type, { key: "w", code: "KeyW", bubbles: true }));
  const ways = [];
  while (ways.length < count) {
    await pause(150 + 40 * Math.random());
    const before = flowgait.steeredCount;
    const pressedMs = performance.now();
    key("keydown");
    while (flowgait.steeredCount === before && performance.now() - pressedMs < ${SLOWEST_KEY_MS}) await pause(1);
    ways.push(performance.now() - pressedMs);
    key("keyup");
  }
  return ways;
}`;

function share(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(part * values.length))];
}
