/** Ground made from a seed: heights of a scene's height field. */
import { Rng, STREAM } from "../math/rng.ts";
import type { Simulation } from "./simulation.ts";

/**
 * Gives every sample of a height field a height of its own, uniform in [0, 1] of the field's height: what mean (0.4985) and deviation
 * (0.2900) of MuJoCo Playground's rough ground are. The same seed gives the same ground.
 * @throws UserError when the scene has no such height field
 */
export function roughen(sim: Simulation, field: string, seed: number): void {
  const { data } = sim.heightField(field);
  const rng = new Rng().seek(seed, STREAM.terrain);
  for (let i = 0; i < data.length; i++) data[i] = rng.uniform();
}
