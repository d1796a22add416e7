import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StreamServer } from "../../src/stream/server.ts";
import { launchBrowser, pageUntil, watchPage } from "./browser.ts";
import { SampleTraining } from "./sample-training.ts";

let server: StreamServer;
let training: SampleTraining;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  server = await StreamServer.listen({ port: 0 });
  training = new SampleTraining(server);
});
afterAll(async () => {
  training.stop();
  await server.close();
});

function openBrowser(flags: readonly string[]): void {
  beforeAll(async () => {
    browser = await launchBrowser(flags);
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  });
  afterAll(() => browser.close());
}

const words = () => page.getByTestId("no-picture").textContent();

describe("a browser without WebGL", () => {
  openBrowser(["--disable-3d-apis"]);

  it("shows curves and controls, and says in the picture's place why there is none", async () => {
    const { errors } = watchPage(page);
    await page.goto(server.url);
    await pageUntil(page, "flowgait.state.points.length > 0 && flowgait.state.hasPoses");
    expect(await words()).toContain("No picture: WebGL 2 is not available");
    await page.getByRole("complementary", { name: "Plots" }).locator("canvas").first().waitFor();
    await page.getByRole("button", { name: "Camera" }).click();
    await page.getByRole("radio", { name: "From above" }).click();
    await page.mouse.click(400, 400);
    expect(await page.evaluate("[flowgait.state.cameraView, flowgait.framesDrawn]")).toEqual(["top", 0]);
    expect(errors).toEqual([]);
  });
});

describe("a browser that takes WebGL away", () => {
  openBrowser([]);

  it("is told in words, and has its picture again when the context is restored", async () => {
    await page.goto(server.url);
    await pageUntil(page, "flowgait.framesDrawn > 2");
    expect(await page.getByTestId("no-picture").count()).toBe(0);
    await page.evaluate(
      `globalThis.taken = document.querySelector("#stage").getContext("webgl2").getExtension("WEBGL_lose_context")`,
    );
    await page.evaluate("taken.loseContext()");
    await pageUntil(page, "flowgait.state.screen === 'lost'");
    expect(await words()).toContain("No picture: the browser has withdrawn WebGL");
    const drawn: number = await page.evaluate("flowgait.framesDrawn");
    await pageUntil(page, `flowgait.framesReceived > ${await page.evaluate("flowgait.framesReceived + 3")}`);
    expect(await page.evaluate("flowgait.framesDrawn")).toBe(drawn);
    await page.evaluate("taken.restoreContext()");
    await pageUntil(page, `flowgait.framesDrawn > ${drawn + 2}`);
    expect(await page.getByTestId("no-picture").count()).toBe(0);
    expect(await orange(page)).toBeGreaterThan(20);
  });
});

/** Pixels of the orange of the made-up robot's head on screen. */
async function orange(from: Page): Promise<number> {
  await from.evaluate("document.querySelector('#interface').style.visibility = 'hidden'");
  const png = (await from.screenshot()).toString("base64");
  return from.evaluate(`(async () => {
    const image = Object.assign(new Image(), { src: "data:image/png;base64,${png}" });
    await image.decode();
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let count = 0;
    for (let k = 0; k < data.length; k += 4) if (data[k] > 140 && data[k] > 1.4 * data[k + 1] && data[k + 1] > 1.2 * data[k + 2]) count++;
    return count;
  })()`);
}
