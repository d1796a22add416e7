/** Films the picture as it is drawn, and hands the film over when it is stopped: mp4 where the browser can, else webm. */
import type { Store } from "../state/store.ts";
import { download } from "./download.ts";

const FRAMES_PER_SECOND = 30;
const BITS_PER_SECOND = 8_000_000;
const formats = ["video/mp4;codecs=avc1.640028", "video/webm;codecs=vp9", "video/webm"] as const;

/** Records the canvas. */
export class Video {
  private readonly canvas: HTMLCanvasElement;
  private readonly store: Store;
  private recorder: MediaRecorder | null = null;
  private parts: Blob[] = [];

  constructor(canvas: HTMLCanvasElement, store: Store) {
    this.canvas = canvas;
    this.store = store;
  }

  /** Whether this browser can film at all. */
  static get isPossible(): boolean {
    return typeof MediaRecorder !== "undefined" && formatOf() !== undefined;
  }

  /** Whether the picture is being filmed. */
  get isRunning(): boolean {
    return this.recorder !== null;
  }

  /** Begins to film the picture, or hands the film over, named for the task and the channel. */
  toggle(): void {
    const { info, channel } = this.store.get();
    if (this.isRunning) this.stop(`${info?.task ?? "flowgait"}-${channel}`);
    else this.start();
    this.store.set({ isFilming: this.isRunning });
  }

  private start(): void {
    const mimeType = formatOf();
    if (this.recorder || mimeType === undefined) return;
    const stream = this.canvas.captureStream(FRAMES_PER_SECOND);
    this.recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: BITS_PER_SECOND });
    this.parts = [];
    this.recorder.ondataavailable = ({ data }) => void this.parts.push(data);
    this.recorder.start(1000);
  }

  /** @param name of the file, without its ending */
  private stop(name: string): void {
    const { recorder, parts } = this;
    if (!recorder) return;
    this.recorder = null;
    recorder.onstop = () => {
      for (const track of recorder.stream.getTracks()) track.stop();
      download(`${name}.${endingOf(recorder.mimeType)}`, new Blob(parts, { type: recorder.mimeType }));
    };
    recorder.stop();
  }
}

function formatOf(): string | undefined {
  return formats.find((format) => MediaRecorder.isTypeSupported(format));
}

function endingOf(mimeType: string): string {
  return mimeType.includes("mp4") ? "mp4" : "webm";
}
