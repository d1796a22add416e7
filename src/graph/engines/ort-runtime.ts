// The one door to onnxruntime-node, which sends nothing home. In a page viewer/tab/src/ort-runtime.ts stands in its place.
import type { InferenceSession } from "onnxruntime-node";
import { UserError } from "../../math/user-error.ts";
import { enterCall, leaveCall } from "./call-gate.ts";
import { switchTelemetryOff } from "./no-telemetry.ts";
import type { OrtDoor, OrtSession, OrtTensors } from "./ort-door.ts";

const PACKAGE = "onnxruntime-node";

/** The package that runs files here. */
export const RUNTIME_PACKAGE: string = PACKAGE;
/** Whether it reads feeds where they lie; see `Engine`. */
export const READS_IN_PLACE: boolean = true;

let loading: Promise<OrtDoor> | undefined;

/** Loads the native module, once. Throws a UserError when it is absent or does not fit this machine. */
export function loadOrt(): Promise<OrtDoor> {
  switchTelemetryOff();
  loading ??= importOrt().then(
    (module) => nativeDoor(module.default ?? module),
    (cause: unknown) => {
      loading = undefined;
      requireOrt();
      const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
      throw new UserError(
        `ort engine: onnxruntime-node does not load on ${process.platform}-${process.arch} (${reason}); ` +
          "reinstall the package, or choose --engine tfjs",
        { cause },
      );
    },
  );
  return loading;
}

/**
 * Throws a UserError with the command that installs onnxruntime-node when it is absent: npm skips it where its install script fails, which wants
 * to download what is not needed here.
 */
export function requireOrt(): void {
  if (isBeside() || addressInProject() !== null) return;
  throw new UserError(
    `ort engine: ${PACKAGE} is not installed; try: npm install --ignore-scripts ${PACKAGE}@1, or choose --engine tfjs`,
  );
}

async function importOrt(): Promise<
  typeof import("onnxruntime-node") & { default?: typeof import("onnxruntime-node") }
> {
  const address = isBeside() ? null : addressInProject();
  return address === null ? import("onnxruntime-node") : import(address);
}

/** Whether this package finds it as its dependency. */
function isBeside(): boolean {
  try {
    import.meta.resolve(PACKAGE);
    return true;
  } catch (cause) {
    return (cause as { code?: string }).code !== "ERR_MODULE_NOT_FOUND"; // loading says what else is wrong
  }
}

/**
 * Its main module in the project of the working directory; null where it is missing there too. The command in the error puts it there, which is
 * not beside a flowgait that is installed globally or run by npx.
 */
function addressInProject(): string | null {
  const { createRequire } = process.getBuiltinModule("node:module");
  const { pathToFileURL } = process.getBuiltinModule("node:url");
  try {
    return pathToFileURL(createRequire(`${process.cwd()}/project.js`).resolve(PACKAGE)).href;
  } catch {
    return null;
  }
}

function nativeDoor(ort: typeof import("onnxruntime-node")): OrtDoor {
  const create = (bytes: Uint8Array, threads: number) =>
    call(() => ort.InferenceSession.create(bytes, sessionOptions(threads)));
  return { Tensor: ort.Tensor, open: async (bytes, threads) => new NativeSession(await create(bytes, threads)) };
}

/** The native module writes results into the given arrays. */
class NativeSession implements OrtSession {
  readonly #session: InferenceSession;

  constructor(session: InferenceSession) {
    this.#session = session;
  }

  async runInto(inputs: OrtTensors, outputs: OrtTensors): Promise<void> {
    await call(() => this.#session.run(inputs, outputs));
  }

  async runFor(inputs: OrtTensors, wanted: string) {
    return (await call(() => this.#session.run(inputs, [wanted])))[wanted]!;
  }

  dispose(): Promise<void> {
    return call(() => this.#session.release());
  }
}

/** A call into native code, which the thread's gate has to admit. */
async function call<T>(into: () => Promise<T>): Promise<T> {
  enterCall();
  try {
    return await into();
  } finally {
    leaveCall();
  }
}

function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    // What goes wrong is thrown too, and then said in one line.
    logSeverityLevel: 4,
  };
}
