/** Memory that threads share, where they can: a page that is not isolated has none, and computes on one thread. */

/** Memory of a batch or a recording. */
export type SharedMemory = SharedArrayBuffer | ArrayBuffer;

/** Whether threads can share memory here. */
export function canShare(): boolean {
  return typeof SharedArrayBuffer !== "undefined";
}

/** Throws a RangeError where the machine does not give so much. */
export function shareableMemory(bytes: number): SharedMemory {
  return canShare() ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
}
