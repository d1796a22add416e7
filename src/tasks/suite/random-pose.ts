/** The control suite's random poses. Source: dm_control suite, utils/randomizers.py. */
import type { Rng } from "../../math/rng.ts";
import type { Simulation } from "../../physics/simulation.ts";

/** @returns turns every hinge to an angle uniform in its range, or in the full circle where it has none; other joints stay as they are */
export function randomPose(sim: Simulation): (rng: Rng) => void {
  const hinges = sim.names
    .all("joint")
    .map((name) => sim.joint(name))
    .filter((joint) => joint.type === "hinge");
  return (rng) => {
    for (const { qposAddress, range } of hinges) {
      const [low, high] = Number.isFinite(range[0]) ? range : [-Math.PI, Math.PI];
      sim.qpos[qposAddress] = rng.uniform(low, high);
    }
  };
}
