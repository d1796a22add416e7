import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { StreamServer } from "../../src/stream/server.ts";
import { SAMPLE_SPEED } from "../stream/sample-run.ts";
import { launchBrowser, pageUntil, type Watch, watchPage } from "./browser.ts";
import { SampleTraining } from "./sample-training.ts";

const PELVIS = 1;
const sizes = [
  { name: "a desk", width: 1280, height: 800 },
  { name: "a phone", width: 390, height: 844 },
] as const;

let browser: Browser;
const cleanUps: (() => unknown)[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function listen(options: { port?: number; token?: string } = {}): Promise<StreamServer> {
  const server = await StreamServer.listen({ port: 0, ...options });
  cleanUps.push(() => server.close());
  return server;
}

function train(server: StreamServer): SampleTraining {
  const training = new SampleTraining(server);
  cleanUps.push(() => training.stop());
  return training;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

async function openPage(address: string, { width, height }: Size): Promise<{ page: Page; watch: Watch }> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: "light" });
  page.setDefaultTimeout(120_000);
  const watch = watchPage(page);
  await page.goto(address);
  return { page, watch };
}

/** A page that the test's end closes. */
async function open(address: string, size: Size): Promise<Page> {
  const { page } = await openPage(address, size);
  cleanUps.push(() => page.close());
  return page;
}

function showInterface(page: Page, isVisible: boolean): Promise<unknown> {
  return page.evaluate(`document.querySelector("#interface").style.visibility = "${isVisible ? "" : "hidden"}"`);
}

/** The drawn position of a robot's pelvis in its world, [x, y, z]. */
function pelvis(page: Page, environment: number): Promise<number[]> {
  return page.evaluate(`flowgait.position(${environment}, ${PELVIS})`);
}

/** Pixels of a part of the page that are of the orange of the made-up robot's head, counted in what is really on screen. */
async function orangePixels(page: Page, selector: string): Promise<number> {
  const png = (await page.locator(selector).first().screenshot({ timeout: 60_000 })).toString("base64");
  return page.evaluate(`(async () => {
    const image = new Image();
    image.src = "data:image/png;base64,${png}";
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let count = 0;
    for (let k = 0; k < data.length; k += 4) if (data[k] > 140 && data[k] > 1.4 * data[k + 1] && data[k + 1] > 1.2 * data[k + 2]) count++;
    return count;
  })()`);
}

