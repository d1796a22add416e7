/** MuJoCo's kinds of sensors (mjtSensor): what each measures, and the unit. Source: MuJoCo 3.3.8, mjmodel.h and the sensor chapter of its XML reference. */

/** Kind and unit in the order of mjtSensor; units of joints that slide are those of hinges with m for rad. */
const KINDS: readonly (readonly [kind: string, unit: string])[] = [
  ["touch", "N"],
  ["accelerometer", "m/s²"],
  ["velocimeter", "m/s"],
  ["gyro", "rad/s"],
  ["force", "N"],
  ["torque", "N·m"],
  ["magnetometer", "T"],
  ["rangefinder", "m"],
  ["camera projection", "pixels"],
  ["joint position", "rad"],
  ["joint velocity", "rad/s"],
  ["tendon length", "m"],
  ["tendon velocity", "m/s"],
  ["actuator position", ""],
  ["actuator velocity", ""],
  ["actuator force", ""],
  ["actuator force at the joint", "N·m"],
  ["actuator force at the tendon", "N"],
  ["ball joint orientation, w-x-y-z", ""],
  ["ball joint angular velocity", "rad/s"],
  ["joint limit distance", "rad"],
  ["joint limit velocity", "rad/s"],
  ["joint limit force", "N·m"],
  ["tendon limit distance", "m"],
  ["tendon limit velocity", "m/s"],
  ["tendon limit force", "N"],
  ["position", "m"],
  ["orientation, w-x-y-z", ""],
  ["x axis", ""],
  ["y axis", ""],
  ["z axis", ""],
  ["linear velocity", "m/s"],
  ["angular velocity", "rad/s"],
  ["linear acceleration", "m/s²"],
  ["angular acceleration", "rad/s²"],
  ["centre of mass", "m"],
  ["velocity of the centre of mass", "m/s"],
  ["angular momentum", "kg·m²/s"],
  ["inside a site", ""],
  ["distance between geoms", "m"],
  ["direction between geoms", ""],
  ["nearest points of geoms", "m"],
  ["contact", ""],
  ["potential energy", "J"],
  ["kinetic energy", "J"],
  ["time", "s"],
  ["tactile", ""],
  ["plugin", ""],
  ["user", ""],
];

/** What a sensor of this mjtSensor measures; a kind that is newer than this list is called "sensor". */
export function sensorKind(type: number): { readonly kind: string; readonly unit: string } {
  const [kind, unit] = KINDS[type] ?? ["sensor", ""];
  return { kind, unit };
}

/** The number of known kinds, for tests. */
export const SENSOR_KINDS = KINDS.length;
