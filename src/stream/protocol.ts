/**
 * What travels between a running training (or a live simulation) and the pages that watch it: JSON text for control, little-endian binary for
 * poses. Both ends compile it, so it imports nothing but its own parts. It is not the transport: sockets, pacing and validation of foreign input live beside it.
 *
 * It widens without breaking: a page ignores message types and binary kinds it does not know, and shows only what `RunInfo.capabilities` names.
 */

export * from "./protocol/drive.ts";
export * from "./protocol/fan-frame.ts";
export * from "./protocol/gallery.ts";
export * from "./protocol/page-message.ts";
export * from "./protocol/points-frame.ts";
export * from "./protocol/pose-frame.ts";
export * from "./protocol/readings.ts";
export * from "./protocol/run-info.ts";
export * from "./protocol/scene.ts";
export * from "./protocol/scene-parts.ts";
export * from "./protocol/server-message.ts";
export * from "./protocol/training.ts";
export * from "./protocol/version.ts";
