/**
 * A thread that can be ended at any moment, also by the end of the process: never during a call into native code. In a page
 * viewer/tab/src/thread.ts stands in its place.
 */
import { parentPort, Worker, workerData } from "node:worker_threads";
import { CallGate, passThrough, switchTelemetryOff } from "../graph/index.ts";

/** The thread's line to whoever started it. */
export interface ThreadPort {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void;
  on(event: "message", listener: (message: never) => void): void;
}

/** What every thread is started with. */
interface Beginning {
  readonly gate: SharedArrayBuffer;
  readonly data: unknown;
}

/** Longest wait for calls under way at the end of the process; a call takes milliseconds. */
const LONGEST_CALL_MS = 2000;

const running = new Set<CallGate>();

function shutAll(): void {
  for (const gate of running) gate.shutAtOnce(LONGEST_CALL_MS);
}

/** Starts a program of its own, which calls `threadData`. */
export class Thread extends Worker {
  readonly #gate: CallGate;

  /** @param data what `threadData` gives there, copied */
  constructor(entry: URL, data: unknown) {
    switchTelemetryOff(); // a thread cannot do it for itself
    const gate = new CallGate();
    super(entry, { workerData: { gate: gate.memory, data } satisfies Beginning });
    this.#gate = gate;
    if (running.size === 0) process.once("exit", shutAll);
    running.add(gate);
    this.once("exit", () => {
      gate.abandon();
      running.delete(gate);
      if (running.size === 0) process.off("exit", shutAll);
    });
  }

  /** Ends the thread, between two calls. What it was doing is dropped. */
  async end(): Promise<void> {
    await this.#gate.shut();
    await this.terminate();
  }
}

/** What a thread was started with. Its calls can be waited for from here on. */
export function threadData<Data>(): Data {
  const { gate, data } = workerData as Beginning;
  passThrough(new CallGate(gate));
  return data as Data;
}

/** The line of this thread. Throws where this is none. */
export function threadPort(): ThreadPort {
  if (parentPort === null) throw new Error("worker: must be started as a worker thread");
  return parentPort as unknown as ThreadPort;
}

/** Resolves once what waits for this thread, messages among it, has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
