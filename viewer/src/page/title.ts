/** The words of the browser's tab: what is on screen and how it stands. */
import type { PageState } from "../state/store.ts";

/** The document's title for a state. */
export function titleOf({ isStudio, isStart, channel, info, status, drive }: PageState): string {
  if ((isStudio && isStart) || !info) return "flowgait";
  const words = channel === "drive" ? drivingWords(drive) : trainingWords(status);
  return `${info.task} ${words} – flowgait`;
}

function drivingWords(drive: PageState["drive"]): string {
  return drive?.state === "failed" ? "failed" : drive?.state === "paused" ? "paused" : "driven";
}

function trainingWords(status: PageState["status"]): string {
  if (!status || status.totalSteps === 0) return "starting";
  const share = `${Math.floor((100 * status.steps) / status.totalSteps)} %`;
  return status.state === "training" || status.state === "evaluating" ? share : `${share}, ${status.state}`;
}
