/** Kinds of elements as MuJoCo numbers them, and the names of a compiled model's elements. */
import type { Simulation } from "../../src/physics/simulation.ts";

type ObjectWord = "body" | "xbody" | "joint" | "geom" | "site" | "tendon";

/** mjtObj by number, as far as the sheets use it. */
export const OBJECTS: Readonly<Record<number, ObjectWord | undefined>> = {
  1: "body",
  2: "xbody",
  3: "joint",
  5: "geom",
  6: "site",
  18: "tendon",
};

/** The name of an element; its number where no sheet uses the kind. */
export function nameOf(sim: Simulation, word: ObjectWord | undefined, id: number): string {
  if (word === undefined) return `element ${id}`;
  return sim.names.all(word === "xbody" ? "body" : word)[id];
}
