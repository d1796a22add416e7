import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StreamServer } from "../../src/stream/server.ts";
import { launchBrowser, pageUntil, type Watch, watchPage } from "./browser.ts";

interface Mode {
  readonly mean: number;
  readonly deviation: number;
  readonly weight: number;
}
type Field = (modes: readonly Mode[], x: number, t: number) => number;

// The page's own module, which Node's compilation does not cover.
const source = fileURLToPath(new URL("../../../viewer/src/flow-page/mixture-flow.ts", import.meta.url));
const { density, velocity, score, drift, noiseStrength, reweighted } = (await import(source)) as {
  density: Field;
  velocity: Field;
  score: Field;
  drift: (modes: readonly Mode[], x: number, t: number, eta: number) => number;
  noiseStrength: (eta: number, t: number) => number;
  reweighted: (modes: readonly Mode[], advantages: readonly number[]) => Mode[];
};

const modes: Mode[] = [
  { mean: 1.5, deviation: 0.4, weight: 0.7 },
  { mean: -1, deviation: 0.2, weight: 0.3 },
];
const H = 1e-4;
const places = [-2, -0.7, 0.1, 0.9, 1.8].flatMap((x) => [0.1, 0.5, 0.85].map((t) => ({ x, t })));

describe("the flow of a mixture", () => {
  it.each(places)("keeps the mass: ∂p/∂t = −∂(vp)/∂x at x = $x, t = $t", ({ x, t }) => {
    const rate = (density(modes, x, t + H) - density(modes, x, t - H)) / (2 * H);
    const flux = (at: number) => velocity(modes, at, t) * density(modes, at, t);
    expect(rate).toBeCloseTo(-(flux(x + H) - flux(x - H)) / (2 * H), 5);
  });

  it.each(places)("has the slope of the log density as its score at x = $x, t = $t", ({ x, t }) => {
    const slope = (Math.log(density(modes, x + H, t)) - Math.log(density(modes, x - H, t))) / (2 * H);
    expect(score(modes, x, t)).toBeCloseTo(slope, 4);
  });

  it.each(places)("has the same density with noise on the way at x = $x, t = $t", ({ x, t }) => {
    const eta = 1.7;
    const p = (at: number) => density(modes, at, t);
    const rate = (density(modes, x, t + H) - density(modes, x, t - H)) / (2 * H);
    const flux = (at: number) => drift(modes, at, t, eta) * p(at);
    const spread = (0.5 * noiseStrength(eta, t) ** 2 * (p(x + H) - 2 * p(x) + p(x - H))) / H ** 2;
    expect(rate).toBeCloseTo(-(flux(x + H) - flux(x - H)) / (2 * H) + spread, 4);
  });

  it("is that of its samples where modes are points: the mean of (x_i − x)/(1 − t)", () => {
    const points = [0.3, -1.2, 2].map((mean, k) => ({ mean, deviation: 0, weight: k + 1 }));
    const [x, t] = [0.2, 0.6];
    const shares = points.map(({ mean, weight }) => weight * Math.exp(-0.5 * ((x - t * mean) / (1 - t)) ** 2));
    const total = shares.reduce((sum, share) => sum + share, 0);
    const mean = points.reduce((sum, point, k) => sum + (shares[k] / total) * ((point.mean - x) / (1 - t)), 0);
    expect(velocity(points, x, t)).toBeCloseTo(mean, 9);
  });

  it("a weight of two is the same as every sample twice", () => {
    const [first, second] = modes;
    const twice = [first, first, second].map((mode) => mode);
    for (const { x, t } of places)
      expect(velocity(reweighted(modes, [2, 1]), x, t)).toBeCloseTo(velocity(twice, x, t), 9);
    expect(reweighted(modes, [0, 1]).map(({ weight }) => weight)).toEqual([0, 1]);
  });

  it("is finite far from all modes", () => {
    expect(Number.isFinite(velocity(modes, 400, 0.99))).toBe(true);
  });
});

