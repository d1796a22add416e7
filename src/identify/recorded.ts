/** A recording of the simulated robot, as one of the real one would be: to try things out. */
import { Rng, STREAM } from "../math/rng.ts";
import type { HungRobot } from "./hung-robot.ts";
import type { JointLog } from "./joint-log.ts";

/** How positions are measured. */
export interface RecordingSettings {
  /** rad or m, standard deviation */
  readonly noise: number;
  readonly seed: number;
}

/** The robot follows the log's targets from rest. @throws UserError for a joint that is not the robot's */
export function recorded(robot: HungRobot, targets: JointLog, { noise, seed }: RecordingSettings): JointLog {
  const log = { ...targets, positions: new Float64Array(0) };
  const positions = new Float64Array(targets.targets.length);
  const places = robot.placesOf(log);
  robot.begin(log, places);
  robot.follow(log, places, { from: 0, to: robot.stepsOf(log) }, positions);
  const rng = new Rng();
  for (let i = 0; i < positions.length; i++) positions[i] += noise * rng.seek(seed, STREAM.probe, i).normal();
  return { ...log, positions };
}
