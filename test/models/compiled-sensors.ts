/** Sensors of a compiled model in the shape of the fact sheets in test/models/facts. */
import type { Simulation } from "../../src/physics/simulation.ts";
import { values } from "./compiled-bodies.ts";
import type { Fact } from "./compiled-facts.ts";
import { nameOf, OBJECTS } from "./compiled-names.ts";

/** mjtSensor by number, as far as the sheets use it. */
const SENSORS: Readonly<Record<number, string>> = {
  0: "touch",
  1: "accelerometer",
  2: "velocimeter",
  3: "gyro",
  4: "force",
  5: "torque",
  9: "jointpos",
  10: "jointvel",
  11: "tendonpos",
  26: "framepos",
  27: "framequat",
  28: "framexaxis",
  29: "frameyaxis",
  30: "framezaxis",
  31: "framelinvel",
  32: "frameangvel",
  34: "frameangacc",
  36: "subtreelinvel",
  42: "contact",
};

/** What a sheet says of one sensor. */
export function sensorFacts(sim: Simulation, sensor: number): Fact {
  const model = sim.model;
  const type = model.sensor_type[sensor];
  const objectType = OBJECTS[model.sensor_objtype[sensor]];
  return {
    id: sensor,
    name: sim.names.all("sensor")[sensor],
    type: SENSORS[type] ?? `type ${type}`,
    object: nameOf(sim, objectType, model.sensor_objid[sensor]),
    object_type: objectType ?? "other",
    adr: model.sensor_adr[sensor],
    dim: model.sensor_dim[sensor],
    ...referenceFacts(sim, sensor),
  };
}

/** What a sensor measures against: the frame of a position, the other side of a contact. */
function referenceFacts(sim: Simulation, sensor: number): { readonly [key: string]: Fact } {
  const model = sim.model;
  const type = OBJECTS[model.sensor_reftype[sensor]];
  if (type === undefined) return {};
  const reference = { ref: nameOf(sim, type, model.sensor_refid[sensor]), ref_type: type };
  if (SENSORS[model.sensor_type[sensor]] !== "contact") return reference;
  const width = model.sensor_intprm.length / model.nsensor;
  const [dataspec_bits, reduce, num] = values(model.sensor_intprm, width * sensor, 3);
  return { ...reference, contact_spec: { dataspec_bits, reduce, num } };
}
