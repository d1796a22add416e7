/** What arms do while legs walk. Angles are offsets from the humanoid's home pose, rad. */
import { Rng } from "../../math/rng.ts";

/** Kinds of scripts. */
export const ARM_KINDS = ["still", "swing", "wave", "carry", "crossed", "gesture"] as const;

/** What the arms do. */
export interface ArmScript {
  readonly kind: (typeof ARM_KINDS)[number];
  /** 1 for the left arm, −1 for the right, where one arm does it. */
  readonly side: 1 | -1;
  /** Factor of the angles. */
  readonly size: number;
  /** Hz of what repeats. */
  readonly hz: number;
  /** Of what is drawn. */
  readonly seed: number;
}

type Angles = [string, number][];

/** Stream of the gestures' targets. */
const GESTURE_STREAM = 0x6172;
/** s from one gesture's target to the next. */
const GESTURE_SECONDS = 1.2;
/** s until a script has its full size. */
const EASE_SECONDS = 0.6;

/** @param phase rad, of the left foot: it swings while the sine is positive */
export function armAngles(script: ArmScript, seconds: number, phase: number): Angles {
  const ease = script.size * minimumJerk(Math.min(1, seconds / EASE_SECONDS));
  return kinds[script.kind](script, seconds, phase).map(([joint, angle]) => [joint, ease * angle]);
}

const kinds: Readonly<Record<ArmScript["kind"], (script: ArmScript, seconds: number, phase: number) => Angles>> = {
  still: () => [],
  swing: (_script, _seconds, phase) => {
    const swing = 0.55 * Math.sin(phase);
    return [
      ["left_shoulder_pitch", swing],
      ["right_shoulder_pitch", -swing],
      ["left_elbow", -0.3],
      ["right_elbow", -0.3],
    ];
  },
  wave: ({ side, hz }, seconds) => {
    const arm = side > 0 ? "left" : "right";
    return [
      [`${arm}_shoulder_roll`, side * 1.5],
      [`${arm}_shoulder_pitch`, -0.4],
      [`${arm}_elbow`, -1 + 0.6 * Math.sin(2 * Math.PI * hz * seconds)],
    ];
  },
  carry: () => arms([-0.5, 0.05, 0, -1.1]),
  crossed: () => arms([-0.7, 0.1, -0.9, -1.5]),
  gesture: ({ seed }, seconds) => {
    const at = seconds / GESTURE_SECONDS;
    const step = Math.floor(at);
    const share = minimumJerk(at - step);
    const from = gestureTarget(seed, step);
    const to = gestureTarget(seed, step + 1);
    return from.map(([joint, angle], i) => [joint, angle + share * (to[i][1] - angle)]);
  },
};

/** The same of both arms, mirrored: shoulder pitch, roll outwards, yaw inwards, elbow. */
function arms([pitch, roll, yaw, elbow]: readonly [number, number, number, number]): Angles {
  return [["left", 1] as const, ["right", -1] as const].flatMap(
    ([arm, sign]): Angles => [
      [`${arm}_shoulder_pitch`, pitch],
      [`${arm}_shoulder_roll`, sign * roll],
      [`${arm}_shoulder_yaw`, sign * yaw],
      [`${arm}_elbow`, elbow],
    ],
  );
}

function gestureTarget(seed: number, step: number): Angles {
  const rng = new Rng().seek(seed, GESTURE_STREAM, step);
  return [["left", 1] as const, ["right", -1] as const].flatMap(
    ([arm, sign]): Angles => [
      [`${arm}_shoulder_pitch`, rng.uniform(-1.2, 0.3)],
      [`${arm}_shoulder_roll`, sign * rng.uniform(0, 0.9)],
      [`${arm}_shoulder_yaw`, rng.uniform(-0.6, 0.6)],
      [`${arm}_elbow`, rng.uniform(-1.4, 0)],
    ],
  );
}

/** 0 … 1 with no velocity and no acceleration at both ends. */
function minimumJerk(share: number): number {
  return share ** 3 * (10 - 15 * share + 6 * share ** 2);
}
