/** Watches a running stream as a page would, and keeps what is needed to show a stretch of it again. */
import { WebSocket } from "ws";
import {
  type ClientMessage,
  decodePoseFrame,
  decodeServerMessage,
  type MetricsMessage,
  type PoseFrame,
  PROTOCOL_VERSION,
  type SceneMessage,
  STREAM_NAME,
  type StatusMessage,
  type TermsMessage,
} from "../../../src/stream/protocol.ts";

export interface Recording {
  readonly scene: SceneMessage;
  readonly status: StatusMessage;
  readonly metrics: MetricsMessage;
  readonly frames: readonly PoseFrame[];
  readonly terms: readonly TermsMessage[];
}

/**
 * Records `seconds` of simulated time of some environments; a training shows less than that in as many seconds.
 * @param address of the page
 */
export function record(address: string, environments: readonly number[], seconds: number): Promise<Recording> {
  const url = new URL(address);
  const socket = new WebSocket(`ws://${url.host}/${STREAM_NAME}${url.search}`);
  const send = (message: ClientMessage) => socket.send(JSON.stringify(message));
  const frames: PoseFrame[] = [];
  const terms: TermsMessage[] = [];
  let received = 0;
  let scene: SceneMessage | null = null;
  let status: StatusMessage | null = null;
  let metrics: MetricsMessage = { type: "metrics", restart: true, points: [], evaluations: [] };
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", () =>
      reject(new Error(`recording: ${address} closed the stream before ${seconds} s were seen`)),
    );
    socket.on("open", () => send({ type: "hello", protocol: PROTOCOL_VERSION }));
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) {
        send({ type: "seen", frames: ++received });
        const frame = decodePoseFrame(data);
        if (frame && environments.every((n) => frame.environments.some((pose) => pose.environment === n)))
          frames.push(frame);
      } else {
        const message = decodeServerMessage(data.toString());
        if (message?.type === "scene") {
          scene = message;
          send({ type: "watch", environments });
          send({ type: "follow", environment: environments[0] });
        } else if (message?.type === "status") status = message;
        else if (message?.type === "terms") terms.push(message);
        else if (message?.type === "metrics")
          metrics = {
            ...message,
            points: [...metrics.points, ...message.points],
            evaluations: [...metrics.evaluations, ...message.evaluations],
          };
      }
      if (!scene || !status || frames.length < 2 || frames.at(-1)!.time - frames[0].time < seconds) return;
      socket.removeAllListeners("close").close();
      resolve({ scene, status, metrics, frames, terms });
    });
  });
}
