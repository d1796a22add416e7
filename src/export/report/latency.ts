/** How long calls take: the middle, the slowest in a hundred, the slowest. */

/** Times of single calls with one observation, in milliseconds. */
export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly calls: number;
}

const WARM_UP_CALLS = 100;

/**
 * @param call one control step
 * @param nowMs a steady clock in milliseconds
 */
export async function measureLatency(
  call: () => Promise<unknown>,
  calls: number,
  nowMs: () => number = () => performance.now(),
): Promise<Latency> {
  for (let i = 0; i < WARM_UP_CALLS; i++) await call();
  const times = new Float64Array(calls);
  for (let i = 0; i < calls; i++) {
    const started = nowMs();
    await call();
    times[i] = nowMs() - started;
  }
  times.sort();
  return { p50Ms: times[calls >> 1]!, p99Ms: times[Math.floor(0.99 * calls)]!, maxMs: times[calls - 1]!, calls };
}
