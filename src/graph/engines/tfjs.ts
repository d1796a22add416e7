// Runs the same graphs on TensorFlow.js, which is how users with @tensorflow/tfjs-node or -node-gpu bring their hardware.
// The package is loaded when a function is compiled (tfjs-package.ts).
import type { Tensor as TfTensor } from "@tensorflow/tfjs";
import { checkFeeds, type Engine, type Executable, type FeedArray, type Feeds, outputArray } from "../engine.ts";
import type { GraphFunction } from "../function.ts";
import type { Tensor } from "../tensor.ts";
import { type TensorFlow, type TfKernels, tfKernels } from "./tfjs-kernels.ts";
import { installedPackage, loadPackage, NATIVE_PACKAGES, unusable } from "./tfjs-package.ts";

/** A backend of TensorFlow.js. */
export type TfjsBackend = "cpu" | "wasm" | "tensorflow";

/** How TensorFlow.js runs functions. */
export interface TfjsOptions {
  /** "cpu": plain JavaScript, "wasm": WebAssembly, "tensorflow": the native library (default). */
  readonly backend?: TfjsBackend;
  /** With "tensorflow": load @tensorflow/tfjs-node-gpu (true) or -node (false); if omitted, the first that is installed. */
  readonly gpu?: boolean;
  /**
   * Transpose matrices before they are multiplied, which "cpu" and "wasm" do several times faster than multiplying
   * transposed (default true for these two).
   */
  readonly explicitTranspose?: boolean;
}

async function loadBackend({ backend = "tensorflow", gpu }: TfjsOptions): Promise<TensorFlow> {
  const found = installedPackage(backend === "tensorflow" ? nativePackages(gpu) : ["@tensorflow/tfjs"]);
  const tf = await loadPackage(found);
  if (backend === "wasm") await loadPackage(installedPackage(["@tensorflow/tfjs-backend-wasm"]));
  await startBackend(tf, backend).catch((cause: unknown) => {
    throw unusable(found, cause);
  });
  // The graph has checked the shapes; no second check, no advertising on the console.
  tf.enableProdMode();
  return tf;
}

function nativePackages(gpu?: boolean): readonly string[] {
  return gpu === undefined ? NATIVE_PACKAGES : NATIVE_PACKAGES.slice(gpu ? 0 : 1, gpu ? 1 : 2);
}

async function startBackend(tf: TensorFlow, backend: TfjsBackend): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`its backend ${backend} did not start`);
  await tf.ready();
}

class TfjsExecutable implements Executable {
  private readonly tf: TensorFlow;
  private readonly backend: TfjsBackend;
  private readonly fn: GraphFunction;
  private readonly kernels: TfKernels;

  constructor(tf: TensorFlow, backend: TfjsBackend, kernels: TfKernels, fn: GraphFunction) {
    this.tf = tf;
    this.backend = backend;
    this.kernels = kernels;
    this.fn = fn;
  }

  async run(feeds: Feeds, out: Readonly<Record<string, Float32Array>> = {}): Promise<Record<string, Float32Array>> {
    const batch = checkFeeds(this.fn, feeds);
    await this.tf.setBackend(this.backend);
    const values = this.compute(feeds, batch);
    const results: Record<string, Float32Array> = {};
    for (const [name, value] of values) {
      results[name] = outputArray(this.fn, name, batch, out[name]);
      results[name].set((await value.data()) as Float32Array);
    }
    this.tf.dispose(values.map(([, value]) => value));
    return results;
  }

  async dispose(): Promise<void> {}

  /** Runs the nodes in order and frees each value after its last use. */
  private compute(feeds: Feeds, batch: number): [string, TfTensor][] {
    const { fn, tf } = this;
    const remaining = new Map<Tensor, number>();
    const claim = (tensor: Tensor) => remaining.set(tensor, (remaining.get(tensor) ?? 0) + 1);
    for (const node of fn.nodes) node.inputs.forEach(claim);
    Object.values(fn.outputs).forEach(claim);
    const values = new Map<Tensor, TfTensor>();
    for (const node of fn.nodes) {
      values.set(
        node,
        tf.tidy(() => this.evaluate(node, values, feeds, batch)),
      );
      for (const operand of node.inputs) {
        const left = remaining.get(operand)! - 1;
        remaining.set(operand, left);
        if (left === 0) values.get(operand)!.dispose();
      }
    }
    return Object.entries(fn.outputs).map(([name, tensor]) => [name, values.get(tensor)!]);
  }

  private evaluate(node: Tensor, values: ReadonlyMap<Tensor, TfTensor>, feeds: Feeds, batch: number): TfTensor {
    if (node.op === "input") return this.feed(feeds[node.attributes.name], node, batch);
    const operands = node.inputs.map((operand) => values.get(operand)!);
    return this.kernels(node, operands);
  }

  private feed(values: FeedArray, node: Tensor, batch: number): TfTensor {
    const shape = node.shape.map((dim) => (dim === -1 ? batch : dim));
    if (values instanceof BigInt64Array) return this.tf.tensor(Int32Array.from(values, Number), shape, "int32");
    return this.tf.tensor(values.slice(), shape, "float32");
  }
}

/** Runs graphs on a TensorFlow.js backend. Compiling throws a UserError when its package is not installed. */
export function createTfjsEngine(options: TfjsOptions = {}): Engine {
  const { backend = "tensorflow", explicitTranspose = backend !== "tensorflow" } = options;
  return {
    name: `tfjs-${backend}`,
    readsInPlace: false,
    async compile(fn) {
      const tf = await loadBackend(options);
      return new TfjsExecutable(tf, backend, tfKernels(tf, explicitTranspose), fn);
    },
    async dispose() {},
  };
}
