/** A compiled model as lists: what can be moved and what can be read. For looking at a model before a task is written for it. */
import type { MjModel } from "mujoco-js";
import { sensorKind } from "../sensor-kinds.ts";
import { servoOf } from "../servo.ts";
import type { Simulation } from "../simulation.ts";
import { nameAt } from "./model-names.ts";

type Range = readonly [lowest: number, highest: number];

/** One scalar coordinate that a user may set. Free joints have three, ball joints none. */
export interface Coordinate {
  /** The joint's name, or its number where it has none; of a free joint with the axis. */
  readonly label: string;
  /** Place in qpos, and of its speed in qvel */
  readonly qposAddress: number;
  readonly dofAddress: number;
  readonly unit: "rad" | "m";
  /** The joint's limits; without limits what a slider offers around the initial value */
  readonly range: Range;
  readonly isLimited: boolean;
}

/** One actuator. */
export interface ActuatorPart {
  /** Its name, or its number where it has none. */
  readonly label: string;
  /** What limits its control; without limits what a slider offers */
  readonly range: Range;
  readonly isLimited: boolean;
  /** The joint whose position its control sets; null where it is no position servo */
  readonly servoOf: string | null;
  /** Why it is no position servo, in words that follow its name; "" where it is one */
  readonly about: string;
  readonly unit: string;
}

/** One sensor. */
export interface SensorPart {
  readonly label: string;
  /** Such as "gyro" */
  readonly kind: string;
  readonly unit: string;
  /** Place in sensordata */
  readonly address: number;
  readonly size: number;
}

/** One site. */
export interface SitePart {
  readonly label: string;
  readonly body: string;
}

/** One flex or skin. */
export interface DeformablePart {
  readonly label: string;
  readonly kind: "rope" | "cloth" | "soft body" | "skin";
  readonly vertices: number;
}

/** Everything that a model has, by kind, in the order of ids. */
export interface ModelParts {
  /** Without the joints that carry one vertex of a flex each */
  readonly coordinates: readonly Coordinate[];
  readonly deformables: readonly DeformablePart[];
  readonly actuators: readonly ActuatorPart[];
  readonly sensors: readonly SensorPart[];
  readonly sites: readonly SitePart[];
  readonly keyframes: readonly string[];
  readonly bodies: number;
  /** kg, of all bodies */
  readonly mass: number;
  /** Whether a body hangs on a free joint while nothing of the model is ground */
  readonly isUnsupported: boolean;
}

// mjtJoint, mjtGeom
const [FREE, BALL, SLIDE] = [0, 1, 2];
const [PLANE, HEIGHT_FIELD] = [0, 1];
/** By the dimension of a flex, from 1. */
const FLEX_KINDS = ["rope", "cloth", "soft body"] as const;
/** What sliders offer without limits: ± this. */
const [FREE_METRES, SLIDE_METRES, TURN, CONTROL] = [1, 1, Math.PI, 1];

/** Reads the lists from the compiled model. */
export function modelParts(sim: Simulation): ModelParts {
  const { model, names } = sim;
  const joints = labels(names.all("joint"), "joint");
  const isFree = joints.some((_, id) => model.jnt_type[id] === FREE);
  const hasGround = names.all("geom").some((_, id) => [PLANE, HEIGHT_FIELD].includes(model.geom_type[id]));
  const vertexBodies = flexBodies(model);
  const isOfVertex = (id: number) => names.all("joint")[id] === "" && vertexBodies.has(model.jnt_bodyid[id]);
  return {
    coordinates: joints.flatMap((label, id) => (isOfVertex(id) ? [] : coordinatesOf(sim, label, id))),
    deformables: [...flexParts(model), ...skinParts(model)],
    actuators: labels(names.all("actuator"), "actuator").map((label, id) => actuatorPart(sim, label, id)),
    sensors: labels(names.all("sensor"), "sensor").map((label, id) => ({
      label,
      ...sensorKind(model.sensor_type[id]),
      address: model.sensor_adr[id],
      size: model.sensor_dim[id],
    })),
    sites: labels(names.all("site"), "site").map((label, id) => ({
      label,
      body: names.all("body")[model.site_bodyid[id]],
    })),
    keyframes: names.all("keyframe").filter((name) => name !== ""),
    bodies: sim.nbody - 1,
    mass: (model.body_mass as Float64Array).reduce((sum, mass) => sum + mass, 0),
    isUnsupported: isFree && !hasGround,
  };
}

