/** The G1 tracks a user's motions; see tracking/track-task.ts. No clips ship for it: without `--clips` it stands. */
import { humanoidTrackPresets } from "../humanoid/track.ts";
import { standingClip } from "../tracking/clip-source.ts";
import { trackTask } from "../tracking/track-task.ts";

const both = (part: string) => [`left_${part}_link`, `right_${part}_link`];

const hand = (side: string) =>
  ({
    body: `${side}_wrist_yaw_link`,
    offset: [0.08, 0, 0],
    shoulder: `${side}_shoulder_pitch_link`,
    reach: 0.48,
  }) as const;

/** Track clips. */
export const g1Track = trackTask({
  name: "G1Track",
  family: "humanoid",
  scene: "scenes/g1-track.xml",
  physicsHz: 500,
  robot: {
    root: "floating_base_joint",
    home: "knees_bent",
    imu: "imu_in_pelvis",
    gyro: "gyro_pelvis",
    linVel: "local_linvel_pelvis",
    feet: ["left_foot", "right_foot"],
    footVelocities: ["left_foot_global_linvel", "right_foot_global_linvel"],
    groups: {},
  },
  parts: {
    root: "floating_base_joint",
    home: "knees_bent",
    bodies: [
      "pelvis",
      "torso_link",
      ...["hip_yaw", "knee", "ankle_roll", "shoulder_yaw", "elbow", "shoulder_pitch"].flatMap(both),
    ],
    trunk: 2,
    hands: [hand("left"), hand("right")],
    heights: [0.62, 0.79],
  },
  feet: ["left_ankle_roll_link", "right_ankle_roll_link"],
  marks: ["goal_root", "goal_left_hand", "goal_right_hand"],
  actionScale: () => 0.25,
  lowest: 0.4, // it stands at 0.755
  clips: standingClip("knees_bent", 10),
  presets: humanoidTrackPresets,
});
