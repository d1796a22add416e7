/** What is drawn of a robot whose description is a user's own: the description's shapes, fixed to the scene's bodies. */
import { multiply, rotateInverse } from "../../math/quat.ts";
import type { Simulation } from "../simulation.ts";
import { align } from "./adopt-bodies.ts";
import type { BodyMatch } from "./body-match.ts";

/** The shapes of a description; places are in the frames of the scene's bodies. */
export interface Looks {
  readonly description: Simulation;
  /** [geoms] the scene's body of each; −1 where it is no part of the robot */
  readonly bodies: Int32Array;
  /** [geoms, 3] m */
  readonly pos: Float64Array;
  /** [geoms, 4] w-x-y-z */
  readonly quat: Float64Array;
}

/** Finds where the shapes are with all joints at zero, once the scene has the description's bodies. */
export function looksOf(sim: Simulation, description: Simulation, { bodies, parts }: BodyMatch): Looks {
  const { point, orientation } = align(sim, description, bodies[0]);
  const { geom_bodyid: owners, geom_quat: turns } = description.model;
  const geoms = description.ngeom;
  const looks = {
    description,
    bodies: Int32Array.from({ length: geoms }, (_, geom) => parts[owners[geom]]),
    pos: new Float64Array(3 * geoms),
    quat: new Float64Array(4 * geoms),
  };
  looks.bodies.forEach((body, geom) => {
    if (body < 0) return;
    const place = point(description.geomXpos.subarray(3 * geom, 3 * geom + 3));
    const arm = place.map((value, i) => value - sim.xpos[3 * body + i]);
    rotateInverse(looks.pos, 3 * geom, sim.xquat, 4 * body, arm, 0);
    const turn = [0, 0, 0, 0];
    multiply(turn, 0, description.xquat, 4 * owners[geom], turns, 4 * geom);
    const [w, x, y, z] = sim.xquat.subarray(4 * body, 4 * body + 4);
    multiply(looks.quat, 4 * geom, [w, -x, -y, -z], 0, orientation(turn), 0);
  });
  return looks;
}
