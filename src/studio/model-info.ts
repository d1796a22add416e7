/** What a page may move and read in a driven simulation. */
import { modelParts } from "../physics/model/model-parts.ts";
import type { ModelInfo } from "../stream/protocol.ts";
import { type Environment, readingsCode } from "../tasks/index.ts";

/** @param isBare whether the model has no task yet, so that the code of its readings is worth showing */
export function modelInfo({ sim, observationLayout }: Environment, isBare = false): ModelInfo {
  const { coordinates, actuators, sensors, sites } = modelParts(sim);
  return {
    coordinates,
    actuators,
    sensors,
    sites,
    observation: isBare ? [] : observationLayout.map(({ name, offset, size }) => ({ name, offset, size })),
    code: isBare ? readingsCode(sim) : "",
  };
}
