/** The parts of a goal that a policy observes. */

/** Settings of a mask: one for all episodes, or a draw for each. */
export const MASKS = ["full", "root+hands", "root", "mixed"] as const;

/** A mask setting. */
export type MaskName = (typeof MASKS)[number];

/** Parts of a goal that a policy can observe: root, hands, whole body. */
export type Told = readonly [root: 1, hands: 0 | 1, body: 0 | 1];

/** By number. */
export const TOLD: readonly Told[] = [
  [1, 1, 1],
  [1, 1, 0],
  [1, 0, 0],
];

/** Number of a mask; of mixed, the one that a draw in [0, 1) gives. */
export function maskNumber(mask: MaskName, draw: number): number {
  return mask === "mixed" ? Math.min(TOLD.length - 1, Math.floor(draw * TOLD.length)) : MASKS.indexOf(mask);
}
