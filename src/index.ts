/**
 * The package's public API: declare tasks for your own robots, and use trained policies and simulations from programs.
 * `import { defineTask, jointTargets } from "flowgait"`
 */
import { switchTelemetryOff } from "./graph/engines/no-telemetry.ts";

switchTelemetryOff(); // also where a program loads ONNX Runtime itself

export { Rng } from "./math/rng.ts";
export { UserError } from "./math/user-error.ts";
export { Simulation } from "./physics/simulation.ts";
export * from "./tasks/index.ts";
