/** The picture in words, for those who do not see it: what is shown, how it stands and how fast it goes. Renewed every two seconds. */
import { useEffect, useState } from "preact/hooks";
import type { PageState, Store } from "../state/store.ts";
import { formatFixed } from "./widgets/format.ts";

/** Often enough to be true, seldom enough to be read. */
const RENEW_MS = 2000;

/** The text that describes the canvas. */
export function Summary({ store }: { store: Store }) {
  const [text, setText] = useState("");
  useEffect(() => {
    const renew = () => setText(summaryOf(store.get()));
    renew();
    const timer = setInterval(renew, RENEW_MS);
    return () => clearInterval(timer);
  }, [store]);
  return (
    <section class="hidden-text" aria-label="The picture in words">
      <p id="stage-summary">{text}</p>
    </section>
  );
}

/** What the picture shows, in sentences. */
export function summaryOf(state: PageState): string {
  const { info, channel, isStudio, isStart } = state;
  if (isStudio && isStart) return "Start screen: robots to drive, to train, or to add.";
  if (!info) return "Nothing is shown yet.";
  return channel === "drive" ? driveSummary(state, info) : trainingSummary(state, info);
}

function driveSummary({ drive, motion, readings }: PageState, info: NonNullable<PageState["info"]>): string {
  const seconds = ((drive?.step ?? 0) / info.controlHz).toFixed(1);
  const sentences = [
    `${info.task}, ${drive?.state ?? "loading"}, ${seconds} s simulated, ${counted(drive?.falls ?? 0, "fall")}.`,
  ];
  if (info.hasCommand && motion)
    sentences.push(velocityWords("Commanded", motion.command), velocityWords("Measured", motion.twist));
  const [hardest] = readings?.touching ?? [];
  if (hardest)
    sentences.push(
      `${counted(readings!.touching.length, "contact")}, the hardest between ${hardest.between.join(" and ")}.`,
    );
  if (drive?.detail) sentences.push(drive.detail);
  return sentences.join(" ");
}

function trainingSummary(
  { status, points, gridCount, isPaused }: PageState,
  info: NonNullable<PageState["info"]>,
): string {
  const shown = Math.min(gridCount, info.environments);
  const mean = points.at(-1)?.returnMean ?? null;
  const sentences = [`${counted(shown, "robot")} of ${info.task}${isPaused ? ", picture paused" : ""}.`];
  if (status) sentences.push(`Training: ${status.state}, ${status.steps.toLocaleString("en")} steps.`);
  if (mean !== null) sentences.push(`Mean return ${formatFixed(mean)}.`);
  return sentences.join(" ");
}

function velocityWords(who: string, [vx = 0, vy = 0, yaw = 0]: readonly number[]): string {
  return `${who}: ${formatFixed(vx)} m/s forward, ${formatFixed(vy)} m/s left, ${formatFixed(yaw)} rad/s turn.`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
