/** The humanoid's step in a style that its root does not reveal: which foot leads, how fast and high it steps, how the arms are held. */
import type { BoundFeedForward, FeedForward } from "../actions/action-mapping.ts";
import { jointTargets } from "../actions/joint-targets.ts";
import { steppingPose } from "../actions/stepping-pose.ts";
import type { Task } from "../define-task.ts";
import { HUMANOID_CLOCK, HUMANOID_STEP, humanoidActionScale, humanoidJoystick } from "../humanoid/joystick.ts";
import { type GaitReading, type GaitSettings, gaitPhase } from "../trackers/gait-phase.ts";
import { type ArmScript, armAngles } from "./arm-scripts.ts";

/** What a motion may differ in while its root goes the same way. */
export interface Style {
  /** The foot that swings first. */
  readonly lead: "left" | "right";
  /** Steps of one foot per second. */
  readonly hz: number;
  /** Factor of the height of a step. */
  readonly lift: number;
  /** rad by which each hip spreads; the ankles keep the feet flat. */
  readonly width: number;
  /** rad by which hips and ankles bend, and the knees twice that. */
  readonly crouch: number;
  /** rad, of the waist, to the left. */
  readonly twist: number;
  readonly arms: ArmScript;
}

/** rad by joint, of a style's stance alone. */
export function stanceOf({ width, crouch, twist }: Style): Readonly<Record<string, number>> {
  return {
    left_hip_pitch: -crouch,
    right_hip_pitch: -crouch,
    left_knee: 2 * crouch,
    right_knee: 2 * crouch,
    left_ankle_pitch: -crouch,
    right_ankle_pitch: -crouch,
    left_hip_roll: width,
    right_hip_roll: -width,
    left_ankle_roll: -width,
    right_ankle_roll: width,
    waist_yaw: twist,
  };
}

/** The style in which the task of `styledJoystick` walks from its next episode on. */
export interface Wardrobe {
  style: Style;
}

/** The joystick task as it walks in a style that may be changed between episodes. */
export function styledJoystick(wardrobe: Wardrobe): Task {
  const clock: GaitSettings = {
    ...HUMANOID_CLOCK,
    stepAbove: 0.25,
    get hz() {
      return wardrobe.style.hz;
    },
    get start() {
      return wardrobe.style.lead === "left" ? 0 : Math.PI;
    },
  };
  return Object.freeze({
    ...humanoidJoystick,
    action: jointTargets({ scale: humanoidActionScale, squash: "none", feedForward: styledStep(wardrobe) }),
    track: { ...humanoidJoystick.track, gait: gaitPhase(clock) },
  });
}

/** The joystick's step, then what the style makes of it. */
function styledStep(wardrobe: Wardrobe): FeedForward {
  return {
    bind: (context, joints): BoundFeedForward => {
      const step = steppingPose(HUMANOID_STEP).bind(context, joints);
      const gait = context.readings.gait as GaitReading;
      return {
        description: { kind: "styled-step" },
        add: (targets, moment) => {
          const { style } = wardrobe;
          step.add(targets, moment);
          lift(targets, joints, gait, style.lift - 1);
          for (const [joint, angle] of Object.entries(stanceOf(style))) targets[joints.indexOf(joint)] += angle;
          const seconds = moment.episodeStep * moment.dt;
          for (const [joint, angle] of armAngles(style.arms, seconds, gait.phase[0])) {
            targets[joints.indexOf(joint)] += angle;
          }
        },
      };
    },
  };
}

/** Adds a share of the step's own height. */
function lift(
  targets: Float64Array,
  joints: readonly string[],
  { phase, amplitude }: GaitReading,
  share: number,
): void {
  HUMANOID_STEP.legs.forEach((leg, foot) => {
    const swing = share * amplitude * Math.max(0, Math.sin(phase[foot]));
    leg.forEach((joint, i) => {
      targets[joints.indexOf(joint)] += swing * HUMANOID_STEP.amplitude[i];
    });
  });
}
