/** What the drive's thread reports, as the stream's messages hold it. */
import type { ClockState, DriveMoment, DriveReadings, OriginalMoment } from "../drive/drive-orders.ts";
import { type DriveMessage, ORIGINAL, POSE_FLAG, type ReadingsMessage } from "../stream/protocol.ts";

/** To six digits, which is what a page shows at most. */
export function shownReadings({ step, touching, ...values }: DriveReadings): Omit<ReadingsMessage, "type"> {
  const rounded = (list: ArrayLike<number>) => Array.from(list, (value) => Number(value.toPrecision(6)));
  const { qpos, controls, forces, sensors, sites, obs } = values;
  return {
    step,
    touching,
    qpos: rounded(qpos),
    controls: rounded(controls),
    forces: rounded(forces),
    sensors: rounded(sensors),
    sites: rounded(sites),
    obs: rounded(obs),
  };
}

/** The original course as the frame's second robot. */
export function besides({ cut, poses, points, command, twist }: OriginalMoment, { playing }: ClockState) {
  const flags = (cut ? POSE_FLAG.cut : 0) | (playing ? 0 : POSE_FLAG.paused);
  return { environment: ORIGINAL, flags, poses, points, command, twist };
}

/** Where the drive left its original. */
export function branchOf(original: OriginalMoment | null): DriveMessage["branch"] {
  if (original === null) return null;
  const { start, policy, falls, returns } = original;
  return { start, policy, falls, returns };
}

/** Flags of a moment on the wire. */
export function flagsOf({ cut, terminated, nan }: DriveMoment, { playing }: ClockState): number {
  return (
    (cut ? POSE_FLAG.cut : 0) |
    (terminated ? POSE_FLAG.terminated : 0) |
    (nan ? POSE_FLAG.nan : 0) |
    (playing ? 0 : POSE_FLAG.paused)
  );
}
