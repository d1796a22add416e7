/** Puts together what of a scene and of its moments arrives in several messages: large arrays before the scene, vertices before their frame. */
import {
  hasParts,
  type PointsFrame,
  type PoseFrame,
  type SceneMessage,
  type SceneParts,
  type StreamScene,
  unpackScene,
} from "../../../src/stream/protocol.ts";

/** Holds what came first until the rest is there. */
export class SceneFeed {
  private readonly whole: (message: SceneMessage, scene: StreamScene) => void;
  private parts: SceneParts | null = null;
  private points: PointsFrame | null = null;
  private latest = -1;

  /** @param whole called with every complete scene, unless a newer one has arrived */
  constructor(whole: (message: SceneMessage, scene: StreamScene) => void) {
    this.whole = whole;
  }

  /** Large arrays of the scene that comes next. */
  takeParts(parts: SceneParts): void {
    this.parts = parts;
  }

  /** Vertices of the frame that comes next. */
  takePoints(points: PointsFrame): void {
    this.points = points;
  }

  /** A scene; passed on when it is complete. */
  take(message: SceneMessage): void {
    this.latest = message.id;
    this.points = null;
    if (hasParts(message.scene)) void this.complete(message);
    else this.whole(message, unpackScene(message.scene, new Uint8Array(0)));
  }

  /** The frame with the vertices that arrived right before it. */
  withPoints(frame: PoseFrame): PoseFrame {
    const { points } = this;
    if (points?.scene !== frame.scene || points.sequence !== frame.sequence) return frame;
    const known = new Map(points.environments.map((one) => [one.environment, one.points]));
    const environments = frame.environments.map((pose) => {
      const own = known.get(pose.environment);
      return own ? { ...pose, points: own } : pose;
    });
    return { ...frame, environments };
  }

  private async complete(message: SceneMessage): Promise<void> {
    const { parts } = this;
    if (parts?.scene !== message.id) throw new Error(`scene ${message.id}: its large arrays did not arrive first`);
    const bytes = await inflated(parts.bytes);
    if (this.latest === message.id) this.whole(message, unpackScene(message.scene, bytes));
  }
}

async function inflated(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
