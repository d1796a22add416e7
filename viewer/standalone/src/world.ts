/** Opens what the page carries: files of the scene, task, controller. */
import { PAYLOAD_ID, type PagePayload } from "../../../src/export/page/payload.ts";
import { PlayedRobot } from "../../../src/export/page/played-robot.ts";
import { get } from "../../../src/tasks/registry.ts";
import { addFile } from "./files.ts";
import { packageRoot } from "./package-root.ts";

export function readPayload(): PagePayload {
  const payload = JSON.parse(document.getElementById(PAYLOAD_ID)!.textContent!) as PagePayload;
  for (const [path, content] of Object.entries(payload.files)) addFile(`${packageRoot}/${path}`, bytesOf(content));
  return payload;
}

/** A robot in its first episode. */
export function createRobot({ task, controller, contract, seed }: PagePayload): Promise<PlayedRobot> {
  return PlayedRobot.create(get(task), bytesOf(controller), contract, seed);
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
