/** The action before the last one, for costs of jerky control. */
import type { BoundTracker, Tracker, TrackerContext } from "./tracker.ts";

/** Earlier actions that terms may read in addition to `lastAction`. */
export interface ActionHistoryReading {
  /** [actionSize] of two steps before, after the squash; zeros at the start of an episode */
  readonly lastButOne: Float64Array;
}

/** Remembers actions of so many values. */
export function actionHistory(actionSize: number): Tracker<ActionHistoryReading> {
  return {
    size: 2 * actionSize,
    isOwn: true,
    description: { kind: "action-history", actionSize },
    bind: (context) => bindHistory(actionSize, context),
  };
}

function bindHistory(size: number, { slots }: TrackerContext): BoundTracker<ActionHistoryReading> {
  const last = slots.subarray(0, size);
  const lastButOne = slots.subarray(size);
  return {
    reading: { lastButOne },
    reset: () => {
      slots.fill(0);
    },
    afterReward: ({ action }) => {
      lastButOne.set(last);
      last.set(action);
    },
  };
}
