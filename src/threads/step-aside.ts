/** Lets the threads that answer people go first where there are fewer cores than threads. */
import { readlinkSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { basename } from "node:path";

/** Niceness that threads which work through jobs add to that of the process, and the highest there is */
const NICER = 5;
const NICEST = 19;

/**
 * Gives way to the process's other threads from now on: sockets, the viewer's server, a driven simulation. On Linux each thread has a
 * niceness of its own, by its thread number; elsewhere nothing changes.
 */
export function stepAside(): void {
  if (process.platform !== "linux") return;
  try {
    const thread = Number(basename(readlinkSync("/proc/thread-self")));
    setPriority(thread, Math.min(NICEST, getPriority(thread) + NICER));
  } catch {
    // No /proc, or not allowed: everything works, only less promptly.
  }
}
