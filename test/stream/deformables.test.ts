import { inflateSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import {
  decodePointsFrame,
  decodePoseFrame,
  decodeSceneParts,
  encodePointsFrame,
  environmentsInPointsFrame,
  type PoseFrame,
  packScene,
  type SceneMessage,
  type StreamScene,
  unpackScene,
} from "../../src/stream/protocol.ts";
import { StreamServer } from "../../src/stream/server.ts";
import { sampleInfo, samplePoses, sampleScene } from "./sample-run.ts";

const white = [1, 1, 1, 1] as const;
const scene: StreamScene = {
  ...sampleScene,
  textures: [{ name: "dots", kind: "2d", width: 3, height: 1, channels: 1, data: Uint8Array.of(0, 128, 255) }],
  flexes: [
    {
      ...{ name: "cloth", dim: 2, radius: 0.01, rgba: white, group: 0, flat: false, first: 0, vertices: 3 },
      pieces: Uint32Array.of(0, 1, 2),
      texcoords: Float32Array.of(0, 0, 1, 0, 0.25, 1),
    },
  ],
};

function frame(count: number, vertices: number): PoseFrame {
  const environments = Array.from({ length: count }, (_, environment) => ({
    ...{ environment, flags: 0, command: new Float32Array(3), twist: new Float32Array(3) },
    poses: samplePoses(environment, 0),
    points: Float32Array.from({ length: 3 * vertices }, (_, k) => Math.sin(1 + k + environment)),
  }));
  return { scene: 1, sequence: 5, time: 0.1, dueMs: 10, speed: 1, bodies: 4, environments };
}

describe("a scene's large arrays", () => {
  it("leave the JSON and come back from the bytes as they were", () => {
    const { scene: packed, bytes } = packScene(scene);
    const wire = JSON.stringify(packed);
    expect(wire).not.toContain("128");
    expect(unpackScene(JSON.parse(wire), new Uint8Array(bytes!))).toEqual(scene);
  });

  it("change nothing in a scene without any", () => {
    expect(packScene(sampleScene)).toEqual({ scene: sampleScene, bytes: null });
  });
});

describe("points frames", () => {
  it("hold vertices to a 65535th of their box", () => {
    const sent = frame(2, 40);
    const seen = decodePointsFrame(encodePointsFrame(sent)!)!;
    expect([seen.scene, seen.sequence, seen.points]).toEqual([1, 5, 40]);
    seen.environments.forEach(({ environment, points }, n) => {
      expect(environment).toBe(n);
      const errors = points.map((value, k) => Math.abs(value - sent.environments[n].points![k]));
      expect(Math.max(...errors)).toBeLessThan(2 / 65535);
    });
  });

  it("are not written for scenes without vertices, and leave out those that are not finite", () => {
    expect(encodePointsFrame(frame(2, 0))).toBeNull();
    const bad = frame(2, 4);
    bad.environments[0].points![3] = Number.NaN;
    expect(decodePointsFrame(encodePointsFrame(bad)!)!.environments.map(({ environment }) => environment)).toEqual([1]);
  });

  it("hold no more environments than their budget, the followed one among them", () => {
    const bytes = encodePointsFrame(frame(64, 2000), null, 50)!;
    const { environments } = decodePointsFrame(bytes)!;
    expect(environments).toHaveLength(environmentsInPointsFrame(2000));
    expect(environments[0].environment).toBe(50);
    expect(bytes.length).toBeLessThan((1 << 18) + 100);
  });

  it("are rejected at every length but the right one", () => {
    const bytes = encodePointsFrame(frame(1, 3))!;
    for (let length = 1; length < bytes.length; length++)
      expect(() => decodePointsFrame(bytes.subarray(0, length))).toThrow(RangeError);
  });
});

describe("the server", () => {
  let server: StreamServer;
  let socket: WebSocket;
  afterEach(async () => {
    socket.terminate();
    await server.close();
  });

  it("sends the arrays before the scene and the vertices before their frame, which a page may ignore", async () => {
    server = await StreamServer.listen({ port: 0, pageFolder: "/nonexistent" });
    server.setScene(scene, sampleInfo);
    const { scene: _, sequence: __, dueMs: ___, ...live } = frame(1, 3);
    server.pushFrame(live);
    socket = new WebSocket(`ws://127.0.0.1:${server.port}/stream`);
    const seen: (Buffer | SceneMessage)[] = [];
    await new Promise<void>((resolve) => {
      socket.on("message", (data: Buffer, isBinary) => {
        const message = isBinary ? data : JSON.parse(data.toString());
        if (isBinary || message.type === "scene") seen.push(message);
        if (isBinary && data[0] === 1) resolve();
      });
    });
    expect(seen.map((message) => (Buffer.isBuffer(message) ? message[0] : (message as SceneMessage).type))).toEqual([
      3,
      "scene",
      4,
      1,
    ]);
    const parts = decodeSceneParts(seen[0] as Buffer)!;
    const told = seen[1] as SceneMessage;
    expect(parts.scene).toBe(told.id);
    expect(unpackScene(told.scene, new Uint8Array(inflateSync(parts.bytes)))).toEqual(scene);
    const [points, poses] = [decodePointsFrame(seen[2] as Buffer)!, decodePoseFrame(seen[3] as Buffer)!];
    expect([points.sequence, points.scene]).toEqual([poses.sequence, poses.scene]);
    // Pages that know kinds 1 and 2 alone read null, and go on.
    expect(decodePoseFrame(seen[2] as Buffer)).toBeNull();
  });
});
