/** The contacts that belong to the moment that is shown: they are told at once, the picture runs a little behind. */
import type { ContactsMessage } from "../../src/stream/protocol.ts";

const KEPT = 60;
/** Contacts older than this belong to another moment, s. */
const TOO_FAR = 0.1;

export class Contacts {
  private told: ContactsMessage[] = [];

  add(message: ContactsMessage): void {
    const last = this.told.at(-1);
    if (last && message.time < last.time) this.told = [];
    this.told.push(message);
    if (this.told.length > KEPT) this.told.shift();
  }

  clear(): void {
    this.told = [];
  }

  /** [contacts, 6] as near to a simulated time as they were told. */
  at(time: number): ContactsMessage["values"] {
    const off = (message: ContactsMessage) => Math.abs(message.time - time);
    const nearest = this.told.reduce<ContactsMessage | null>(
      (best, message) => (best && off(best) <= off(message) ? best : message),
      null,
    );
    return nearest && off(nearest) < TOO_FAR ? nearest.values : [];
  }
}
