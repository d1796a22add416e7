import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { controllerCards, resultText } from "../../src/catalogue/controller-cards.ts";
import { listRobots, ROBOT_KINDS } from "../../src/catalogue/robots.ts";
import { launchBrowser, pageUntil } from "./browser.ts";
import { StudioProcess, stop, train } from "./studio-process.ts";

const GO1 = "Go1JoystickFlatTerrain";
const TASK = "CartpoleBalance";
const PHONE = { width: 390, height: 844 };

let studio: StudioProcess;

beforeAll(async () => {
  studio = await StudioProcess.start(["--task", TASK]);
});
afterEach(() => studio.closePages());
afterAll(() => studio?.end());

const card = (page: Page, robot: string) => page.locator(`.start [data-robot="${robot}"]`);

/** Waits until so that a controller acts in the driven simulation. */
const isDriven = (page: Page, policy: string) =>
  pageUntil(
    page,
    `flowgait.state.channel === "drive" && flowgait.state.drive?.policy === "${policy}" && flowgait.state.hasPoses`,
  );

describe("the start screen", () => {
  it("has a card for every controller that ships, the experimental ones last and named so", async () => {
    const page = await studio.openAt("");
    await page.getByRole("main").locator(".robot-card").first().waitFor();
    const texts = await page.locator(".start .robot-card").allTextContents();
    expect(texts.length).toBe(controllerCards().length);
    for (const one of controllerCards()) expect(texts.join("\n")).toContain(`${one.task}${resultText(one)}`);
    const marked = texts.map((text) => text.includes("experimental"));
    expect(marked.toSorted()).toEqual(marked);
    expect(marked.filter(Boolean).length).toBe(controllerCards().filter(({ experimental }) => experimental).length);
  });

  it("shows the first controller's robot in motion", async () => {
    const page = await studio.openAt("");
    const frames = `document.querySelector(".start .robot-picture canvas")?.dataset.frame`;
    await pageUntil(page, `${frames} !== undefined`);
    const first = await page.evaluate(frames);
    await pageUntil(page, `${frames} !== "${first}"`);
    const colours = await page.evaluate(`(() => {
      const canvas = document.querySelector(".start .robot-picture canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    })()`);
    expect(colours).toBeGreaterThan(50);
  });

  it("a card drives its robot by the keyboard alone; the address brings a reload back to it, and Back to the cards", async () => {
    const page = await studio.openAt("");
    await card(page, GO1).focus();
    await page.keyboard.press("Enter");
    await isDriven(page, GO1);
    await pageUntil(page, `location.hash === "#drive/${GO1}"`);
    await page.reload();
    await isDriven(page, GO1);
    expect(await page.evaluate("location.hash")).toBe(`#drive/${GO1}`);
    await page.goBack();
    await card(page, GO1).waitFor();
    expect(await page.evaluate("location.hash")).toBe("");
  });

  it("a link to a task without a controller drives that task, and one to nothing known drives what is there", async () => {
    const page = await studio.openAt("#drive/PendulumSwingup");
    await pageUntil(page, `flowgait.state.info?.task === "PendulumSwingup" && flowgait.state.drive?.policy === "zero"`);
    const other = await studio.openAt("#drive/Nobody");
    await pageUntil(other, `flowgait.state.info?.task === "PendulumSwingup" && flowgait.state.hasPoses`);
  });

  it("on a phone nothing is wider than the screen, and buttons are large enough for a finger", async () => {
    const page = await studio.openAt("", PHONE);
    await card(page, GO1).waitFor();
    expect(await page.evaluate("document.querySelector('.start').scrollWidth")).toBeLessThanOrEqual(PHONE.width);
    const heights: number[] = await page.evaluate(
      `[...document.querySelectorAll(".start button, .start a")].map((one) => one.getBoundingClientRect().height)`,
    );
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(40);
    await card(page, GO1)
      .tap()
      .catch(() => card(page, GO1).click());
    await isDriven(page, GO1);
  });

  it("the training is one click away, and the form another", async () => {
    const page = await studio.openAt("");
    await page.getByRole("button", { name: "Go to training" }).click();
    await page.getByText("No training is running").waitFor();
    expect(await page.evaluate("location.hash")).toBe("#training");
    await page.getByRole("radio", { name: "Start" }).click();
    await page.locator(".start").getByRole("button", { name: "New training" }).click();
    await page.getByRole("dialog", { name: "New training" }).waitFor();
  });
});

describe("the list of robots", () => {
  it("has every robot by kind, its tasks, and the row of the controller that ships", async () => {
    const page = await studio.openAt("");
    await page.getByRole("button", { name: /^All \d+ robots$/ }).click();
    const dialog = page.getByRole("dialog", { name: "Robots" });
    expect(
      await dialog.locator("section").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label"))),
    ).toEqual([...ROBOT_KINDS, "Yours"]);
    expect(await dialog.locator("[data-robot]").count()).toBe(listRobots().length);
    const go1 = dialog.locator('[data-robot="Unitree Go1"]');
    const row = controllerCards().find(({ name }) => name === GO1)!;
    expect(await go1.textContent()).toContain(
      `controller${resultText(row)} (100 episodes, seed 7; trained for 6 M steps)`,
    );
    expect(await go1.getByRole("button").count()).toBe(
      listRobots().find(({ name }) => name === "Unitree Go1")!.tasks.length,
    );
    await go1.getByRole("button", { name: /^Go1Getup/ }).click();
    await pageUntil(page, `flowgait.state.info?.task === "Go1Getup" && flowgait.state.hasPoses`);
    expect(await page.evaluate("location.hash")).toBe("#drive/Go1Getup");
  });
});

describe("a robot that was chosen", () => {
  it("stays while another task trains; the policy menu leads to it, to the others that ship, and to the one in training", async () => {
    const page = await studio.openAt(`#drive/${GO1}`);
    await isDriven(page, GO1);
    await page.getByRole("radio", { name: "Training" }).click();
    await train(page, TASK, ["steps", "9000000"], ["seed", "3"]);
    await pageUntil(page, "flowgait.state.points.length > 0");
    await page.getByRole("radio", { name: "Drive" }).click();
    await isDriven(page, GO1);
    expect(await page.evaluate("flowgait.state.drive.policies[0].key")).toBe(GO1);
    const choose = async (name: string) => {
      await page.getByRole("button", { name: /^Policy/ }).click();
      await page.getByRole("group", { name: "Other robots" }).getByRole("button", { name, exact: true }).click();
    };
    await choose("The robot in training");
    await isDriven(page, "training");
    expect(await page.evaluate("flowgait.state.info.task")).toBe(TASK);
    await choose("PandaPickCubeCartesian");
    await isDriven(page, "PandaPickCubeCartesian");
    await page.getByRole("radio", { name: "Training" }).click();
    await stop(page);
  });
});

describe("a browser without WebGL", () => {
  it("has the cards as a list without pictures, and drives", async () => {
    const browser = await launchBrowser(["--disable-3d-apis"]);
    const page = await browser.newPage();
    await page.goto(studio.url);
    await card(page, GO1).waitFor();
    expect(await page.locator(".robot-picture").count()).toBe(0);
    await card(page, GO1).click();
    await isDriven(page, GO1);
    await browser.close();
  });
});
