/** Stages of a longer command on standard error: a bar that is redrawn on a terminal; elsewhere a line per stage, and one now and then within it. */
import cliProgress from "cli-progress";
import type { Output } from "../files/output.ts";

/** Shows stages. */
export interface StageProgress {
  tell(stage: string, done?: number, total?: number): void;
  close(): void;
}

/** Between two lines of the same stage. */
const LINE_EVERY_MS = 10_000;

/** Progress of named stages: a bar on a terminal, else lines. @param nowMs steady clock, ms */
export function stageProgress(output: Output, nowMs: () => number = () => performance.now()): StageProgress {
  return output.notes.isTTY === true ? barProgress(output) : lineProgress(output, nowMs);
}

function lineProgress(output: Output, nowMs: () => number): StageProgress {
  let shown = "";
  let atMs = 0;
  return {
    tell(stage, done = 0, total = 0) {
      const isNew = stage !== shown;
      if (!isNew && (done === total || nowMs() - atMs < LINE_EVERY_MS)) return;
      [shown, atMs] = [stage, nowMs()];
      const count = total > 1 ? `, ${isNew ? total : `${done} of ${total}`}` : "";
      output.note(`${stage}${count} …`);
    },
    close: () => {},
  };
}

function barProgress({ notes }: Output): StageProgress {
  const bar = new cliProgress.SingleBar(
    { format: "{bar} {stage}{count}", stream: notes, barsize: 16, hideCursor: true, clearOnComplete: true, fps: 5 },
    cliProgress.Presets.shades_classic,
  );
  bar.start(1, 0, { stage: "starting", count: "" });
  return {
    tell(stage, done = 0, total = 1) {
      bar.setTotal(total);
      bar.update(done, { stage, count: total > 1 ? `, ${done} of ${total}` : "" });
    },
    close: () => bar.stop(),
  };
}
