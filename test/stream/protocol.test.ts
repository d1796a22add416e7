import { describe, expect, it } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import { readClientMessage } from "../../src/stream/client-message.ts";
import {
  decodePoseFrame,
  decodeServerMessage,
  encodePoseFrame,
  encodeServerMessage,
  MAX_WATCHED,
  POSE_FLAG,
  type PoseFrame,
} from "../../src/stream/protocol.ts";
import { samplePoses } from "./sample-run.ts";

function sampleFrame(): PoseFrame {
  const environments = [0, 3, 7].map((environment) => ({
    environment,
    flags: environment === 3 ? POSE_FLAG.cut | POSE_FLAG.truncated : 0,
    command: Float32Array.of(0.5, -0.25, 1),
    twist: Float32Array.of(0.375, 0, 0.125 * environment),
    poses: samplePoses(environment, 11),
  }));
  return { scene: 2, sequence: 41, time: 0.82, dueMs: 123456.75, speed: 0.5, bodies: 4, environments };
}

describe("pose frames", () => {
  it("come back from bytes as they were", () => {
    expect(decodePoseFrame(encodePoseFrame(sampleFrame()))).toEqual(sampleFrame());
  });

  it("come back from bytes at an odd offset of a larger buffer", () => {
    const bytes = encodePoseFrame(sampleFrame());
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(decodePoseFrame(larger.subarray(3))).toEqual(sampleFrame());
  });

  it("hold only the environments that are wanted, with flags added", () => {
    const frame = decodePoseFrame(encodePoseFrame(sampleFrame(), new Set([7, 9]), new Map([[7, POSE_FLAG.cut]])));
    expect(frame?.environments.map(({ environment, flags }) => [environment, flags])).toEqual([[7, POSE_FLAG.cut]]);
  });

  it("leave out an environment whose physics is not finite and keep the others", () => {
    const frame = sampleFrame();
    frame.environments[1].poses[9] = Number.NaN;
    expect(decodePoseFrame(encodePoseFrame(frame))?.environments.map((pose) => pose.environment)).toEqual([0, 7]);
  });

  it("are rejected at every length but the right one", () => {
    const bytes = encodePoseFrame(sampleFrame());
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodePoseFrame(bytes.subarray(0, length))).toThrow(RangeError);
    const longer = new Uint8Array(bytes.length + 4);
    longer.set(bytes);
    expect(() => decodePoseFrame(longer)).toThrow(/must have \d+ bytes/);
  });

  it("are rejected with another version, encoding, count of environments or bodies, or a number that is not finite", () => {
    const mutations: [number, number[], RegExp][] = [
      [1, [9], /version must be 1, got 9/],
      [2, [1], /encoding must be 0, got 1/],
      [12, [4], /must have/],
      [14, [5], /must have/],
      [16, [0, 0, 0, 0, 0, 0, 0xf8, 0x7f], /time must be finite/],
      [80, [0, 0, 0x80, 0x7f], /pose must be finite, got Infinity/],
    ];
    for (const [offset, values, message] of mutations) {
      const bytes = encodePoseFrame(sampleFrame());
      bytes.set(values, offset);
      expect(() => decodePoseFrame(bytes)).toThrow(message);
    }
  });

  it("never throw anything but a RangeError for random changes of bytes", () => {
    const rng = new Rng().seek(7, 1, 0, 0);
    const bytes = encodePoseFrame(sampleFrame());
    for (let trial = 0; trial < 2000; trial++) {
      const changed = bytes.slice(0, rng.integer(bytes.length + 1));
      for (let k = 0; k < 4 && changed.length > 0; k++) changed[rng.integer(changed.length)] = rng.integer(256);
      try {
        decodePoseFrame(changed);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  });

  it("of a kind that is not known are passed over", () => {
    const bytes = encodePoseFrame(sampleFrame());
    bytes[0] = 200;
    expect(decodePoseFrame(bytes)).toBeNull();
  });

  it("with an array of the wrong size are not written", () => {
    const frame = sampleFrame();
    expect(() => encodePoseFrame({ ...frame, bodies: 3 })).toThrow(
      "pose frame: environment 0 must have 3 + 3 + 21 values, got 3 + 3 + 28",
    );
  });
});

describe("server messages", () => {
  it("come back from text, with null for numbers that JSON lacks", () => {
    const text = encodeServerMessage({ type: "terms", environment: 1, time: 2, values: [0.5, Number.NaN] });
    expect(decodeServerMessage(text)).toEqual({ type: "terms", environment: 1, time: 2, values: [0.5, null] });
  });

  it("of a type that is not known are passed over, anything but an object with a type is rejected", () => {
    expect(decodeServerMessage('{"type":"ghosts"}')).toBeNull();
    for (const text of ["", "{", "null", "[]", '{"typ":"hello"}', '{"type":3}'])
      expect(() => decodeServerMessage(text)).toThrow(RangeError);
  });
});

describe("messages of a page", () => {
  it("are read when they are exactly of a known form", () => {
    const messages = [
      { type: "hello", protocol: 1 },
      { type: "watch", environments: [0, 5] },
      { type: "seen", frames: 12 },
      { type: "pause", what: "view" },
      { type: "show", channel: "drive" },
      { type: "command", vx: 0.5, vy: 0, yawRate: -1, at: 12.5 },
      { type: "simulate", what: "step" },
      { type: "setSpeed", factor: 0.125 },
    ];
    for (const message of messages) expect(readClientMessage(JSON.stringify(message))).toEqual({ message });
  });

  it("are refused with the field at fault otherwise", () => {
    const cases: [string, RegExp][] = [
      ["nonsense", /not JSON/],
      ['{"type":"fly"}', /type/],
      ['{"type":"watch","environments":[-1]}', /environments\.0/],
      ['{"type":"follow","environment":1.5}', /environment/],
      ['{"type":"command","vx":1e9,"vy":0,"yawRate":0,"at":1}', /vx/],
      ['{"type":"setSpeed","factor":9}', /factor/],
      ['{"type":"pause","what":"view","more":1}', /more/],
      ['{"type":"hello","protocol":1,"__proto__":{"x":1}}', /./],
      [JSON.stringify({ type: "watch", environments: new Array(MAX_WATCHED + 1).fill(0) }), /environments/],
      [`"${"x".repeat(5000)}"`, /longer than 4096/],
    ];
    for (const [text, reason] of cases) {
      const result = readClientMessage(text);
      expect(result.message).toBeUndefined();
      expect(result.reason).toMatch(reason);
    }
  });
});
