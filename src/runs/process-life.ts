/** Whether a process that was seen before still runs, and on which machine. */
import { readFileSync, readlinkSync } from "node:fs";

/** This boot of this machine, and the numbering of its processes (containers have their own); null where the system does not say. */
export function machineId(): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return null;
  }
}

/** When a process of this machine began, in clock ticks since boot; null if there is none, or the system does not say. */
export function startOf(pid: number): string | null {
  return statusOf(pid)?.started ?? null;
}

/**
 * Whether the process of this machine that began at `started` still runs; another one may have its number by now. null if that is unknown.
 */
export function isRunning(pid: number, started: string | null): boolean | null {
  if (!exists(pid)) return false;
  const status = statusOf(pid);
  if (status === null || started === null) return null;
  return status.started === started && !"ZX".includes(status.state);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** proc(5): after the name in parentheses come state (field 3) and, as field 22, the start. */
function statusOf(pid: number): { readonly state: string; readonly started: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0]!, started: fields[19]! };
  } catch {
    return null;
  }
}
