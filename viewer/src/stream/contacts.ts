/** The contacts, the spring and the push that belong to the moment that is shown: they arrive at once, the picture is slightly delayed. */
import type { ContactsMessage } from "../../../src/stream/protocol.ts";

const KEPT = 60;
/** Contacts older than this belong to another moment, s. */
const TOO_FAR = 0.1;
/** A push is shown for so long, simulated s. */
const PUSH_SHOWN = 0.4;

/** Contacts, grips and pushes of the last moments. */
export class Contacts {
  private told: ContactsMessage[] = [];

  /** Takes a moment; one that is earlier than the last begins anew. */
  add(message: ContactsMessage): void {
    const last = this.told.at(-1);
    if (last && message.time < last.time) this.told = [];
    this.told.push(message);
    if (this.told.length > KEPT) this.told.shift();
  }

  /** Forgets all moments. */
  clear(): void {
    this.told = [];
  }

  /** [contacts, 6] the nearest ones to a simulated time. */
  at(time: number): ContactsMessage["values"] {
    return this.nearest(time)?.values ?? [];
  }

  /** The spring that pulls the robot at that time; null if none does. */
  gripAt(time: number): ContactsMessage["grip"] {
    return this.nearest(time)?.grip ?? null;
  }

  /** Direction of a push that began shortly before, rad; null if none did. */
  pushAt(time: number): number | null {
    const pushed = this.told.findLast((message) => message.push !== null && message.time <= time + TOO_FAR);
    return pushed && time - pushed.time < PUSH_SHOWN ? pushed.push : null;
  }

  private nearest(time: number): ContactsMessage | null {
    const off = (message: ContactsMessage) => Math.abs(message.time - time);
    const nearest = this.told.reduce<ContactsMessage | null>(
      (best, message) => (best && off(best) < off(message) ? best : message),
      null,
    );
    return nearest && off(nearest) < TOO_FAR ? nearest : null;
  }
}
