/** Where things touch and how hard they press, for showing. Reading goes through the bindings one contact by one: not for step loops. */
import type { Simulation } from "./simulation.ts";

/** Values per contact: position (m), then the force (N) on the second geom, which is the robot's where it touches the ground; both in the world. */
export const CONTACT_SIZE = 6;
/** Most contacts read at once. */
const MOST_CONTACTS = 64;
/** mjtCone: forces are given along the edges of a pyramid, or along the contact's axes. */
const PYRAMIDAL = 0;

/** Contacts of the last step, [contacts, 6]; those that press on nothing are omitted. */
export function readContacts({ data, model }: Simulation): Float32Array<ArrayBuffer> {
  const forces = data.efc_force as Float64Array;
  const isPyramidal = model.opt.cone === PYRAMIDAL;
  const contacts = data.contact;
  const out: number[] = [];
  const count = Math.min(MOST_CONTACTS, contacts.size());
  for (let n = 0; n < count; n++) {
    const contact = contacts.get(n);
    if (contact === undefined) continue;
    const { dim, efc_address: row } = contact;
    const [pos, frame, friction] = [contact.pos, contact.frame, contact.friction] as Float64Array[];
    if (row >= 0) {
      const local = isPyramidal && dim > 1 ? ofPyramid(forces, row, dim, friction) : forces.subarray(row, row + dim);
      out.push(pos[0], pos[1], pos[2], ...toWorld(local, frame));
    }
    contact.delete();
  }
  contacts.delete();
  return Float32Array.from(out);
}

/** Two things that touch, by name, and the force between them. */
export interface Touching {
  /** Names of the geoms, or of their bodies where geoms have none */
  readonly between: readonly [string, string];
  /** N, its magnitude */
  readonly force: number;
}

/** What touches what in the last step: pairs of the most pressing contacts, hardest first. Not for step loops. */
export function touchingPairs({ data, model, names }: Simulation, most: number): Touching[] {
  const forces = data.efc_force as Float64Array;
  const isPyramidal = model.opt.cone === PYRAMIDAL;
  const [geoms, bodies] = [names.all("geom"), names.all("body")];
  const nameOf = (geom: number) => geoms[geom] || bodies[model.geom_bodyid[geom]] || `geom ${geom}`;
  const sums = new Map<string, { between: [string, string]; force: number }>();
  const contacts = data.contact;
  const count = Math.min(MOST_CONTACTS, contacts.size());
  for (let n = 0; n < count; n++) {
    const contact = contacts.get(n);
    if (contact === undefined) continue;
    const { dim, efc_address: row, geom1, geom2 } = contact;
    if (row >= 0 && geom1 >= 0 && geom2 >= 0) {
      const local =
        isPyramidal && dim > 1
          ? ofPyramid(forces, row, dim, contact.friction as Float64Array)
          : forces.subarray(row, row + Math.min(3, dim));
      const between: [string, string] = [nameOf(geom1), nameOf(geom2)];
      const pair = sums.get(between.join("\n")) ?? { between, force: 0 };
      pair.force += Math.hypot(...local);
      sums.set(between.join("\n"), pair);
    }
    contact.delete();
  }
  contacts.delete();
  return [...sums.values()].sort((a, b) => b.force - a.force).slice(0, most);
}

/** Normal and tangents: the normal is the sum over the edges, a tangent μ times the difference of its two. Source: mju_decodePyramid. */
function ofPyramid(edges: Float64Array, row: number, dim: number, friction: Float64Array): number[] {
  const tangents = Math.min(2, dim - 1);
  const local = [0, 0, 0];
  for (let k = 0; k < 2 * (dim - 1); k++) local[0] += edges[row + k];
  for (let k = 0; k < tangents; k++) local[k + 1] = friction[k] * (edges[row + 2 * k] - edges[row + 2 * k + 1]);
  return local;
}

/** The frame's rows are normal and tangents. */
function toWorld(local: ArrayLike<number>, frame: Float64Array): number[] {
  return [0, 1, 2].map((i) => frame[i] * local[0] + frame[3 + i] * (local[1] ?? 0) + frame[6 + i] * (local[2] ?? 0));
}
