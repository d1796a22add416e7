/** What a page that connects late must still learn: the curve so far, the evaluations and the last events. Bounded, however long a run lasts. */
import type { EvaluationPoint, EventMessage, MetricsMessage, MetricsPoint } from "./protocol.ts";

/** Points kept before every second one is let go. */
const MAX_POINTS = 2048;
const MAX_EVALUATIONS = 512;
const MAX_EVENTS = 64;

/** How much of the history one page has received. Positions count everything ever added, so thinning does not move them. */
export interface HistoryCursor {
  points: number;
  evaluations: number;
  events: number;
  /** Run the positions belong to. */
  run: number;
}

/** A list that remembers how many were ever added. */
class Tail<T> {
  items: T[] = [];
  added = 0;

  add(item: T, capacity: number): void {
    this.items.push(item);
    this.added++;
    if (this.items.length > capacity) this.items.shift();
  }

  /** Items added at or after `position`, as far as they are kept. */
  since(position: number): T[] {
    const missing = this.added - position;
    return missing >= this.items.length ? this.items.slice() : this.items.slice(this.items.length - missing);
  }
}

/** Curve, evaluations and events of the run so far, as far as they are kept. */
export class History {
  private run = 1;
  private points: { position: number; point: MetricsPoint }[] = [];
  private pointsAdded = 0;
  private evaluations = new Tail<EvaluationPoint>();
  private events = new Tail<EventMessage>();

  /** Forgets everything: another run begins. */
  restart(): void {
    this.run++;
    this.points = [];
    this.pointsAdded = 0;
    this.evaluations = new Tail();
    this.events = new Tail();
  }

  addPoint(point: MetricsPoint): void {
    this.points.push({ position: this.pointsAdded++, point });
    if (this.points.length > MAX_POINTS) this.points = this.points.filter((_, k) => k % 2 === MAX_POINTS % 2);
  }

  addEvaluation(point: EvaluationPoint): void {
    this.evaluations.add(point, MAX_EVALUATIONS);
  }

  addEvent(event: EventMessage): void {
    this.events.add(event, MAX_EVENTS);
  }

  /** A cursor at the beginning. */
  cursor(): HistoryCursor {
    return { points: 0, evaluations: 0, events: 0, run: 0 };
  }

  /** Curve points and evaluations the cursor has not seen, or null when there are none; moves the cursor. */
  takeMetrics(cursor: HistoryCursor): MetricsMessage | null {
    const restart = this.follow(cursor);
    const points = this.points.filter(({ position }) => position >= cursor.points).map(({ point }) => point);
    const evaluations = this.evaluations.since(cursor.evaluations);
    cursor.points = this.pointsAdded;
    cursor.evaluations = this.evaluations.added;
    if (!restart && points.length === 0 && evaluations.length === 0) return null;
    return { type: "metrics", restart, points, evaluations };
  }

  /** Events the cursor has not seen; moves the cursor. */
  takeEvents(cursor: HistoryCursor): EventMessage[] {
    const events = this.events.since(cursor.events);
    cursor.events = this.events.added;
    return events;
  }

  /** Points the cursor at this run; true when it was at another one. */
  private follow(cursor: HistoryCursor): boolean {
    if (cursor.run === this.run) return false;
    Object.assign(cursor, { points: 0, evaluations: 0, events: 0, run: this.run });
    return true;
  }
}
