/** Opens what the page carries: files of the scene, task, controller. */
import { PAYLOAD_ID, type PagePayload } from "../../../src/export/page/payload.ts";
import { PlayedRobot } from "../../../src/export/page/played-robot.ts";
import * as flowgait from "../../../src/index.ts";
import type { Task } from "../../../src/tasks/define-task.ts";
import { withLesson } from "../../../src/tasks/lesson.ts";
import { PAGE_NAMES } from "../../../src/tasks/own/page-names.ts";
import { get } from "../../../src/tasks/registry.ts";
import { withSettings } from "../../../src/tasks/settings/task-settings.ts";
import { addFile } from "./files.ts";

/** Reads what the page carries, and lays out its files. */
export function readPayload(): PagePayload {
  const payload = JSON.parse(document.getElementById(PAYLOAD_ID)!.textContent!) as PagePayload;
  for (const [path, content] of Object.entries(payload.files)) addFile(path, bytesOf(content));
  return payload;
}

/** A robot in its first episode. */
export function createRobot(payload: PagePayload): Promise<PlayedRobot> {
  const { controller, contract, seed } = payload;
  return PlayedRobot.create(taskOf(payload), bytesOf(controller), contract, seed);
}

function taskOf(payload: PagePayload): Task {
  return withSettings(withLesson(declaredTask(payload), payload.lesson), payload.settings);
}

function declaredTask({ task, taskScript, scene }: PagePayload): Task {
  if (taskScript === null) return get(task);
  const { packageName, exportsName } = PAGE_NAMES;
  const exported: Record<string, Task> = new Function(packageName, `${taskScript}; return ${exportsName};`)(flowgait);
  const found = Object.values(exported).find((candidate) => candidate?.name === task);
  if (!found) throw new Error(`this page's script has no task ${task}`);
  return { ...found, scene };
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
