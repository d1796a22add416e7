/** Lets a process end in order after its terminal is lost. */
import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { isatty } from "node:tty";

const STREAMS = [0, 1, 2];

/**
 * Node gives a terminal its settings back at the end and aborts where that fails, as it does for one that is lost. So what was a terminal when
 * this was called, and no longer is at the end, is replaced before.
 */
export function surviveLostTerminal(): void {
  const terminals = STREAMS.filter((descriptor) => isatty(descriptor));
  process.on("exit", () => {
    for (const descriptor of terminals) if (!isatty(descriptor)) replace(descriptor);
  });
}

/** The lowest free descriptor is the next to be given out. */
function replace(descriptor: number): void {
  closeSync(descriptor);
  openSync(devNull, "r+");
}
