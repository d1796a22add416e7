/** The stage as a part of a card: the training's own robots, in small. */
import { useEffect, useRef } from "preact/hooks";
import type { Stage } from "../../scene/stage.ts";

const NOTHING_COVERED = { top: 0, right: 0, bottom: 0 };

/** Takes the stage's canvas into the card, and gives it back to the page. */
export function LiveStage({ stage }: { stage: Stage }) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { canvas } = stage;
    const home = canvas.parentElement;
    frame.current?.append(canvas);
    stage.setInsets(NOTHING_COVERED);
    return () => home?.prepend(canvas);
  }, [stage]);
  return <div class="live-stage" ref={frame} />;
}
