/** The page's host: the studio, as `flowgait studio` runs it, in a worker. */
import "./node/process.ts";
import type { Output } from "../../../src/files/output.ts";
import { packageVersion } from "../../../src/files/version.ts";
import { unpackRun } from "../../../src/runs/run-file.ts";
import { CHANNELS } from "../../../src/stream/protocol.ts";
import { StreamServer } from "../../../src/stream/server.ts";
import { LiveView } from "../../../src/studio/live-view.ts";
import { prepareResume } from "../../../src/studio/prepared-run.ts";
import { TrainingDesk } from "../../../src/studio/training-desk.ts";
import { disk } from "./disk/disk.ts";
import { Journal } from "./disk/journal.ts";
import { loadPackageList, setSite } from "./disk/package-files.ts";
import { visit } from "./doors/gate.ts";
import { startThreadsFor } from "./doors/thread.ts";
import { interruptedRun } from "./interrupted-run.ts";
import type { HostBeginning, HostOrder, HostReport, ImportOrder } from "./orders.ts";

/** What the form shows first, and what is driven before anything is trained. */
const TASK = "HumanoidJoystick";
const STORAGE = "flowgait";

const report = (told: HostReport) => self.postMessage(told);

/** Lines for the curious: pages show what matters by themselves. */
const output: Output = {
  result: (text) => console.info(text),
  note: (text) => console.info(text),
  notes: { write: () => true, isTTY: false } as unknown as Output["notes"],
};

self.onmessage = ({ data }: MessageEvent<HostOrder>) => {
  if (data.kind === "begin") void begin(data);
  else void importRun(data);
};

/** The imported run is listed with the others, and shown by its name. */
async function importRun({ id, name, bytes }: ImportOrder): Promise<void> {
  try {
    const folder = await unpackRun(new Uint8Array(bytes), name);
    await disk.keeper.sync();
    report({ kind: "imported", id, refusal: null });
    await opened?.show(folder);
  } catch (error) {
    report({ kind: "imported", id, refusal: (error as Error).message });
  }
}

/** The desk, once the studio is open. */
let opened: TrainingDesk | null = null;

let begun = false;

async function begin({ site, port, drives }: HostBeginning): Promise<void> {
  if (begun) return visit(port);
  begun = true;
  try {
    await alone();
    setSite(site);
    startThreadsFor(site);
    const [list] = await Promise.all([loadPackageList(), openStorage()]);
    disk.addPackage(list);
    await openStudio(port, drives);
  } catch (error) {
    report({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
}

/** One page at a time has the runs of this site. */
async function alone(): Promise<void> {
  if (navigator.locks === undefined) return;
  await new Promise<void>((resolve) => {
    const held = new Promise<never>(() => {});
    void navigator.locks.request(STORAGE, { ifAvailable: true }, (lock) => {
      if (lock !== null) {
        resolve();
        return held;
      }
      report({
        kind: "waiting",
        reason: "another tab of this browser has this page open; close that tab to continue here",
      });
      void navigator.locks.request(STORAGE, () => {
        resolve();
        return held;
      });
      return undefined;
    });
  });
}

/** Without storage everything works until the page is closed. */
async function openStorage(): Promise<void> {
  try {
    const journal = await Journal.open(STORAGE);
    disk.adopt(await journal.names());
    disk.keepIn(journal);
    await navigator.storage?.persist?.().catch(() => false);
  } catch (error) {
    storageRefusal = `this browser keeps nothing for this page (${(error as Error).message}); download what you want to keep`;
  }
}

let storageRefusal: string | null = null;

async function openStudio(port: MessagePort, drives: boolean): Promise<void> {
  const server = await StreamServer.listen({ port: 0, version: packageVersion(), channels: CHANNELS });
  const view = new LiveView(server, output.note);
  const desk = new TrainingDesk({
    server,
    view,
    output,
    signal: new AbortController().signal,
    task: TASK,
    queue: null,
  });
  opened = desk;
  visit(port);
  if (storageRefusal !== null) server.pushEvent({ kind: "warning", steps: 0, message: storageRefusal });
  const run = interruptedRun();
  if (run === null && drives) await view.driveOnly(TASK, {});
  else if (run === null) view.idle();
  else await desk.begin(() => prepareResume(run, {})).catch((error: Error) => desk.failed(error.message));
}
