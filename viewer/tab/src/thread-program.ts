/** The script of all threads: runs the program that it is told to. */
import "./node/process.ts";
import { disk } from "./disk/disk.ts";
import { loadPackageList, setSite } from "./disk/package-files.ts";
import { takeMujoco } from "./doors/mujoco-module.ts";
import { type Beginning, beginThread, LOADED, receive } from "./doors/thread.ts";

const programs: Readonly<Record<string, () => Promise<unknown>>> = {
  "worker.js": () => import("../../../src/train/worker.ts"),
  "drive-worker.js": () => import("../../../src/drive/drive-worker.ts"),
  "portrait-worker.js": () => import("../../../src/studio/portrait-worker.ts"),
  "why-worker.js": () => import("../../../src/falls/why-worker.ts"),
};

async function begin(told: Beginning): Promise<void> {
  const program = programs[told.program];
  if (program === undefined) throw new Error(`${told.program}: is not a program of this page`);
  if (told.mujoco) takeMujoco(told.mujoco);
  setSite(told.site);
  disk.addPackage(await loadPackageList());
  beginThread(told);
  await program();
}

self.onmessage = ({ data }: MessageEvent<Beginning>) => {
  self.onmessage = (event) => receive(event.data as never);
  void begin(data).catch((error: unknown) => {
    // An error that nobody handles reaches whoever started the thread.
    setTimeout(() => {
      throw error;
    });
  });
};
self.onmessageerror = () => {
  throw new Error("a message to a thread could not be read");
};
self.postMessage(LOADED);
