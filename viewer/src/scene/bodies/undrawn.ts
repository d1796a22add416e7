/** What of a model the picture lacks. */
import { environmentsInPointsFrame, type StreamScene } from "../../../../src/stream/protocol.ts";
import { MOST_SKINNED } from "./skins.ts";

/** In words: what the model has that is not drawn, and what this page omits of `environments` that may be looked at. */
export function undrawnOf({ undrawn = [], flexes = [], skins = [] }: StreamScene, environments: number): string[] {
  const points = flexes.reduce((sum, { vertices }) => sum + vertices, 0);
  const deformed = points === 0 ? environments : environmentsInPointsFrame(points);
  const vertices = skins.reduce((sum, { positions }) => sum + positions.length / 3, 0);
  const skinned = vertices === 0 ? environments : Math.max(1, Math.floor(MOST_SKINNED / vertices));
  const most = Math.min(64, environments);
  return [
    ...undrawn,
    ...(deformed < most ? [`deformable bodies of more than ${deformed} robots at once`] : []),
    ...(skinned < most ? [`skins of more than ${skinned} robots at once`] : []),
  ];
}
