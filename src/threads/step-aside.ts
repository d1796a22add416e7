/** Lets the threads that answer people go first where there are fewer cores than threads. */
import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";

/** Niceness of threads that work through jobs */
const NICENESS = 5;

/**
 * Gives way to the process's other threads from now on: sockets, the viewer's server, a driven simulation. On Linux each thread has a
 * niceness of its own, by its thread number; elsewhere nothing changes.
 */
export function stepAside(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), NICENESS);
  } catch {
    // No /proc, or not allowed: everything works, only less promptly.
  }
}
