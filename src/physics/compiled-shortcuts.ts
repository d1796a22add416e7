/**
 * What MuJoCo's compiler concludes from where things are in their bodies, and a step relies on: that frames coincide (`sameframe`), boxes
 * around a body's geoms in its inertial frame, which find the pairs that may touch (the midphase), and a sphere around each geom. None follows
 * when the model is changed: without this a moved centre of mass may count for nothing, and contacts are missed.
 */
import type { ModelElement } from "./model/model-overlay.ts";
import type { Simulation } from "./simulation.ts";

/** mjDSBL_MIDPHASE */
const MIDPHASE = 1 << 14;

/** Fields of bodies and of geoms from which conclusions are drawn, with the number of values of each element. */
const INERTIAL = { body_ipos: 3, body_iquat: 4 } as const;
const SHAPE = { geom_pos: 3, geom_quat: 4, geom_size: 3 } as const;
const PLACES = { ...INERTIAL, ...SHAPE };
type Place = keyof typeof PLACES;

/** One value that differs, or may. */
interface Change {
  readonly field: string;
  readonly index: number;
}

/** Makes steps rely on no conclusions about these bodies and what is on them. */
export function forgetShortcuts({ model }: Simulation, bodies: ReadonlySet<number>): void {
  if (bodies.size === 0) return;
  for (const body of bodies) model.body_sameframe[body] = 0;
  for (let geom = 0; geom < model.ngeom; geom++) {
    if (bodies.has(model.geom_bodyid[geom])) model.geom_sameframe[geom] = 0;
  }
  for (let site = 0; site < model.nsite; site++) {
    if (bodies.has(model.site_bodyid[site])) model.site_sameframe[site] = 0;
  }
  model.opt.disableflags |= MIDPHASE;
}

/** As `forgetShortcuts`, about what these elements have an effect on. */
export function forgetShortcutsOf(sim: Simulation, elements: readonly ModelElement[]): void {
  forgetShortcuts(sim, bodiesOf(sim, elements));
}

/** Call it before the model may be changed, and what it returns after that: steps then rely on nothing that the changes made wrong. */
export function watchPlaces(sim: Simulation): () => void {
  const fields = Object.keys(PLACES) as Place[];
  const before = fields.map((field) => sim.model[field].slice() as Float64Array);
  return () => {
    const changes = fields.flatMap((field, f) => differences(field, before[f], sim.model[field]));
    forgetShortcuts(sim, bodiesOf(sim, changes));
    for (const geom of sizedGeoms(changes)) boundGeom(sim, geom);
  };
}

/** The geoms whose sizes are among the changes. */
export function sizedGeoms(changes: readonly Change[]): readonly number[] {
  const sizes = changes.filter(({ field }) => field === "geom_size");
  return [...new Set(sizes.map(({ index }) => Math.floor(index / SHAPE.geom_size)))];
}

/** Makes the sphere around a geom fit its size. That of planes, height fields and meshes does not come from the size. */
export function boundGeom({ model }: Simulation, geom: number): void {
  const [x, y, z] = model.geom_size.subarray(3 * geom, 3 * geom + 3) as Float64Array;
  const { sphere, capsule, ellipsoid, cylinder, box } = GEOM_TYPES;
  const type: number = model.geom_type[geom];
  if (type === sphere) model.geom_rbound[geom] = x;
  else if (type === capsule) model.geom_rbound[geom] = x + y;
  else if (type === ellipsoid) model.geom_rbound[geom] = Math.max(x, y, z);
  else if (type === cylinder) model.geom_rbound[geom] = Math.hypot(x, y);
  else if (type === box) model.geom_rbound[geom] = Math.hypot(x, y, z);
}

/** mjtGeom */
const GEOM_TYPES = { sphere: 2, capsule: 3, ellipsoid: 4, cylinder: 5, box: 6 } as const;

function differences(field: Place, before: Float64Array, now: Float64Array): Change[] {
  return [...now.keys()].filter((index) => now[index] !== before[index]).map((index) => ({ field, index }));
}

/** Geoms that touch nothing have no effect. */
function bodiesOf({ model }: Simulation, changes: readonly Change[]): Set<number> {
  const bodies = new Set<number>();
  for (const { field, index } of changes) {
    if (field in INERTIAL) bodies.add(Math.floor(index / INERTIAL[field as keyof typeof INERTIAL]));
    if (!(field in SHAPE)) continue;
    const geom = Math.floor(index / SHAPE[field as keyof typeof SHAPE]);
    if (model.geom_contype[geom] !== 0 || model.geom_conaffinity[geom] !== 0) bodies.add(model.geom_bodyid[geom]);
  }
  return bodies;
}
