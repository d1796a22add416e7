/** Ctrl-C in a long command: the first asks it to stop cleanly, the second stops at once. */

/** A signal that aborts on the first SIGINT or SIGTERM; the listeners are gone once `release` was called. */
export interface Interrupt {
  readonly signal: AbortSignal;
  release(): void;
}

/** Exit code of a process that Ctrl-C ended. */
const INTERRUPTED = 130;

/** @param onFirst says what happens now, and that a second Ctrl-C stops at once */
export function listenForInterrupt(onFirst: () => void): Interrupt {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
    onFirst();
  };
  process.on("SIGINT", listener).on("SIGTERM", listener);
  return {
    signal: controller.signal,
    release: () => void process.off("SIGINT", listener).off("SIGTERM", listener),
  };
}

/** Resolves once the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
