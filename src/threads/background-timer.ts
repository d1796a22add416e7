/** A timer that does not keep the process alive. In a page there is nothing to keep alive. */
export function inBackground(timer: NodeJS.Timeout): NodeJS.Timeout {
  timer.unref?.();
  return timer;
}
