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
  /** Of orders that came together; those that came last are on screen now. */
  batch: number;
  readonly film: Promise<Film>;
  readonly resolve: (film: Film) => void;
  readonly reject: (reason: Error) => void;
}

/** Asks for pictures and keeps them. */
export class Album {
  private readonly send: (message: ClientMessage) => void;
  private readonly orders = new Map<string, Order>();
  /** Orders that were not answered yet, in the order in which they came. */
  private waiting: Order[] = [];
  /** The one that is being made. */
  private asked: Order | null = null;
  private batch = 0;
  private batchTimer = 0;

  constructor(send: (message: ClientMessage) => void) {
    this.send = send;
  }

  /** The film of a subject. Rejects where the server cannot make it. */
  get(subject: PortraitSubject): Promise<Film> {
    const key = subjectKey(subject);
    const known = this.orders.get(key);
    if (known) known.batch = this.currentBatch();
    if (known) return known.film;
    const order = orderOf(subject, this.currentBatch());
    order.film.catch(() => this.orders.delete(key));
    this.orders.set(key, order);
    this.waiting.push(order);
    if (this.asked === null) this.askNext();
    return order.film;
  }

  /** A connection is there again: what was asked before is asked again. */
  greeted(): void {
    this.askNext();
  }

  /** The answer to the question that was asked last. */
  async receive({ task, controller, data }: PortraitMessage): Promise<void> {
    const order = this.orders.get(subjectKey({ task, controller }));
    if (!order || order !== this.asked) return;
    this.end(order);
    order.resolve(await filmOf(data));
  }

  /** The question that was asked last was refused. */
  refused(reason: string): void {
    const order = this.asked;
    if (!order) return;
    this.end(order);
    order.reject(new Error(reason));
  }

  private end(order: Order): void {
    this.waiting = this.waiting.filter((one) => one !== order);
    this.askNext();
  }

  /** What came into view last is asked for first. */
  private askNext(): void {
    const newest = Math.max(...this.waiting.map(({ batch }) => batch));
    this.asked = this.waiting.find(({ batch }) => batch === newest) ?? null;
    if (this.asked) this.send({ type: "portrait", ...this.asked.subject });
  }

  /** The same number for all that is asked for in one turn of the page. */
  private currentBatch(): number {
    if (this.batchTimer === 0) {
      this.batch++;
      this.batchTimer = window.setTimeout(() => {
        this.batchTimer = 0;
      });
    }
    return this.batch;
  }
}

function orderOf(subject: PortraitSubject, batch: number): Order {
  let settle: Pick<Order, "resolve" | "reject"> | null = null;
  const film = new Promise<Film>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { subject, batch, film, ...settle! };
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
