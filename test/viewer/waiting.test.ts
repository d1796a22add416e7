import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { StreamServer } from "../../src/stream/server.ts";
import { sampleBurst, sampleInfo, samplePoses, sampleScene } from "../stream/sample-run.ts";
import { launchBrowser, pageUntil } from "./browser.ts";

let browser: Browser;
let server: StreamServer;

beforeAll(async () => {
  browser = await launchBrowser();
  server = await StreamServer.listen({ port: 0 });
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

it("sixteen robots stand there from the first frame, faded, and each is replaced when its poses come", async () => {
  const startPoses = Array.from(samplePoses(0, 0));
  server.setScene(sampleScene, { ...sampleInfo, startPoses });
  const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
  await page.goto(server.url);
  await pageUntil(page, "flowgait.framesDrawn > 0 && flowgait.waiting === 16");
  expect(await page.evaluate("flowgait.state.hasPoses")).toBe(false);
  expect(await page.getByTestId("robots-shown").textContent()).toBe("16");
  await page.getByText("The robots move once the first steps are collected").waitFor();
  server.pushBurst(sampleBurst([0, 1, 2, 3], 0, 10, 0.2));
  await pageUntil(page, "flowgait.shown.length === 4 && flowgait.waiting === 12");
  await page.getByRole("button", { name: "Robots shown" }).click();
  await page.getByRole("radio", { name: "4 robots" }).click();
  await pageUntil(page, "flowgait.waiting === 0");
  expect(await page.getByTestId("robots-shown").textContent()).toBe("4");
  await page.close();
});
