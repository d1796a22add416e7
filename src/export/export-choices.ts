/** Names of an export's choices. */

/** Formats that can be requested. */
export const EXPORT_FORMATS = ["onnx", "c", "html"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Sources of a controller's initial noise. */
export const NOISE_KINDS = ["zero", "seed", "input"] as const;
export type NoiseKind = (typeof NOISE_KINDS)[number];

/** Outputs of a controller. */
export const OUTPUT_KINDS = ["actions", "joint-targets"] as const;
export type OutputKind = (typeof OUTPUT_KINDS)[number];
