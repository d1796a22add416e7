/** What can be asked for of an export, by name. */

/** Formats of the controller. */
export const EXPORT_FORMATS = ["onnx", "c", "html"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Where the noise of a controller comes from. */
export const NOISE_KINDS = ["zero", "seed", "input"] as const;
export type NoiseKind = (typeof NOISE_KINDS)[number];

/** What a controller gives. */
export const OUTPUT_KINDS = ["actions", "joint-targets"] as const;
export type OutputKind = (typeof OUTPUT_KINDS)[number];
