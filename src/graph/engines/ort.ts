// The default engine: ONNX Runtime's CPU kernels, native in Node and as WebAssembly in a page.
// A session runs on `threads` threads of its own; run() blocks the calling thread, so parallel work needs worker threads.
import type { Tensor as OrtTensor } from "onnxruntime-node";
import { checkFeeds, type Engine, type Executable, type FeedArray, type Feeds, outputArray } from "../engine.ts";
import type { GraphFunction } from "../function.ts";
import { readOnnx } from "../onnx/read.ts";
import { writeOnnx } from "../onnx/write.ts";
import type { Dim } from "../shape.ts";
import type { OrtDoor, OrtSession } from "./ort-door.ts";
import { loadOrt, READS_IN_PLACE } from "./ort-runtime.ts";

/** How ONNX Runtime runs functions. */
export interface OrtOptions {
  /** Threads per session (default 1). */
  readonly threads?: number;
  /** Another runtime than the one that belongs here. */
  readonly runtime?: { load(): Promise<OrtDoor>; readonly readsInPlace: boolean };
}

const HERE = { load: loadOrt, readsInPlace: READS_IN_PLACE };

/** Wraps arrays as runtime tensors; memory shared between threads, which the runtime refuses, goes through a copy. */
class Slot {
  private array?: FeedArray;
  private staged?: FeedArray;
  private tensor?: OrtTensor;
  private readonly ort: OrtDoor;
  private readonly shape: readonly Dim[];

  constructor(ort: OrtDoor, shape: readonly Dim[]) {
    this.ort = ort;
    this.shape = shape;
  }

  /** A tensor over the array itself, or over a private copy's memory; the same array gives the same tensor. */
  wrap(array: FeedArray, batch: number): OrtTensor {
    if (this.tensor && this.array === array) return this.tensor;
    this.array = array;
    const shared = !(array.buffer instanceof ArrayBuffer);
    this.staged = shared ? array.slice() : undefined;
    const memory = this.staged ?? array;
    const dims = this.shape.map((dim) => (dim === -1 ? batch : dim));
    this.tensor =
      memory instanceof BigInt64Array
        ? new this.ort.Tensor("int64", memory, dims)
        : new this.ort.Tensor("float32", memory, dims);
    return this.tensor;
  }

  /** Whether the array at hand is the one that was wrapped last. */
  holds(array: FeedArray | undefined): boolean {
    return array !== undefined && array === this.array;
  }

  /** Brings the private copy, if there is one, up to date before a run. */
  pull(): void {
    if (this.staged instanceof Float32Array) this.staged.set(this.array as Float32Array);
    else if (this.staged instanceof BigInt64Array) this.staged.set(this.array as BigInt64Array);
  }

  /** Hands a result on from the private copy after a run. */
  push(): void {
    if (this.staged instanceof Float32Array) (this.array as Float32Array).set(this.staged);
  }
}

/** In a session outputs are called out/0, out/1, …, so that a function may name results like its inputs. */
function numberedOutputs(fn: GraphFunction): GraphFunction {
  return { ...fn, outputs: Object.fromEntries(Object.values(fn.outputs).map((tensor, i) => [`out/${i}`, tensor])) };
}

/** Arrays of a run as the runtime takes them, by the session's names, and as the caller gets them. */
interface Binding {
  readonly fed: Record<string, OrtTensor>;
  readonly fetched: Record<string, OrtTensor>;
  readonly results: Record<string, Float32Array>;
}

class OrtExecutable implements Executable {
  private readonly inputs = new Map<string, Slot>();
  private readonly outputs = new Map<string, Slot>();

  private readonly fn: GraphFunction;
  private readonly session: OrtSession;
  /** What the session calls the function's outputs. */
  private readonly results: readonly string[];
  private binding: Binding | null = null;

  constructor(fn: GraphFunction, session: OrtSession, ort: OrtDoor, results: readonly string[]) {
    this.fn = fn;
    this.session = session;
    this.results = results;
    for (const node of fn.inputs)
      if (node.op === "input") this.inputs.set(node.attributes.name, new Slot(ort, node.shape));
    for (const [name, { shape }] of Object.entries(fn.outputs)) this.outputs.set(name, new Slot(ort, shape));
  }

  async run(feeds: Feeds, out: Readonly<Record<string, Float32Array>> = {}): Promise<Record<string, Float32Array>> {
    const { fed, fetched, results } = this.isBoundTo(feeds, out) ? this.binding! : this.bind(feeds, out);
    for (const slot of this.inputs.values()) slot.pull();
    await this.session.runInto(fed, fetched);
    for (const slot of this.outputs.values()) slot.push();
    return results;
  }

  /** Whether these are the arrays of the last run: the training loop's are, and need neither checks nor new wrappings. */
  private isBoundTo(feeds: Feeds, out: Readonly<Record<string, Float32Array>>): boolean {
    if (this.binding === null) return false;
    for (const [name, slot] of this.inputs) if (!slot.holds(feeds[name])) return false;
    for (const [name, slot] of this.outputs) if (!slot.holds(out[name])) return false;
    return true;
  }

  private bind(feeds: Feeds, out: Readonly<Record<string, Float32Array>>): Binding {
    this.binding = null; // what throws halfway leaves nothing bound
    const batch = checkFeeds(this.fn, feeds);
    const binding: Binding = { fed: {}, fetched: {}, results: {} };
    for (const [name, slot] of this.inputs) binding.fed[name] = slot.wrap(feeds[name], batch);
    let index = 0;
    for (const [name, slot] of this.outputs) {
      const result = outputArray(this.fn, name, batch, out[name]);
      binding.results[name] = result;
      binding.fetched[this.results[index++]] = slot.wrap(result, batch);
    }
    this.binding = binding;
    return binding;
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }
}

/**
 * Runs the very bytes of an ONNX file on one thread, as any other program would.
 * @throws UserError when `readOnnx` does not understand the file or the native module does not load
 */
export async function openOnnx(bytes: Uint8Array, source?: string): Promise<Executable> {
  const { function: fn } = readOnnx(bytes, source);
  const ort = await loadOrt();
  return new OrtExecutable(fn, await ort.open(bytes, 1), ort, Object.keys(fn.outputs));
}

/** Sessions with `threads` threads each on the CPU. Compiling throws a UserError when the native module does not load. */
export function createOrtEngine({ threads = 1, runtime = HERE }: OrtOptions = {}): Engine {
  const executables = new Set<Executable>();
  return {
    name: "ort",
    readsInPlace: runtime.readsInPlace,
    async compile(fn) {
      const ort = await runtime.load();
      const numbered = numberedOutputs(fn);
      const session = await ort.open(writeOnnx(numbered, { tuned: true }), threads);
      const executable = new OrtExecutable(fn, session, ort, Object.keys(numbered.outputs));
      executables.add(executable);
      return executable;
    },
    async dispose() {
      await Promise.all([...executables].map((executable) => executable.dispose()));
      executables.clear();
    },
  };
}
