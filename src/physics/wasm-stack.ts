/**
 * The stack of a WebAssembly module. An error that a module raises into JavaScript leaves its stack where it was, some kilobytes deep; it holds
 * 64 of them, so that about the twelfth error would have later calls write over other memory. Emscripten's modules keep the instance, with
 * which that is mended, to themselves: it is caught where it is made.
 */

/** Bytes of the other stack: MuJoCo compiles each level of nested bodies with 430 of them, and XML has at most 500 levels. */
const OTHER_STACK = 2 ** 19;

/** The stack of one instance. */
export interface ModuleStack {
  /** Puts it back to where it is while nothing runs. */
  reset(): void;
  /** Runs `work` on another stack, which is larger, and returns to this one. */
  elsewhere<T>(work: () => T): T;
}

/** What of an instance's exports is used. */
interface StackExports {
  readonly memory: { readonly buffer: ArrayBufferLike };
  malloc(bytes: number): number;
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

/** The stack of the instance that has this memory; null where it was not caught. Call while none of its functions runs. */
export function moduleStack(exports: readonly object[], memory: ArrayBufferLike): ModuleStack | null {
  const found = exports.find((candidate): candidate is StackExports => {
    return isStack(candidate) && candidate.memory.buffer === memory;
  });
  if (found === undefined) return null;
  const position = found.emscripten_stack_get_current();
  // stacks grow downwards
  let other = 0;
  return {
    reset: () => found._emscripten_stack_restore(position),
    elsewhere: (work) => {
      const here = found.emscripten_stack_get_current();
      other ||= found.malloc(OTHER_STACK) + OTHER_STACK;
      found._emscripten_stack_restore(other);
      try {
        return work();
      } finally {
        found._emscripten_stack_restore(here);
      }
    },
  };
}

function isStack(exports: object): exports is StackExports {
  const used = ["memory", "malloc", "emscripten_stack_get_current", "_emscripten_stack_restore"];
  return used.every((name) => name in exports);
}