describe.each(sizes)("page on $name", (size) => {
  let server: StreamServer;
  let training: SampleTraining;
  let page: Page;
  let watch: Watch;

  beforeAll(async () => {
    server = await StreamServer.listen({ port: 0 });
    training = new SampleTraining(server);
    ({ page, watch } = await openPage(server.url, size));
    await pageUntil(page, "flowgait.state.hasPoses && flowgait.framesDrawn > 2");
  });
  afterAll(async () => {
    await page?.close();
    training?.stop();
    await server?.close();
  });

  it("shows the robots moving and the state of a training", async () => {
    const before = (await page.evaluate("({ frames: flowgait.framesDrawn, at: flowgait.sequence })")) as {
      frames: number;
      at: number;
    };
    const [x] = await pelvis(page, 0);
    await pageUntil(page, `flowgait.framesDrawn > ${before.frames + 3} && flowgait.sequence > ${before.at + 10}`);
    const [later, , height] = await pelvis(page, 0);
    expect(later).toBeGreaterThan(x + (9 * SAMPLE_SPEED) / 50);
    expect(height).toBeCloseTo(0.65, 3);
    expect(await page.locator("[data-testid=run-state]").textContent()).toBe("Training");
    expect(await page.locator("[data-testid=steps-per-second]").textContent()).toMatch(/^[34]\.?\d*k$/);
  });

  it("draws the robot where the eye expects it", async () => {
    await showInterface(page, false);
    const orange = await orangePixels(page, "#stage");
    await showInterface(page, true);
    expect(orange).toBeGreaterThan(100);
  });

  it("plots the curves and lists the reward terms", async () => {
    if (size.width < 500) await page.getByRole("button", { name: "Plots", exact: true }).click();
    await pageUntil(page, "Number(document.querySelector('[data-testid=chart]')?.dataset.points) >= 5");
    expect(await page.locator("[data-testid=chart]").count()).toBe(3);
    expect(await page.locator("[data-testid=term]").count()).toBe(3);
    expect(await orangePixels(page, ".chart-plot")).toBeGreaterThan(60);
    if (size.width < 500) await page.getByRole("button", { name: "Close plots" }).click();
  });

  it("follows the robot that is chosen, by list and by key", async () => {
    await page.getByRole("button", { name: "Choose a robot" }).click();
    await page.getByRole("button", { name: "Robot 5", exact: true }).click();
    await pageUntil(page, "flowgait.shown.includes(5)");
    expect((await pelvis(page, 5))[1]).toBeCloseTo(0.5, 4);
    expect(server.watchedEnvironments()[0]).toBe(5);
    await page.keyboard.press("ArrowRight");
    await pageUntil(page, "flowgait.state.followed === 6 && flowgait.state.terms?.environment === 6");
    expect(await page.locator("[data-testid=followed]").textContent()).toBe("Robot 6");
    await page.getByRole("button", { name: "Robots shown" }).click();
    await page.getByRole("radio", { name: "4 robots" }).click();
    await pageUntil(page, "[4, 5, 6, 7].every((n) => flowgait.shown.includes(n))");
  });

  it("stands still while it is paused and goes on afterwards", async () => {
    await page.getByRole("button", { name: "Pause view" }).click();
    await pageUntil(page, "flowgait.state.isPaused");
    await new Promise((resolve) => setTimeout(resolve, 300));
    const seen = `({ at: flowgait.sequence, received: flowgait.framesReceived, pelvis: flowgait.position(6, ${PELVIS}) })`;
    const still = (await page.evaluate(seen)) as { at: number };
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await page.evaluate(seen)).toEqual(still);
    await page.getByRole("button", { name: "Resume view" }).click();
    await pageUntil(page, `flowgait.sequence > ${still.at}`);
  });

  it("does all this without an error and without asking anyone else for anything", () => {
    const own = `http://127.0.0.1:${server.port}/`;
    expect(watch.errors).toEqual([]);
    expect(watch.requests.filter((url) => !url.startsWith(own) && !/^(data|blob):/.test(url))).toEqual([]);
  });
});

