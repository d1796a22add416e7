/** Ctrl-C, SIGTERM and a lost terminal in a long command: the first of them asks it to stop cleanly, a second Ctrl-C or SIGTERM stops at once. */

/** A signal that aborts on the first SIGINT, SIGTERM or SIGHUP. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Lets signals end the process again; a terminal that is lost says so more than once, so after SIGHUP further ones stay without effect. */
  release(): void;
  /** To be called when all is saved. @throws HungUp where the terminal was lost first */
  end(): void;
}

/** The terminal was lost, and the command has stopped as cleanly as for Ctrl-C. There is no reader for messages. */
export class HungUp extends Error {
  /** As shells count it: 128 and the number of SIGHUP. */
  readonly exitCode = 129;
}

/** Exit codes of a process that stops at once. */
const AT_ONCE = { SIGINT: 130, SIGTERM: 143 } as const;

/** @param onFirst says what happens now, and that a second Ctrl-C stops at once */
export function listenForInterrupt(onFirst: () => void): Interrupt {
  const controller = new AbortController();
  let first: NodeJS.Signals | null = null;
  let wasAsked = false;
  const stop = (by: NodeJS.Signals) => {
    if (first !== null) return;
    first = by;
    controller.abort();
    onFirst();
  };
  const ask = (by: keyof typeof AT_ONCE) => {
    if (wasAsked) process.exit(AT_ONCE[by]);
    wasAsked = true;
    stop(by);
  };
  process.on("SIGINT", ask).on("SIGTERM", ask).on("SIGHUP", stop);
  return {
    signal: controller.signal,
    release: () => {
      process.off("SIGINT", ask).off("SIGTERM", ask);
      if (first !== "SIGHUP") process.off("SIGHUP", stop);
    },
    end: () => {
      if (first === "SIGHUP") throw new HungUp();
    },
  };
}

/** Resolves once the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