describe("the page about flows", () => {
  let browser: Browser;
  let server: StreamServer;
  let page: Page;
  let watch: Watch;

  beforeAll(async () => {
    server = await StreamServer.listen({ port: 0 });
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
    watch = watchPage(page);
    await page.goto(new URL("flow", server.url).href);
    await pageUntil(page, "globalThis.flowPage !== undefined");
    await page.getByRole("slider", { name: "Particles" }).fill("800");
    await pageUntil(page, "flowPage.particles.count === 800");
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Share of the particles that end above x. */
  function shareAbove(x: number): Promise<number> {
    return page.evaluate(
      `flowPage.particles.positions.slice(-flowPage.particles.count).filter((at) => at > ${x}).length / flowPage.particles.count`,
    );
  }

  it("needs no server but for its files", async () => {
    expect(watch.requests.every((address) => address.startsWith(new URL(server.url).origin))).toBe(true);
    expect(watch.requests.some((address) => address.includes("/stream"))).toBe(false);
  });

  it("moves a mode by arrow keys and by dragging, and the same noise flows to where it is then", async () => {
    expect(await shareAbove(0)).toBeCloseTo(0.5, 1);
    const handle = page.getByRole("slider", { name: "Mode 2", exact: true });
    await handle.focus();
    await page.keyboard.press("Shift+ArrowUp");
    await page.keyboard.press("ArrowDown");
    await pageUntil(page, "flowPage.setting.modes[1].mean === -1.2");
    const box = (await handle.boundingBox())!;
    const figure = (await page.locator("figure").boundingBox())!;
    await page.mouse.move(box.x + 13, box.y + 13);
    await page.mouse.down();
    await page.mouse.move(box.x + 13, figure.y + 0.125 * figure.height, { steps: 4 });
    await page.mouse.up();
    await pageUntil(page, "Math.abs(flowPage.setting.modes[1].mean - 3) < 0.05");
    expect(await shareAbove(0)).toBeGreaterThan(0.99);
    await page.getByRole("button", { name: "Reset" }).click();
    await page.getByRole("slider", { name: "Particles" }).fill("800");
    await pageUntil(page, "flowPage.setting.modes[1].mean < 0 && flowPage.particles.count === 800");
  });

  it("noise on the way changes where each particle ends, and not how many end where", async () => {
    const ends = () =>
      page.evaluate("Array.from(flowPage.particles.positions.slice(-flowPage.particles.count))") as Promise<number[]>;
    const before = await ends();
    await page.getByRole("switch", { name: "Stochastic" }).check();
    await page.getByRole("slider", { name: "Strength η" }).fill("4");
    await pageUntil(page, "flowPage.eta === 4");
    const after = await ends();
    const moved = after.filter((x, n) => Math.sign(x) !== Math.sign(before[n])).length / after.length;
    expect(moved).toBeGreaterThan(0.2);
    expect(await shareAbove(0)).toBeCloseTo(0.5, 1);
    const upper = after.filter((x) => x > 0);
    const mean = upper.reduce((sum, x) => sum + x, 0) / upper.length;
    expect(mean).toBeCloseTo(1.8, 0);
    expect(Math.sqrt(upper.reduce((sum, x) => sum + (x - mean) ** 2, 0) / upper.length)).toBeLessThan(0.45);
    await page.getByRole("switch", { name: "Stochastic" }).uncheck();
    await pageUntil(page, "flowPage.eta === 0");
  });

  it("one Euler step lands every particle on the mean of the data, and more steps lead to the modes", async () => {
    await page.getByRole("switch", { name: "Euler's method" }).check();
    await page.getByRole("slider", { name: "Steps" }).fill("1");
    await pageUntil(page, "flowPage.eulerSteps === 1");
    const ends = "Array.from(flowPage.particles.positions.slice(-flowPage.particles.count))";
    const mean = (await page.evaluate(
      "flowPage.setting.modes.reduce((sum, mode) => sum + mode.weight * mode.mean, 0)",
    )) as number;
    for (const x of (await page.evaluate(ends)) as number[]) expect(x).toBeCloseTo(mean, 4);
    await page.getByRole("slider", { name: "Steps" }).fill("32");
    await pageUntil(page, "flowPage.eulerSteps === 32");
    const upper = ((await page.evaluate(ends)) as number[]).filter((x) => x > 0);
    expect(upper.reduce((sum, x) => sum + x, 0) / upper.length).toBeCloseTo(1.8, 0);
    await page.getByRole("switch", { name: "Euler's method" }).uncheck();
    await pageUntil(page, "flowPage.eulerSteps === 0");
  });

  it("links the papers, and says in words what the figure shows", async () => {
    const links = await page
      .getByRole("link")
      .evaluateAll((all) => all.map((link) => (link as unknown as { href: string }).href));
    for (const paper of ["2507.21053", "2602.02481"]) expect(links).toContain(`https://arxiv.org/abs/${paper}`);
    const words = await page.getByRole("img").first().getAttribute("aria-label");
    expect(words).toContain("800 particles");
    expect(words).toContain("50 % around 1.8, 50 % around -1.6");
  });

  it("advantages move the particles to what was better, of modes and of samples, update by update", async () => {
    await page.getByRole("switch", { name: "Weight by advantage" }).check();
    await page.getByRole("slider", { name: "Advantage weight 1" }).fill("3");
    await page.getByRole("slider", { name: "Advantage weight 2" }).fill("1");
    await pageUntil(page, "Math.abs(flowPage.targets.target[0].weight - 0.75) < 1e-9");
    expect(await shareAbove(0)).toBeCloseTo(0.75, 1);
    await page.getByRole("switch", { name: "Data are samples" }).check();
    await pageUntil(page, "flowPage.targets.target.length > 10");
    expect(Math.abs((await shareAbove(0)) - 0.75)).toBeLessThan(0.06);
    await page.getByRole("button", { name: "One update" }).click();
    await pageUntil(page, "flowPage.setting.modes[0].weight > 0.7");
    expect(await shareAbove(0)).toBeGreaterThan(0.82);
  });

  it("the figure stays on screen with each control that changes it", async () => {
    for (const size of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await page.setViewportSize(size);
      for (const control of [page.getByLabel("Stochastic"), page.getByLabel("Weight by advantage")]) {
        await control.focus();
        await control.evaluate((one) =>
          (one as { scrollIntoView?(how: object): void }).scrollIntoView?.({ block: "nearest" }),
        );
        const [figure, own] = [await page.locator("figure").boundingBox(), await control.boundingBox()];
        expect(figure!.y).toBeGreaterThanOrEqual(0);
        expect(figure!.y + figure!.height).toBeLessThanOrEqual(size.height);
        expect(own!.y).toBeGreaterThanOrEqual(0);
        expect(own!.y + own!.height).toBeLessThanOrEqual(size.height);
        expect(own!.y >= figure!.y + figure!.height || own!.x >= figure!.x + figure!.width).toBe(true);
      }
    }
    await page.setViewportSize({ width: 1000, height: 900 });
  });

  it("can be paused, is dark or light, fits a phone, and makes no error", async () => {
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Play" }).waitFor();
    const theme = await page.evaluate("document.documentElement.dataset.theme");
    await page.getByRole("button", { name: theme === "dark" ? "Light" : "Dark" }).click();
    expect(await page.evaluate("document.documentElement.dataset.theme")).not.toBe(theme);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    expect(watch.errors).toEqual([]);
  });
});