describe("page", () => {
  const desk = { width: 800, height: 500 };

  it("says what to do when nothing is training, and shows a run as soon as one starts", async () => {
    const server = await listen();
    const page = await open(server.url, desk);
    await page.getByText("No training is running").waitFor();
    await page.getByText("npx flowgait train HumanoidJoystick --view").waitFor();
    train(server);
    await pageUntil(page, "flowgait.state.hasPoses");
    await page.locator("[data-testid=notice]").waitFor({ state: "detached" });
  });

  it("says that the line is broken and comes back by itself", async () => {
    const first = await StreamServer.listen({ port: 0 });
    const training = new SampleTraining(first);
    const page = await open(first.url, desk);
    await pageUntil(page, "flowgait.state.hasPoses");
    training.stop();
    await first.close();
    await page.getByText("The connection is lost").waitFor();
    const second = await listen({ port: first.port });
    train(second);
    await page.locator("[data-testid=banner]").waitFor({ state: "detached" });
    const received = Number(await page.evaluate("flowgait.framesReceived"));
    await pageUntil(page, `flowgait.framesReceived > ${received + 3}`);
  });

  it("asks for the token that it lacks", async () => {
    const server = await listen({ token: "a-long-secret" });
    train(server);
    const page = await open(`http://127.0.0.1:${server.port}/`, desk);
    await page.getByText("This server requires its token").waitFor();
    const entitled = await open(server.url, desk);
    await pageUntil(entitled, "flowgait.state.hasPoses");
  });

  it("pauses and resumes the training itself where the run offers it", async () => {
    const server = await listen();
    const training = train(server);
    const page = await open(server.url, desk);
    await page.getByRole("button", { name: "Pause training" }).click();
    await page.getByRole("button", { name: "Resume training" }).click();
    await page.getByRole("button", { name: "Pause training" }).waitFor();
    expect(training.intents.map(({ wish }) => wish)).toEqual(["pause", "resume"]);
  });

  it("lists the machines that collect for the training, what each does, and the lost ones", async () => {
    const server = await listen();
    const desktop = { name: "desktop", host: "lab-3", threads: 8, doing: ["collect 4", "collect 5"], done: 120 };
    const laptop = { name: "laptop", host: "hall", threads: 1, doing: [], done: 7 };
    train(server).machines = { present: [desktop, laptop], lost: ["tower (silent)"] };
    const page = await open(server.url, desk);
    const list = page.getByTestId("machines");
    await list.waitFor();
    expect(await list.locator("li").allTextContents()).toEqual([
      "desktoplab-3, 8 threads, 120 donecollect 4, collect 5",
      "laptophall, 1 thread, 7 donewaiting",
    ]);
    expect(await page.getByTestId("lost-machines").textContent()).toBe("Lost: tower (silent)");
  });

  it("remembers the theme and what is drawn", async () => {
    const server = await listen();
    train(server);
    const page = await open(server.url, desk);
    await pageUntil(page, "flowgait.state.info !== null");
    await page.getByRole("button", { name: "Dark theme" }).click();
    await page.getByRole("button", { name: "Display" }).click();
    await page.getByRole("switch", { name: "Shadows" }).click();
    await page.reload();
    await pageUntil(page, "flowgait.state.info !== null");
    expect(
      await page.evaluate(
        "[flowgait.state.theme, flowgait.state.options.shadows, document.documentElement.dataset.theme]",
      ),
    ).toEqual(["dark", false, "dark"]);
  });

  it("draws curves over steps or time, on a linear or logarithmic scale, smoothed, and remembers it", async () => {
    const server = await listen();
    train(server);
    const page = await open(server.url, sizes[0]);
    await pageUntil(page, "globalThis.flowgait?.state.points.length > 3");
    await page.keyboard.press("v");
    const sheet = page.getByRole("dialog", { name: "Curves" });
    await sheet.getByRole("radio", { name: "Time" }).click();
    await sheet.getByRole("switch", { name: "Log scale" }).check();
    await sheet.getByRole("slider", { name: "Smoothing" }).fill("0.8");
    expect(await page.evaluate("flowgait.state.curveStyle")).toEqual({ axis: "time", isLog: true, smoothing: 0.8 });
    const seconds = Number(await page.evaluate("flowgait.state.points.at(-1).seconds"));
    const chart = sheet.getByTestId("chart").first();
    const box = (await chart.locator(".u-over").boundingBox())!;
    await page.mouse.move(box.x + box.width - 2, box.y + box.height / 2);
    const at = await chart.locator(".chart-at").textContent();
    expect(at).toMatch(seconds >= 60 ? /min$/ : /s$/);
    await page.reload();
    await pageUntil(page, "globalThis.flowgait?.state.curveStyle.smoothing === 0.8");
  });

  it("keeps its tools in one row beside the plots, on a tablet too", async () => {
    const server = await listen();
    train(server);
    const page = await open(server.url, { width: 768, height: 1024 });
    await pageUntil(page, "flowgait.state.info !== null");
    await page.locator("[data-testid=chart]").first().waitFor();
    const tops: number[] = await page.evaluate(
      "[...document.querySelectorAll('.toolbar .tool')].map((tool) => tool.getBoundingClientRect().top)",
    );
    expect(tops.length).toBeGreaterThan(5);
    expect(new Set(tops).size).toBe(1);
  });

  it("skips a message that it cannot read, says so on the console, and goes on", async () => {
    const server = await listen();
    train(server);
    const page = await browser.newPage({ viewport: desk });
    cleanUps.push(() => page.close());
    const warnings: string[] = [];
    page.on("console", (message) => message.type() === "warning" && warnings.push(message.text()));
    await page.routeWebSocket(/stream/, (socket) => {
      socket.connectToServer();
      socket.send("nonsense");
    });
    await page.goto(server.url);
    await pageUntil(page, "flowgait.state.hasPoses");
    expect(warnings.filter((text) => text.startsWith("skipped a message"))).toEqual([
      "skipped a message: server message: text must be a JSON object with a type",
    ]);
  });

  it("opens its help with a key and closes it with another", async () => {
    const server = await listen();
    train(server);
    const page = await open(server.url, desk);
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: "What you see" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "What you see" }).waitFor({ state: "hidden" });
  });
});
