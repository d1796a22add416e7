/** Messages of the server, each handed to the part of the page that it concerns. Frames of poses do not pass through here. */
import type { ClientMessage, HelloMessage, MetricsMessage, ServerMessage } from "../../../src/stream/protocol.ts";
import type { Store } from "../state/store.ts";
import type { Contacts } from "../stream/contacts.ts";
import { download } from "./download.ts";
import type { Drive } from "./drive.ts";
import type { Gallery } from "./gallery.ts";
import type { Notices } from "./notices.ts";
import type { Place } from "./place.ts";
import type { ShownScene } from "./shown-scene.ts";
import type { Studio } from "./studio.ts";

/** Curve points kept; beyond it every second one is dropped. */
const MAX_POINTS = 4096;

/** Receivers of messages. */
export interface Recipients {
  readonly scene: ShownScene;
  readonly contacts: Contacts;
  readonly drive: Drive;
  readonly studio: Studio;
  readonly notices: Notices;
  readonly gallery: Gallery;
  readonly place: Place;
}

/** Receives JSON messages. */
export class Inbox {
  private readonly store: Store;
  private readonly to: Recipients;
  private readonly send: (message: ClientMessage) => void;

  constructor(store: Store, to: Recipients, send: (message: ClientMessage) => void) {
    this.store = store;
    this.to = to;
    this.send = send;
  }

  /** Hands a message on, or writes it into the store. */
  receive(message: ServerMessage): void {
    switch (message.type) {
      case "hello":
        this.greet(message);
        return;
      case "scene":
        this.to.scene.feed.take(message);
        return;
      case "drive":
        this.to.drive.receive(message);
        return;
      case "replay":
        download(message.name, new Blob([message.text], { type: "application/json" }));
        return;
      case "contacts":
        this.to.contacts.add(message);
        return;
      case "readings":
        this.store.set({ readings: message });
        return;
      case "steered":
        this.to.drive.steered(message.at);
        return;
      case "metrics":
        this.receiveMetrics(message);
        return;
      case "terms":
        this.store.set({ terms: message });
        return;
      case "status":
        this.store.set({ status: message });
        return;
      case "event":
        this.to.notices.note(message);
        return;
      case "refused":
        this.receiveRefusal(message.what, message.reason);
        return;
      case "gallery":
      case "portrait":
        this.to.gallery.receive(message);
        return;
      case "catalogue":
      case "plan":
      case "runs":
      case "curves":
      case "started":
      case "file":
        this.to.studio.receive(message);
        return;
      default:
        message satisfies never;
    }
  }

  /** A new connection: the page keeps its channel if the server has it. */
  private greet({ viewer, channels, isStudio }: HelloMessage): void {
    this.to.scene.forget();
    this.to.studio.greeted();
    this.to.gallery.greeted();
    const { channel: wanted } = this.store.get();
    const channel = channels.includes(wanted) ? wanted : channels[0];
    this.store.set({ viewer, channels, channel, isStudio });
    if (isStudio && this.to.place.isWaiting) return;
    if (channel !== channels[0]) this.send({ type: "show", channel });
  }

  private receiveRefusal(what: string, reason: string): void {
    if (this.to.studio.refused(what, reason) || this.to.gallery.refused(what, reason)) return;
    if (what === "robot") this.to.place.refused();
    if (what === "viewers") this.store.set({ connection: { state: "refused", what, reason } });
    else this.to.notices.noteRefusal(what, reason);
  }

  private receiveMetrics({ restart, points, evaluations }: MetricsMessage): void {
    const state = this.store.get();
    let all = restart ? [...points] : [...state.points, ...points];
    if (all.length > MAX_POINTS) all = all.filter((_, k) => (all.length - 1 - k) % 2 === 0);
    this.store.set({ points: all, evaluations: restart ? [...evaluations] : [...state.evaluations, ...evaluations] });
  }
}
