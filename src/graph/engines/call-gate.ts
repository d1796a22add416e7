/**
 * Calls into native code of a thread that another one may end. ONNX Runtime aborts the whole process when its thread is ended
 * during a call, so a thread's owner shuts its gate first and waits until the running call is over.
 */

/** Flag beside the count of running calls, set once no more calls are admitted. */
const SHUT = 1 << 30;
/** How often an owner looks whether the running call is over. */
const LOOK_MS = 1;

/** Counts the calls under way, and lets none begin once it is shut. */
export class CallGate {
  /** What owner and thread share. */
  readonly memory: SharedArrayBuffer;
  /** [calls under way, and SHUT] */
  readonly #state: Int32Array;

  constructor(memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#state = new Int32Array(memory);
  }

  /** The thread's side, before a call. Once the gate is shut it waits here for its end. */
  enter(): void {
    if (Atomics.add(this.#state, 0, 1) < SHUT) return;
    this.leave();
    for (;;) Atomics.wait(this.#state, 0, SHUT);
  }

  /** The thread's side, after a call. */
  leave(): void {
    Atomics.sub(this.#state, 0, 1);
    Atomics.notify(this.#state, 0);
  }

  /** The owner's side: admits no more calls, and resolves when none is running. */
  async shut(): Promise<void> {
    Atomics.or(this.#state, 0, SHUT);
    while (this.#isInside()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }

  /** The same where nothing can be awaited, for at most so many milliseconds: a thread that died inside never leaves. */
  shutAtOnce(mostMs: number): void {
    Atomics.or(this.#state, 0, SHUT);
    const end = performance.now() + mostMs;
    while (this.#isInside() && performance.now() < end)
      Atomics.wait(this.#state, 0, Atomics.load(this.#state, 0), LOOK_MS);
  }

  /** The owner's side: the thread is gone, also where it died inside. */
  abandon(): void {
    Atomics.store(this.#state, 0, SHUT);
  }

  #isInside(): boolean {
    return Atomics.load(this.#state, 0) !== SHUT;
  }
}

/** The gate of this thread; the main thread, which is never ended, has none. */
let ofThisThread: CallGate | null = null;

/** Has this thread's calls into native code pass a gate. */
export function passThrough(gate: CallGate): void {
  ofThisThread = gate;
}

/** Before a call into native code. */
export function enterCall(): void {
  ofThisThread?.enter();
}

/** After it. */
export function leaveCall(): void {
  ofThisThread?.leave();
}
