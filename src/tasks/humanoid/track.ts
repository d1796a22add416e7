/** The humanoid tracks motions; see tracking/track-task.ts. */
import type { AlgorithmPresets, TaskPresets } from "../../config/presets.ts";
import { steadyFlow, steadyFpo, steadyGaussian } from "../../config/walking-recipe.ts";
import { programClips } from "../tracking/clip-source.ts";
import { type TrackedRobot, trackTask } from "../tracking/track-task.ts";
import { HUMANOID_BODY } from "./joystick.ts";

/** rad per unit of action: arms, which reach furthest, explore no further than the legs. */
const ACTION_SCALE: readonly (readonly [RegExp, number])[] = [
  [/hip/, 0.2],
  [/knee/, 0.18],
  [/ankle/, 0.08],
  [/waist/, 0.15],
  [/shoulder|elbow/, 0.2],
];

const both = (part: string) => [`left_${part}`, `right_${part}`];

const hand = (side: string) =>
  ({ body: `${side}_forearm`, offset: [0, 0, -0.21], shoulder: `${side}_upper_arm`, reach: 0.42 }) as const;

const batch = { steps: 3_000_000, mirror: true, lesson: "shown", evaluation: { everySteps: 200_000 } } as const;
/**
 * The clip's own actions for a start, found in a tenth of the time; then the reward alone: they hold no balance, and whoever is pulled to
 * them finds none. The learning rate is not steered by clipped ratios, which the pull keeps above any target; lower rates learn masked goals
 * more slowly.
 */
const update = { gamma: 0.97, clipTarget: 0, learningRate: 0.0005 } as const;
const UNTIL = "over 250000";

const laptop: AlgorithmPresets = {
  "fpo++": { ...batch, algorithm: { ...steadyFlow, ...update, advicePull: `1..0 ${UNTIL}` } },
  fpo: {
    ...steadyFpo,
    ...batch,
    evaluation: { ...batch.evaluation, noise: "zero" },
    algorithm: { ...steadyFpo.algorithm, ...update, advicePull: `1..0 ${UNTIL}` },
  },
  ppo: { ...batch, algorithm: { ...steadyGaussian, ...update, advicePull: `10..0 ${UNTIL}` } },
};

/** Starting points of tasks that track. */
export const humanoidTrackPresets: TaskPresets = { laptop };

/** The humanoid, as what tracks. */
export const trackedHumanoid: TrackedRobot = {
  name: "HumanoidTrack",
  family: "humanoid",
  scene: "scenes/humanoid-track.xml",
  physicsHz: 200,
  robot: { ...HUMANOID_BODY, groups: {} },
  parts: {
    root: "root",
    home: "home",
    bodies: ["pelvis", "torso", ...["thigh", "shin", "foot", "upper_arm", "forearm"].flatMap(both)],
    trunk: 2,
    hands: [hand("left"), hand("right")],
    heights: [0.66, 0.79],
    // medians over every ninth clip for training
    sway: { hz: 1.35, lateral: 0.029, rise: 0.007, roll: 0.048, yaw: 0.065 },
  },
  feet: ["left_foot", "right_foot"],
  marks: ["goal_root", "goal_left_hand", "goal_right_hand"],
  actionScale: (joint) => ACTION_SCALE.find(([pattern]) => pattern.test(joint))?.[1] ?? 0.2,
  lowest: 0.4, // it stands at 0.77
  clips: programClips(),
  presets: humanoidTrackPresets,
};

/** Track clips. */
export const humanoidTrack = trackTask(trackedHumanoid);
