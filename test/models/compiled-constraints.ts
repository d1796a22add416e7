/** Equalities, pairs and excludes of a compiled model in the shape of the fact sheets in test/models/facts. */
import type { Simulation } from "../../src/physics/simulation.ts";
import { values } from "./compiled-bodies.ts";
import type { Fact } from "./compiled-facts.ts";
import { nameOf, OBJECTS } from "./compiled-names.ts";

/** mjtEq by number, as far as the sheets use it. */
const EQUALITIES: Readonly<Record<number, "connect" | "joint" | undefined>> = { 0: "connect", 2: "joint" };
/** Two anchors of a pin, or a coupling's polynomial and an unused number. */
const EQUALITY_DATA = 6;

/** What a sheet says of one equality; every published one holds from the start. */
export function equalityFacts(sim: Simulation, equality: number): Fact {
  const model = sim.model;
  const type = EQUALITIES[model.eq_type[equality]];
  // MuJoCo numbers no kind of object where joints are coupled.
  const sides = type === "joint" ? type : OBJECTS[model.eq_objtype[equality]];
  const width = model.eq_data.length / model.neq;
  return {
    type: model.eq_active0[equality] === 1 ? (type ?? `type ${model.eq_type[equality]}`) : "inactive",
    obj1: nameOf(sim, sides, model.eq_obj1id[equality]),
    obj2: nameOf(sim, sides, model.eq_obj2id[equality]),
    data: values(model.eq_data, width * equality, EQUALITY_DATA),
    solref: values(model.eq_solref, 2 * equality, 2),
    solimp: values(model.eq_solimp, 5 * equality, 5),
  };
}

/** What a sheet says of one explicit pair of geoms. */
export function pairFacts(sim: Simulation, pair: number): Fact {
  const model = sim.model;
  return {
    name: sim.names.all("pair")[pair],
    geom1: nameOf(sim, "geom", model.pair_geom1[pair]),
    geom2: nameOf(sim, "geom", model.pair_geom2[pair]),
    condim: model.pair_dim[pair],
    friction: values(model.pair_friction, 5 * pair, 5),
    solref: values(model.pair_solref, 2 * pair, 2),
    solimp: values(model.pair_solimp, 5 * pair, 5),
    margin: model.pair_margin[pair],
  };
}

/** The two bodies of a signature: id of the first << 16 | id of the second. */
export function excludeFacts(sim: Simulation, exclude: number): Fact {
  const signature = sim.model.exclude_signature[exclude];
  return [signature >> 16, signature & 0xffff].map((body) => nameOf(sim, "body", body));
}
