/** Tendons of a compiled model, with what they pass on their way, in the shape of the fact sheets in test/models/facts. */
import type { Simulation } from "../../src/physics/simulation.ts";
import { range, values } from "./compiled-bodies.ts";
import type { Fact } from "./compiled-facts.ts";

/** mjtWrap by number, as far as the sheets use it. */
const WRAP_JOINT = 1;
const WRAP_SITE = 3;
const WRAP_SHAPES: Readonly<Record<number, string>> = { 5: "wrap_cylinder" };

/** What a sheet says of one tendon. */
export function tendonFacts(sim: Simulation, tendon: number): Fact {
  const model = sim.model;
  const first = model.tendon_adr[tendon];
  return {
    name: sim.names.all("tendon")[tendon],
    stiffness: model.tendon_stiffness[tendon],
    damping: model.tendon_damping[tendon],
    springlength: values(model.tendon_lengthspring, 2 * tendon, 2),
    length_at_qpos0: model.tendon_length0[tendon],
    limited: model.tendon_limited[tendon] === 1,
    range: values(model.tendon_range, 2 * tendon, 2),
    path: range(first, first + model.tendon_num[tendon]).map((wrap) => pathFacts(sim, wrap)),
  };
}

function pathFacts(sim: Simulation, wrap: number): Fact {
  const model = sim.model;
  const object = model.wrap_objid[wrap];
  const type = model.wrap_type[wrap];
  if (type === WRAP_JOINT) return { joint: sim.names.all("joint")[object], coef: model.wrap_prm[wrap] };
  if (type === WRAP_SITE) return { site: sim.names.all("site")[object] };
  const shape = WRAP_SHAPES[type];
  if (shape === undefined) return `wrap type ${type}`;
  return { [shape]: sim.names.all("geom")[object], sidesite: sideSite(sim, wrap) };
}

/** The site that says on which side of a shape a tendon passes; "" where either will do. */
function sideSite(sim: Simulation, wrap: number): string {
  const site = sim.model.wrap_prm[wrap];
  return site < 0 ? "" : sim.names.all("site")[site];
}
