/**
 * The stack of a WebAssembly module. An error that a module raises into JavaScript leaves its stack where it was, some kilobytes deep; it holds
 * 64 of them, so that about the twelfth error would have later calls write over other memory. Emscripten's modules keep the instance, with
 * which that is mended, to themselves: it is caught where it is made.
 */

/** Puts the stack back to where it is while nothing runs. */
export type StackReset = () => void;

/** What of an instance's exports is used. */
interface StackExports {
  readonly memory: { readonly buffer: ArrayBufferLike };
  emscripten_stack_get_current(): number;
  _emscripten_stack_restore(position: number): void;
}

type Instantiate = (...args: unknown[]) => Promise<{ readonly instance?: { readonly exports: object } }>;

/** Starts a module. @returns it, and the exports of the instances that were made meanwhile */
export async function withExports<M>(start: () => Promise<M>): Promise<{ module: M; exports: readonly object[] }> {
  const engine = Reflect.get(globalThis, "WebAssembly") as unknown as { instantiate: Instantiate };
  const exports: object[] = [];
  const own = engine.instantiate;
  const caught: Instantiate = async (...args) => {
    const made = await own.apply(engine, args);
    if (made.instance) exports.push(made.instance.exports);
    return made;
  };
  // Where the global is frozen nothing is caught.
  const replaced = Reflect.set(engine, "instantiate", caught);
  try {
    return { module: await start(), exports };
  } finally {
    if (replaced && engine.instantiate === caught) Reflect.set(engine, "instantiate", own);
  }
}

/** How to put back the stack of the instance that has this memory; null where it was not caught. Call while none of its functions runs. */
export function stackReset(exports: readonly object[], memory: ArrayBufferLike): StackReset | null {
  const found = exports.find((candidate): candidate is StackExports => {
    return isStack(candidate) && candidate.memory.buffer === memory;
  });
  if (found === undefined) return null;
  const position = found.emscripten_stack_get_current();
  return () => found._emscripten_stack_restore(position);
}

function isStack(exports: object): exports is StackExports {
  return "memory" in exports && "emscripten_stack_get_current" in exports && "_emscripten_stack_restore" in exports;
}
