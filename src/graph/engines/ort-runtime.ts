// The one door to onnxruntime-node, which sends nothing home.
import type { InferenceSession } from "onnxruntime-node";
import { UserError } from "../../math/user-error.ts";
import { enterCall, leaveCall } from "./call-gate.ts";
import { switchTelemetryOff } from "./no-telemetry.ts";

/** The module onnxruntime-node. */
export type Ort = typeof import("onnxruntime-node");

const PACKAGE = "onnxruntime-node";

let loading: Promise<Ort> | undefined;

/** Loads the native module, once. Throws a UserError when it is absent or does not fit this machine. */
export function loadOrt(): Promise<Ort> {
  switchTelemetryOff();
  loading ??= import("onnxruntime-node").then(
    (module) => module.default ?? module,
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
  try {
    import.meta.resolve(PACKAGE);
  } catch (cause) {
    if ((cause as { code?: string }).code !== "ERR_MODULE_NOT_FOUND") return; // loading says what else is wrong
    throw new UserError(
      `ort engine: ${PACKAGE} is not installed; try: npm install --ignore-scripts ${PACKAGE}@1, or choose --engine tfjs`,
      { cause },
    );
  }
}

/** A file's session, on kernels of the CPU with so many threads. */
export function openSession(ort: Ort, bytes: Uint8Array, threads: number): Promise<InferenceSession> {
  enterCall();
  return ort.InferenceSession.create(bytes, sessionOptions(threads)).finally(leaveCall);
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
