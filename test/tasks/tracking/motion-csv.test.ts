import { expect, it } from "vitest";
import { type Motion, motionCsv, readMotion, retarget } from "../../../src/tasks/tracking/motion-csv.ts";

const ROBOT = { joints: ["left_knee", "right_knee"], home: [0.1, 0.2], height: 0.8 };
const HEADER = "x,y,z,qx,qy,qz,qw,left_knee_joint,right_knee_joint";
const row = (knee: number, quat = "0,0,0,1") => `0,0,0.8,${quat},${knee},0.5`;
const text = (rows: readonly string[], header = HEADER, hz = "# hz: 25") => [hz, header, ...rows].join("\n");
const many = (count: number, quat?: string) => Array.from({ length: count }, (_, i) => row(i, quat));

function fitted(content: string, shortest = 31): Float64Array | string[] {
  const motion = readMotion("walk.csv", content, null);
  return Array.isArray(motion) ? motion : retarget(motion, ROBOT, 50, shortest);
}

it("brings a motion to 50 Hz, joints by their names, quaternions to w, x, y, z", () => {
  const qpos = fitted(text(many(30), "x,y,z,qx,qy,qz,qw,right_knee,left_knee")) as Float64Array;
  expect(qpos.length).toBe(59 * 9);
  expect([...qpos.subarray(9, 18)]).toEqual([0, 0, 0.8, 1, 0, 0, 0, 0.5, 0.5]);
});

it("a joint that the file lacks keeps its home", () => {
  const rows = many(30).map((line) => line.replace(/,0.5$/, ""));
  const qpos = fitted(text(rows, HEADER.replace(",right_knee_joint", ""))) as Float64Array;
  expect([qpos[7], qpos[8]]).toEqual([0, 0.2]);
});

it("without a header the columns are the robot's joints in its order", () => {
  const qpos = fitted(`# fps: 50\n${many(40).join("\n")}`) as Float64Array;
  expect([...qpos.subarray(9 + 7, 18)]).toEqual([1, 0.5]);
  expect(fitted(`# fps: 50\n${many(40).join(",1\n")},1`)).toEqual([
    "walk.csv: has 10 columns and no header; expected 9: root position, quaternion x, y, z, w, 2 joints, or a header that names them",
  ]);
});

it("says in a line each what does not fit", () => {
  const lines = (content: string) => fitted(content);
  expect(lines(text(many(30), HEADER, ""))).toEqual([
    'walk.csv: gives no rate; expected a line "# hz: 30", or { "hz": 30 } in clips.json',
  ]);
  expect(lines(text(many(30), HEADER, "# hz: many"))).toEqual([
    "walk.csv: rate is many; expected 1 to 1000 frames per second",
  ]);
  expect(lines(text([...many(29), row(Number.NaN)]))).toEqual([
    'walk.csv: frame 30, column 8 is "NaN"; expected a finite number',
  ]);
  expect(lines(text([...many(29), "1,2"]))).toEqual(["walk.csv: frame 30 has 2 values; expected 9, as the first row"]);
  expect(lines(text(many(30, "0,0,0,2")))).toEqual(["walk.csv: frame 1: the quaternion's norm is 2.000; expected 1"]);
  expect(lines(text(many(30, "1,0,0,0")))).toEqual([
    "walk.csv: the root lies down unless its quaternion is w, x, y, z; expected x, y, z, w",
  ]);
  expect(lines(text(many(30)).replaceAll(",0.8,", ",2.4,"))).toEqual([
    "walk.csv: the root is at 2.40 m on average; expected 0.40 to 1.20 m, for a robot that stands at 0.80 m",
  ]);
  expect(lines(text(many(10), HEADER.replace("left_knee_joint", "left_kne")))).toEqual([
    'walk.csv: joint "left_kne" is not a joint of the robot; nearest: left_knee',
    "walk.csv: lasts 0.40 s; expected 0.62 s or more",
  ]);
  expect(lines("# hz: 30\n")).toEqual(["walk.csv: holds no frames; expected one row a frame"]);
});

it("what was written is read again", () => {
  const qpos = Float64Array.from({ length: 40 * 9 }, (_, i) => [0, 0, 0.8, 1, 0, 0, 0, i / 1000, 0.25][i % 9]!);
  const motion = readMotion("clip", motionCsv(qpos, ROBOT.joints, 50), null) as Motion;
  const again = retarget(motion, ROBOT, 50, 31) as Float64Array;
  expect([...again]).toEqual([...qpos].map((value) => expect.closeTo(value, 6)));
});
