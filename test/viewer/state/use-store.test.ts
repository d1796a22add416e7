import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../../src/files/package-root.ts";
import { launchBrowser } from "../browser.ts";

/** A component that shows one number of the state, and counts how often it is rendered. */
const program = `
  import { h, render } from "preact";
  import { act } from "preact/test-utils";
  import { Store, useStore } from "./state/store.ts";
  const store = new Store({ speed: 1, followed: 5 });
  let renders = 0;
  function Field({ name }) {
    renders++;
    return h("b", null, useStore(store, (state) => state[name]));
  }
  globalThis.shown = {
    render: (name) => act(() => render(h(Field, { name }), document.body)),
    set: (change) => act(() => store.set(change)),
    look: () => [Number(document.body.textContent), renders],
  };
`;

describe("a part of the store that a component shows", () => {
  let browser: Browser;
  let page: Page;
  let script: string;

  beforeAll(async () => {
    const stdin = { contents: program, resolveDir: join(packageRoot, "viewer", "src") };
    const { outputFiles } = await build({ stdin, bundle: true, write: false });
    script = outputFiles[0].text;
    browser = await launchBrowser();
    page = await browser.newPage();
  });

  beforeEach(async () => {
    await page.goto("about:blank");
    await page.addScriptTag({ content: script });
  });

  afterAll(() => browser.close());

  /** Runs a statement on the page. @returns [number shown, renders so far] */
  const after = (statement: string) => page.evaluate<[number, number]>(`${statement}, shown.look()`);

  it("is rendered when it changes, and when nothing of it does, is not", async () => {
    expect(await after("shown.render('speed')")).toEqual([1, 1]);
    expect(await after("shown.set({ speed: 2 })")).toEqual([2, 2]);
    expect(await after("shown.set({ followed: 6 })")).toEqual([2, 2]);
  });

  it("is the one that the latest selector selects", async () => {
    await after("shown.render('speed')");
    expect(await after("shown.render('followed')")).toEqual([5, 2]);
    expect(await after("shown.set({ followed: 7 })")).toEqual([7, 3]);
    expect(await after("shown.set({ speed: 9 })")).toEqual([7, 3]);
  });
});
