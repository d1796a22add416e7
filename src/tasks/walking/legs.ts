/** A robot's legs, found by geometry in its home pose: which joints carry each foot, what they turn about, and which way. */
import { UserError } from "../../math/user-error.ts";
import type { Simulation } from "../../physics/simulation.ts";

/** What a joint turns about: the body's forward, leftward or upward axis. */
export type Turn = "roll" | "pitch" | "yaw";

/** A joint of a leg. */
export interface LegJoint {
  readonly name: string;
  readonly turn: Turn;
  /** 1 where a positive angle turns about the positive axis, else −1. */
  readonly sign: 1 | -1;
}

/** A leg. */
export interface Leg {
  /** Site of its foot. */
  readonly foot: string;
  /** [2] m, where the foot stands, forward and to the left of the base */
  readonly at: readonly [number, number];
  /** From the trunk to the foot. */
  readonly joints: readonly LegJoint[];
}

/** All legs of a robot; their joints turn about the same axes in the same order. */
export interface Legs {
  readonly legs: readonly Leg[];
  /** m, from the foot up to the first joint that pitches */
  readonly length: number;
  /** Which way about the leftward axis the second pitching joint turns to lift the foot. */
  readonly bend: 1 | -1;
}

const AXES: readonly Turn[] = ["roll", "pitch", "yaw"];
/** Cosine of the angle between a joint's axis and the body's, for a joint to count as turning about it. */
const LEAST_ALIGNED = 0.7;
/** Sine of the angle between thigh and shank from which on the leg counts as bent. */
const LEAST_BENT = 0.05;

/**
 * The legs of a robot that stands in its home pose, facing along x.
 * @param feet sites of the feet
 * @param driven joints that actions give targets
 * @throws UserError when a foot hangs on no driven joint, or the legs differ
 */
export function legsOf(sim: Simulation, feet: readonly string[], driven: readonly string[]): Legs {
  const legs = withoutTrunk(feet.map((foot) => legOf(sim, foot, driven)));
  checkAlike(sim, legs);
  const pitching = pitchingJoints(legs[0]);
  if (pitching.length < 2) {
    const found = `${pitching.length} joint that pitches`;
    throw new UserError(`scene ${sim.scene}: the leg of "${feet[0]}" has ${found}; expected two at least`);
  }
  const anchor = (name: string) => pointOf(sim.jointAnchor, sim.jointId(name));
  const foot = pointOf(sim.siteXpos, sim.siteId(feet[0]));
  const hip = anchor(pitching[0].name);
  return { legs, length: hip[2] - foot[2], bend: bendOf(sim, hip, anchor(pitching[1].name), foot, pitching[1]) };
}

/** Joints that carry several feet belong to the trunk. */
function withoutTrunk(legs: readonly Leg[]): Leg[] {
  const carries = (name: string) => legs.filter(({ joints }) => joints.some((joint) => joint.name === name)).length;
  return legs.map((leg) => ({ ...leg, joints: leg.joints.filter(({ name }) => carries(name) === 1) }));
}

/** The joints of a leg that pitch, from the trunk to the foot. */
export function pitchingJoints({ joints }: Leg): LegJoint[] {
  return joints.filter(({ turn }) => turn === "pitch");
}

function legOf(sim: Simulation, foot: string, driven: readonly string[]): Leg {
  const site = sim.siteId(foot);
  const chain = jointsAbove(sim, (sim.model.site_bodyid as Int32Array)[site]).filter((name) => driven.includes(name));
  if (chain.length === 0) throw new UserError(`scene ${sim.scene}: no driven joint carries the foot "${foot}"`);
  const place = pointOf(sim.siteXpos, site);
  return {
    foot,
    at: [place[0] - sim.qpos[0], place[1] - sim.qpos[1]],
    joints: chain.reverse().map((name) => legJoint(sim, name)),
  };
}

/** Joints of a body and of those that carry it, from the body to the trunk. */
function jointsAbove(sim: Simulation, body: number): string[] {
  const parents = sim.bodyParents();
  const owners = sim.model.jnt_bodyid as Int32Array;
  const names = sim.names.all("joint");
  const found: string[] = [];
  for (let at = body; at > 0; at = parents[at]) {
    const own = names.filter((_, joint) => owners[joint] === at);
    found.push(...own.reverse());
  }
  return found;
}

function legJoint(sim: Simulation, name: string): LegJoint {
  const axis = pointOf(sim.jointAxis, sim.jointId(name));
  const largest = axis.map(Math.abs).indexOf(Math.max(...axis.map(Math.abs)));
  if (Math.abs(axis[largest]) < LEAST_ALIGNED) {
    const found = axis.map((part) => part.toFixed(2)).join(", ");
    throw new UserError(`scene ${sim.scene}: joint "${name}" turns about (${found}); expected an axis of the body`);
  }
  return { name, turn: AXES[largest], sign: axis[largest] > 0 ? 1 : -1 };
}

function checkAlike(sim: Simulation, legs: readonly Leg[]): void {
  const shape = ({ joints }: Leg) => joints.map(({ turn }) => turn).join(", ");
  const other = legs.find((leg) => shape(leg) !== shape(legs[0]));
  if (other === undefined) return;
  const found = `"${legs[0].foot}" (${shape(legs[0])}) and "${other.foot}" (${shape(other)})`;
  throw new UserError(`scene ${sim.scene}: the legs of ${found} differ; expected legs of the same joints`);
}

/** By how the leg is bent; a straight one bends to where its joint has more room. */
function bendOf(
  sim: Simulation,
  hip: readonly number[],
  knee: readonly number[],
  foot: readonly number[],
  { name, sign }: LegJoint,
): 1 | -1 {
  const [thigh, shank] = [knee, foot].map((end, i) => {
    const from = i === 0 ? hip : knee;
    return [end[0] - from[0], end[2] - from[2]];
  });
  // positive where the foot is before the line from hip through knee, so that a turn about the leftward axis takes it back and up or on and up
  const sine = (thigh[0] * shank[1] - thigh[1] * shank[0]) / (Math.hypot(...thigh) * Math.hypot(...shank));
  if (Math.abs(sine) > LEAST_BENT) return sine > 0 ? -1 : 1;
  const [low, high] = sim.joint(name).range;
  const room = high + low - 2 * sim.qpos[sim.joint(name).qposAddress];
  return room * sign > 0 ? 1 : -1;
}

function pointOf(values: Float64Array, id: number): [number, number, number] {
  return [values[3 * id], values[3 * id + 1], values[3 * id + 2]];
}
