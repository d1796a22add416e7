/** The part of node:os that shared code uses. */
import { canShare } from "../../../../src/threads/shared-memory.ts";

interface Cpu {
  readonly model: string;
}

/** Threads that a training can have: one where memory cannot be shared. */
export function availableParallelism(): number {
  return canShare() ? (navigator.hardwareConcurrency ?? 1) : 1;
}

export function cpus(): Cpu[] {
  return Array.from({ length: navigator.hardwareConcurrency ?? 1 }, () => ({ model: "" }));
}

/** What browsers say of it, which is at most 8 GiB. */
export function totalmem(): number {
  const { deviceMemory = 0 } = navigator as { deviceMemory?: number };
  return deviceMemory * 2 ** 30;
}

export const hostname = () => "this page";
export const platform = () => "browser";
export const release = () => navigator.userAgent;
export const tmpdir = () => "/tmp";
export const endianness = () => (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? "LE" : "BE");
/** A page's threads have no niceness. */
export const getPriority = () => 0;
export const setPriority = () => {};
