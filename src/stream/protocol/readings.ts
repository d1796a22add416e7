/** What can be moved in the driven simulation and what can be read from it. */

/** What the model of the driven simulation has, in the order of its ids. */
export interface ModelInfo {
  readonly coordinates: readonly CoordinateInfo[];
  readonly actuators: readonly ActuatorInfo[];
  readonly sensors: readonly SensorInfo[];
  readonly sites: readonly { readonly label: string; readonly body: string }[];
  /** The policy's observation, term by term. */
  readonly observation: readonly { readonly name: string; readonly offset: number; readonly size: number }[];
  /** TypeScript that reads all of it in a task; empty where the driven simulation is a task already. */
  readonly code: string;
}
/** One scalar coordinate of a joint; a free joint has three, a ball joint none. */
export interface CoordinateInfo {
  readonly label: string;
  /** Places in `ReadingsMessage.qpos` and of its speed. */
  readonly qposAddress: number;
  readonly dofAddress: number;
  readonly unit: "rad" | "m";
  /** The joint's limits, or what a slider offers without them. */
  readonly range: readonly [number, number];
  readonly isLimited: boolean;
}
/** One actuator. */
export interface ActuatorInfo {
  readonly label: string;
  /** What limits its control, or what a slider offers without limits. */
  readonly range: readonly [number, number];
  readonly isLimited: boolean;
  readonly unit: string;
  /** The joint whose position its control sets; null where it is no position servo. */
  readonly servoOf: string | null;
  /** Why it is no position servo; empty where it is one. */
  readonly about: string;
}
/** One sensor. */
export interface SensorInfo {
  readonly label: string;
  readonly kind: string;
  readonly unit: string;
  /** Place in `ReadingsMessage.sensors`. */
  readonly address: number;
  readonly size: number;
}
/** What joints, actuators, sensors, sites and contacts read; sent about ten times per second while the page looks. Null: not finite. */
export interface ReadingsMessage {
  readonly type: "readings";
  /** Control steps since the beginning. */
  readonly step: number;
  /** Coordinates, rad and m. */
  readonly qpos: readonly (number | null)[];
  readonly controls: readonly (number | null)[];
  /** Of the actuators, before the gear, N or N·m. */
  readonly forces: readonly (number | null)[];
  readonly sensors: readonly (number | null)[];
  /** [sites, 3] m, in the world. */
  readonly sites: readonly (number | null)[];
  /** What the policy sees. */
  readonly obs: readonly (number | null)[];
  /** What touches what, the hardest first; forces in N. */
  readonly touching: readonly { readonly between: readonly [string, string]; readonly force: number | null }[];
}
