import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { StreamServer } from "../../src/stream/server.ts";
import { type Running, startCli } from "../cli/cli-process.ts";
import { launchBrowser, pageUntil, watchPage } from "./browser.ts";
import { freePort, hasNginx, Nginx } from "./nginx.ts";
import { SampleTraining } from "./sample-training.ts";

/** The location blocks for nginx of the documentation, with their ports and paths changed. */
function documented(k: number, path: string, port: number): string {
  const text = readFileSync(join(packageRoot, "docs", "behind-a-proxy.md"), "utf8");
  const blocks = [...text.matchAll(/```nginx\n([\s\S]*?)```/g)].map((match) => match[1]!);
  return blocks[k]!.replaceAll("/robot/", path).replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`);
}

/** Without the lines that pass websockets on. */
function withoutUpgrade(block: string): string {
  return block.replace(/^.*(Upgrade|proxy_http_version).*$/gm, "");
}

describe.skipIf(!hasNginx)("the page behind nginx", () => {
  let browser: Browser;
  let nginx: Nginx;
  let origin = "";
  let play: Running;
  const servers: StreamServer[] = [];
  const trainings: SampleTraining[] = [];

  async function train(options: { origins?: string[]; base?: string } = {}): Promise<number> {
    const server = await StreamServer.listen({ port: 0, ...options });
    servers.push(server);
    trainings.push(new SampleTraining(server));
    return server.port;
  }

  beforeAll(async () => {
    browser = await launchBrowser();
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    const flags = ["--task", "HumanoidJoystick", "--port", "0", "--base", "/whole/", "--origin", `${origin}/`];
    play = startCli(["play", "zero", ...flags], packageRoot);
    const address = new URL(/http:\S+/.exec(await play.until("stdout", /http:\S+\/\n/))![0]);
    expect(address.pathname).toBe("/whole/");
    const known = await train({ origins: [origin] });
    const unknown = await train();
    nginx = await Nginx.start(
      port,
      [
        documented(0, "/rewritten/", known),
        documented(1, "/kept/", unknown),
        documented(2, "/whole/", Number(address.port)),
        documented(0, "/foreign/", unknown),
        withoutUpgrade(documented(0, "/plain/", known)),
      ].join("\n"),
    );
  });
  afterAll(async () => {
    for (const training of trainings) training.stop();
    for (const server of servers) await server.close();
    play?.child.kill("SIGINT");
    await play?.finished;
    await nginx?.stop();
    await browser?.close();
  });

  async function open(path: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    onTestFinished(() => page.close());
    page.setDefaultTimeout(120_000);
    await page.goto(`${origin}${path}`);
    return page;
  }

  it.each(["/rewritten/", "/kept/", "/rewritten"])("shows the training at %s", async (path) => {
    const page = await open(path);
    await pageUntil(page, "flowgait.state.hasPoses && flowgait.framesDrawn > 2");
  });

  it("finds everything below a prefix that the proxy leaves in place: page, websocket, downloads and links", async () => {
    const page = await open("/whole/");
    const { errors, requests } = watchPage(page);
    await page.reload();
    await pageUntil(page, "flowgait.state.hasPoses && flowgait.state.drive?.state === 'playing'");
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save replay" }).click();
    expect((await saving).suggestedFilename()).toMatch(/\.replay\.json$/);
    await page.keyboard.press("?");
    const opening = page.context().waitForEvent("page");
    await page.getByRole("link", { name: "What is a flow?" }).click();
    const flow = await opening;
    await flow.getByRole("heading", { name: "A flow in one dimension" }).waitFor();
    expect(new URL(flow.url()).pathname).toBe("/whole/flow");
    await flow.getByRole("link", { name: /flow\s*gait/ }).click();
    await pageUntil(flow, "globalThis.flowgait?.state.hasPoses");
    expect(new URL(flow.url()).pathname).toBe("/whole/");
    await flow.close();
    expect(errors).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(`${origin}/whole/`) && !/^(blob|data):/.test(url))).toEqual([]);
  });

  it("says which flag lets it in where the proxy puts its own Host and the server does not know the page", async () => {
    const page = await open("/foreign/");
    await page.getByText("The server refused this page").waitFor();
    await page.getByText(`try: --origin ${origin}`).waitFor();
  });

  it("says that websockets do not come through a proxy that drops Upgrade", async () => {
    const page = await open("/plain/");
    await page.getByText("The websocket is blocked").waitFor();
  });
});
