/** Motors of Unitree's robots in the order of their low-level messages, by the names of the joints here. */

const LEGS = ["FR", "FL", "RR", "RL"].flatMap((leg) => ["hip", "thigh", "calf"].map((part) => `${leg}_${part}_joint`));

const bothSides = (parts: readonly string[]) => ["left", "right"].flatMap((side) => parts.map((p) => `${side}_${p}`));
const G1_LEGS = ["hip_pitch", "hip_roll", "hip_yaw", "knee", "ankle_pitch", "ankle_roll"];
const G1_ARMS = ["shoulder_pitch", "shoulder_roll", "shoulder_yaw", "elbow", "wrist_roll", "wrist_pitch", "wrist_yaw"];
const G1 = [...bothSides(G1_LEGS), "waist_yaw", "waist_roll", "waist_pitch", ...bothSides(G1_ARMS)].map(
  (name) => `${name}_joint`,
);

/** Source: unitree_sdk2's H1 examples; slot 9 is unused. */
const H1 =
  "right_hip_roll right_hip_pitch right_knee left_hip_roll left_hip_pitch left_knee torso left_hip_yaw right_hip_yaw - left_ankle right_ankle right_shoulder_pitch right_shoulder_roll right_shoulder_yaw right_elbow left_shoulder_pitch left_shoulder_roll left_shoulder_yaw left_elbow".split(
    " ",
  );

const ROBOTS = [LEGS, G1, H1];

/** The motors of the robot that has exactly these joints, "-" where a slot is unused; null where none of Unitree's has. */
export function unitreeMotors(joints: readonly string[]): readonly string[] | null {
  const wanted = new Set(joints);
  const fits = (motors: readonly string[]) => {
    const used = motors.filter((motor) => motor !== "-");
    return used.length === wanted.size && used.every((motor) => wanted.has(motor));
  };
  return ROBOTS.find(fits) ?? null;
}
