/** Files that are made from others and kept in the repository, because people read them without the site. */
import { cardFiles } from "./cards.ts";
import { flowFigure, trustRegionFigure } from "./flow-figure.ts";

/** Each with its text, by its path relative to the package. */
export function generatedFiles(): Map<string, string> {
  return new Map([
    ...cardFiles(),
    ["docs/pictures/flow.svg", flowFigure()],
    ["docs/pictures/trust-region.svg", trustRegionFigure()],
  ]);
}
