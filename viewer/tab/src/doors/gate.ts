/** In place of stream/gate.ts: the door of a server whose only visitor is the page that started it. */
import type { GateKeeper, GateOptions } from "../../../../src/stream/gate.ts";
import type { PageSocket } from "../../../../src/stream/page-socket.ts";

/** What page and worker say on their line. */
export type LineMessage = { readonly text: string } | { readonly bytes: Uint8Array };

/** The line to the page, from the moment that somebody opens it. */
let visitor: MessagePort | null = null;
let keeper: GateKeeper | null = null;

/** The page opens a line. */
export function visit(port: MessagePort): void {
  visitor = port;
  admit();
}

function admit(): void {
  if (visitor !== null && keeper !== null) keeper.enter(new PortSocket(visitor));
}

/** Lets the page in. */
export class Gate {
  readonly url = self.location.origin;
  readonly port = 0;

  static async listen(_pageFolder: string, _options: GateOptions): Promise<Gate> {
    return new Gate();
  }

  open(opened: GateKeeper): void {
    keeper = opened;
    admit();
  }

  async close(): Promise<void> {
    keeper = null;
  }
}

/** A port as a socket that takes in everything at once. */
class PortSocket implements PageSocket {
  readonly OPEN = 1;
  readonly bufferedAmount = 0;
  readyState = 1;
  readonly #port: MessagePort;
  readonly #pong: (() => void)[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
  }

  send(data: string | Uint8Array, sent?: (error?: Error) => void): void {
    const message: LineMessage = typeof data === "string" ? { text: data } : { bytes: data };
    this.#port.postMessage(message);
    if (sent) queueMicrotask(sent);
  }

  /** A page that is there answers, after whoever asks has begun to wait: the page's end is the worker's too. */
  ping(): void {
    setTimeout(() => {
      for (const listener of this.#pong) listener();
    });
  }

  close(): void {
    this.terminate();
  }

  terminate(): void {
    this.readyState = 3;
    this.#port.close();
  }

  on(event: "message" | "close" | "pong", listener: (...heard: never[]) => void): this {
    if (event === "pong") this.#pong.push(listener as () => void);
    if (event === "message") {
      const listen = listener as unknown as (data: { toString(): string }, isBinary: boolean) => void;
      this.#port.onmessage = ({ data }: MessageEvent<LineMessage>) => "text" in data && listen(data.text, false);
    }
    return this;
  }
}
