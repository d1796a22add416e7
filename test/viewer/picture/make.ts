/**
 * Makes a moving picture of a running viewer, such as README's: records a stretch of its stream, shows it again one frame at a time, at full quality
 * and however long drawing takes, and writes an animated PNG. Not a test.
 *
 * node dist/test/viewer/picture/make.js http://127.0.0.1:8080 picture.png --robots 4 --seconds 4 --theme dark
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { POSE_FLAG, type PoseFrame, unpackScene } from "../../../src/stream/protocol.ts";
import { StreamServer } from "../../../src/stream/server.ts";
import { launchBrowser, pageUntil, settled } from "../browser.ts";
import { animatedPng } from "./animated-png.ts";
import { record } from "./recording.ts";

const FRAME_HZ = 12.5;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    robots: { type: "string", default: "1" },
    first: { type: "string", default: "0" },
    seconds: { type: "string", default: "4" },
    width: { type: "string", default: "960" },
    height: { type: "string", default: "540" },
    theme: { type: "string", default: "light" },
    panel: { type: "boolean", default: true },
  },
  allowNegative: true,
});
const [address = "http://127.0.0.1:8080", target = "picture.png"] = positionals;
const [robots, first, width, height] = [values.robots, values.first, values.width, values.height].map(Number);

const environments = Array.from({ length: robots }, (_, k) => first + k);
const recording = await record(address, environments, Number(values.seconds));
const server = await StreamServer.listen({ port: 0 });
const browser = await launchBrowser();
try {
  const page = await openPage();
  const pictures: Uint8Array[] = [];
  for (const frame of evenFrames(recording.frames)) {
    pictures.push(await takePicture(page, frame));
    process.stderr.write(`\r${pictures.length} frames`);
  }
  await writeFile(target, animatedPng(pictures, width, height, FRAME_HZ));
  process.stderr.write(` written to ${target}\n`);
} finally {
  await browser.close();
  await server.close();
}

async function openPage(): Promise<Page> {
  const { scene, status, metrics } = recording;
  server.setScene(unpackScene(scene.scene, new Uint8Array(0)), scene.info);
  server.pushStatus(status);
  for (const point of metrics.points) server.pushMetrics(point);
  for (const point of metrics.evaluations) server.pushEvaluation(point);
  const colorScheme = values.theme === "dark" ? "dark" : "light";
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  const kept = { gridCount: robots };
  await page.addInitScript(`localStorage.setItem("flowgait.view", ${JSON.stringify(JSON.stringify(kept))})`);
  await page.goto(`${server.url}?quality=1`, { timeout: 120_000 });
  await pageUntil(page, "flowgait.state.info !== null", 120_000);
  if (!values.panel) await page.keyboard.press("p");
  return page;
}

/** Frames at an even distance in simulated time. */
function* evenFrames(frames: readonly PoseFrame[]): Generator<PoseFrame> {
  let due = frames[0].time;
  let flags = 0;
  for (const frame of frames) {
    for (const pose of frame.environments) flags |= pose.flags;
    if (frame.time < due - 1e-6) continue;
    due += 1 / FRAME_HZ;
    const passedOn = flags & POSE_FLAG.cut;
    yield { ...frame, environments: frame.environments.map((pose) => ({ ...pose, flags: pose.flags | passedOn })) };
    flags = 0;
  }
}

async function takePicture(page: Page, frame: PoseFrame): Promise<Uint8Array> {
  const terms = recording.terms.findLast(({ time }) => time <= frame.time);
  const values = terms?.values.map((value) => value ?? 0);
  const { time, bodies, environments: poses } = frame;
  const before = Number(await page.evaluate("flowgait.sequence"));
  server.pushFrame(
    { time, speed: 1, bodies, environments: poses },
    new Map(values ? [[first, Float32Array.from(values)]] : []),
  );
  await pageUntil(page, `flowgait.sequence > ${before}`, 120_000);
  await settled(page, "flowgait.framesDrawn"); // camera and tiles glide to their place
  const png = (await page.screenshot({ timeout: 120_000 })).toString("base64");
  const pixels: string = await page.evaluate(`(async () => {
    const image = new Image();
    image.src = "data:image/png;base64,${png}";
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let text = "";
    for (let k = 0; k < data.length; k += 8192) text += String.fromCharCode(...data.subarray(k, k + 8192));
    return btoa(text);
  })()`);
  return Buffer.from(pixels, "base64");
}
