/** Pictures of robots as they came from the server, asked for one after another and kept. */
import {
  type ClientMessage,
  type Portrait,
  type PortraitMessage,
  type PortraitSubject,
  type StreamScene,
  subjectKey,
  unpackScene,
} from "../../../src/stream/protocol.ts";

/** A robot in some poses. */
export interface Film {
  readonly scene: StreamScene;
  readonly framesPerSecond: number;
  /** [bodies, 7] each; the picture of a robot that only stands has one. */
  readonly frames: readonly Float32Array[];
}

interface Order {
  readonly subject: PortraitSubject;
  readonly film: Promise<Film>;
  readonly resolve: (film: Film) => void;
  readonly reject: (reason: Error) => void;
}

/** Asks for pictures and keeps them. */
export class Album {
  private readonly send: (message: ClientMessage) => void;
  private readonly orders = new Map<string, Order>();
  /** Subjects that were not answered yet; the first one is being made. */
  private waiting: Order[] = [];

  constructor(send: (message: ClientMessage) => void) {
    this.send = send;
  }

  /** The film of a subject. Rejects where the server cannot make it. */
  get(subject: PortraitSubject): Promise<Film> {
    const key = subjectKey(subject);
    const known = this.orders.get(key);
    if (known) return known.film;
    const order = orderOf(subject);
    order.film.catch(() => this.orders.delete(key));
    this.orders.set(key, order);
    this.waiting.push(order);
    if (this.waiting.length === 1) this.ask();
    return order.film;
  }

  /** A connection is there again: what was asked before is asked again. */
  greeted(): void {
    this.ask();
  }

  /** The answer to the question that was asked last. */
  async receive({ task, controller, data }: PortraitMessage): Promise<void> {
    const order = this.orders.get(subjectKey({ task, controller }));
    if (!order || !this.waiting.includes(order)) return;
    this.end(order);
    order.resolve(await filmOf(data));
  }

  /** The question that was asked last was refused. */
  refused(reason: string): void {
    const [order] = this.waiting;
    if (!order) return;
    this.end(order);
    order.reject(new Error(reason));
  }

  private end(order: Order): void {
    this.waiting = this.waiting.filter((one) => one !== order);
    this.ask();
  }

  private ask(): void {
    const [next] = this.waiting;
    if (next) this.send({ type: "portrait", ...next.subject });
  }
}

function orderOf(subject: PortraitSubject): Order {
  let settle: Pick<Order, "resolve" | "reject"> | null = null;
  const film = new Promise<Film>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { subject, film, ...settle! };
}

async function filmOf(data: string): Promise<Film> {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const { scene, framesPerSecond, frames } = (await new Response(stream).json()) as Portrait;
  return {
    scene: unpackScene(scene, new Uint8Array(0)),
    framesPerSecond,
    frames: frames.map((values) => Float32Array.from(values)),
  };
}