/** Bodies that are vertices or nodes of a flex; the world stands for vertices that are pinned to it. */
function flexBodies(model: MjModel): ReadonlySet<number> {
  return new Set<number>([...model.flex_vertbodyid, ...model.flex_nodebodyid]);
}

function flexParts(model: MjModel): DeformablePart[] {
  return Array.from({ length: model.nflex }, (_, id) => ({
    label: nameAt(model, model.name_flexadr[id]) || `flex ${id}`,
    kind: FLEX_KINDS[model.flex_dim[id] - 1],
    vertices: model.flex_vertnum[id],
  }));
}

function skinParts(model: MjModel): DeformablePart[] {
  return Array.from({ length: model.nskin }, (_, id) => ({
    label: nameAt(model, model.name_skinadr[id]) || `skin ${id}`,
    kind: "skin",
    vertices: model.skin_vertnum[id],
  }));
}

/** Names, and numbers for what has none. */
function labels(names: readonly string[], kind: string): string[] {
  return names.map((name, id) => (name === "" ? `${kind} ${id}` : name));
}

function coordinatesOf({ model }: Simulation, label: string, id: number): Coordinate[] {
  const type = model.jnt_type[id];
  const [qposAddress, dofAddress] = [model.jnt_qposadr[id], model.jnt_dofadr[id]];
  const at = (offset: number) => model.qpos0[qposAddress + offset];
  const around = (middle: number, reach: number): Range => [middle - reach, middle + reach];
  if (type === BALL) return [];
  if (type === FREE)
    return ["x", "y", "z"].map((axis, i) => ({
      label: `${label} ${axis}`,
      qposAddress: qposAddress + i,
      dofAddress: dofAddress + i,
      unit: "m",
      range: around(at(i), FREE_METRES),
      isLimited: false,
    }));
  const isLimited = model.jnt_limited[id] === 1;
  const range: Range = isLimited
    ? [model.jnt_range[2 * id], model.jnt_range[2 * id + 1]]
    : around(at(0), type === SLIDE ? SLIDE_METRES : TURN);
  return [{ label, qposAddress, dofAddress, unit: type === SLIDE ? "m" : "rad", range, isLimited }];
}

/** A servo without limits is offered what its joint can do. */
function actuatorPart(sim: Simulation, label: string, id: number): ActuatorPart {
  const limits = sim.controlRange(id);
  const servo = servoOf(sim, id);
  if (typeof servo === "string") {
    return {
      label,
      range: limits ?? [-CONTROL, CONTROL],
      isLimited: limits !== null,
      servoOf: null,
      about: servo,
      unit: "",
    };
  }
  const { type, range, qposAddress } = sim.joint(servo.joint);
  const reach = type === "slide" ? SLIDE_METRES : TURN;
  const home = sim.model.qpos0[qposAddress];
  const joint = Number.isFinite(range[0]) ? range : [home - reach, home + reach];
  const ends = joint.map((position) => servo.controlScale * position + servo.controlOffset);
  return {
    label,
    range: limits ?? [Math.min(...ends), Math.max(...ends)],
    isLimited: limits !== null,
    servoOf: servo.joint,
    about: "",
    unit: servo.controlScale === 1 && servo.controlOffset === 0 ? (type === "slide" ? "m" : "rad") : "",
  };
}
