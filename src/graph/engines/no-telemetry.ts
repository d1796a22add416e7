// ONNX Runtime from 1.30 on writes a device id and events below the home folder and sends them to its maker. Not from here.

/** ONNX Runtime reads it from the process's environment when its first session is made; any value but 0 switches its telemetry off. */
const SWITCH = "ORT_DISABLE_TELEMETRY";

/**
 * Switches ONNX Runtime's telemetry off for the whole process. Must run on the main thread before any thread makes a session: a worker
 * thread has a copy of the environment, which native code does not see. Does nothing in a browser.
 */
export function switchTelemetryOff(): void {
  if (typeof process !== "undefined" && process.env !== undefined) process.env[SWITCH] = "1";
}
