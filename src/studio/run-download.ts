/** What a page may take away of a run: the run itself, its controller, or the page that plays it. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { htmlPage } from "../export/html-page.ts";
import { readController } from "../export/read-controller.ts";
import { UserError } from "../math/user-error.ts";
import { latestCheckpoint } from "../runs/checkpoint.ts";
import { packRun, RUN_FILE_ENDING } from "../runs/run-file.ts";
import { readRun, runPaths } from "../runs/run-folder.ts";
import { foundTask, homeOf } from "../runs/run-places.ts";
import type { DownloadKind } from "../stream/protocol.ts";
import { isTaskFile, resolveTask, taskFileName, variantOf } from "../tasks/index.ts";

/** A file for the user. */
export interface Download {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** @throws UserError where the run has saved nothing yet, or is damaged */
export async function downloadOf(folder: string, what: DownloadKind): Promise<Download> {
  if (what === "run") return { name: basename(folder) + RUN_FILE_ENDING, bytes: await packRun(folder) };
  const onnx = await readFile(runPaths(folder).controller).catch(() => {
    throw new UserError(`${basename(folder)}: has no controller yet, expected one after its first checkpoint`);
  });
  const { config, files } = await readRun(folder);
  const name = taskFileName(files.task?.name ?? config.task);
  if (what === "controller") return { name: `${name}.onnx`, bytes: onnx };
  return { name: `${name}.html`, bytes: new TextEncoder().encode(await pageOf(folder, onnx)) };
}

/** The controller as a page of its own. */
async function pageOf(folder: string, onnx: Uint8Array): Promise<string> {
  const { config } = await readRun(folder);
  const home = await homeOf(await latestCheckpoint(folder));
  const reference = foundTask(config.task, home) ?? config.task;
  const task = await resolveTask(reference, variantOf(config));
  return htmlPage(
    task,
    isTaskFile(reference) ? reference : null,
    onnx,
    readController(onnx, basename(folder)).contract,
  );
}
