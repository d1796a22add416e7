/** Events that the page shows for a while: falls, checkpoints, refused requests. */
import type { EventMessage } from "../../../src/stream/protocol.ts";
import type { Store } from "../state/store.ts";

/** Events kept; older ones go. */
const MAX_EVENTS = 30;
/** Requests whose refusal is shown to the user. */
const refusalsToTell: readonly string[] = [
  "wheel",
  "command",
  "simulate",
  "setSpeed",
  "policy",
  "push",
  "grab",
  "flow",
  "seek",
  "saveReplay",
  "train",
  "stopTraining",
  "resumeTraining",
  "incident",
  "curves",
  "keyframe",
  "branch",
];

/** The list of events in the store. */
export class Notices {
  private readonly store: Store;
  private nextKey = 1;

  constructor(store: Store) {
    this.store = store;
  }

  /** Adds an event. */
  note(event: EventMessage): void {
    const events = [...this.store.get().events, { ...event, key: this.nextKey++ }];
    this.store.set({ events: events.slice(-MAX_EVENTS) });
  }

  /** Shows why a request was refused, if a user can have made it. */
  noteRefusal(what: string, reason: string): void {
    if (refusalsToTell.includes(what)) this.note({ type: "event", kind: "refused", steps: 0, message: reason });
  }

  /** Takes away the event with this key. */
  dismiss(key: number): void {
    this.store.set({ events: this.store.get().events.filter((event) => event.key !== key) });
  }
}
