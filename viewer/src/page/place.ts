/**
 * Which screen the page is on, as its address says it: nothing for the start screen, #training, #drive, or #drive/<controller or task>.
 * A link to a training (share-link.ts) is on #training.
 */
import type { Channel, ClientMessage } from "../../../src/stream/protocol.ts";
import type { PageState, Store } from "../state/store.ts";
import { driversOf, type Gallery } from "./gallery.ts";

/** The robot in training among the policies that can be driven. */
export const IN_TRAINING = "training";

/** What an address asks for. */
export interface Address {
  readonly isStart: boolean;
  /** null where it names none. */
  readonly channel: Channel | null;
  /** A controller or task to drive. */
  readonly robot: string | null;
}

/** Reads the part of an address after #. */
export function readAddress(hash: string): Address {
  const [, screen, robot] = /^#(training|drive)(?:\/(.+))?$/.exec(hash) ?? [];
  if (/^#train=/.test(hash)) return { isStart: false, channel: "training", robot: null };
  if (screen === undefined) return { isStart: true, channel: null, robot: null };
  const isDrive = screen === "drive";
  return { isStart: false, channel: isDrive ? "drive" : "training", robot: isDrive && robot ? decoded(robot) : null };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Keeps address and page together. */
export class Place {
  private readonly store: Store;
  private readonly gallery: Gallery;
  private readonly show: (channel: Channel, isStart?: boolean) => void;
  private readonly send: (message: ClientMessage) => void;
  private isMoving = false;
  /** What the address asked for and the server does not drive yet. */
  private wanted: string | null;

  /** @param show looks at a channel, with the start screen before it or without */
  constructor(store: Store, gallery: Gallery, show: Place["show"], send: Place["send"]) {
    this.store = store;
    this.gallery = gallery;
    this.show = show;
    this.send = send;
    this.wanted = readAddress(location.hash).robot;
    gallery.onList = () => this.listed();
    addEventListener("popstate", () => this.moved());
  }

  /** Whether the page waits for the list of robots before it looks at one. */
  get isWaiting(): boolean {
    return this.wanted !== null && this.store.get().gallery === null;
  }

  /** Goes to the start screen. */
  goToStart(): void {
    if (this.store.get().isStudio) this.show("training", true);
  }

  /** Drives a robot: by a controller, or as a task's name says; null is the robot in training. */
  drive(name: string | null): void {
    if (name === null || name !== drivenOf(this.store.get())) {
      this.wanted = name;
      this.begin();
    }
    this.show("drive");
  }

  /** The robot that was asked for does not come. */
  refused(): void {
    this.wanted = null;
    this.store.set({ choosing: null });
  }

  /** Brings the address to what the page shows. */
  follow(state: PageState, before: PageState): void {
    const driven = drivenOf(state);
    if (driven !== null && driven === this.wanted) this.wanted = null;
    if (state.viewer === null || this.isMoving) return;
    const hash = this.hashOf(state, driven);
    if (hash === location.hash) return;
    const address = hash === "" ? location.pathname + location.search : hash;
    const isStep = state.isStart !== before.isStart || state.channel !== before.channel;
    if (isStep && state.isStudio && before.viewer !== null) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  }

  private hashOf({ isStudio, isStart, channel, channels }: PageState, driven: string | null): string {
    if (!isStudio) return channel === channels[0] ? "" : `#${channel}`;
    if (isStart) return "";
    const robot = this.wanted ?? driven;
    return channel === "drive" && robot !== null ? `#drive/${encodeURIComponent(robot)}` : `#${channel}`;
  }

  /** The list of robots has come: the page can ask for the one that its address names. */
  private listed(): void {
    if (this.wanted === null) return;
    this.begin();
    this.send({ type: "show", channel: "drive" });
  }

  /** A name that the studio does not know is forgotten. */
  private begin(): void {
    const subject = this.wanted === null ? null : this.gallery.find(this.wanted);
    if (this.wanted !== null && subject === null) this.wanted = null;
    else this.gallery.choose(subject, this.wanted);
  }

  /** The user went back or forth, or wrote another address. */
  private moved(): void {
    const { isStart, channel, robot } = readAddress(location.hash);
    const state = this.store.get();
    this.isMoving = true;
    if (isStart && state.isStudio) this.goToStart();
    else if (channel === "drive" && (robot !== null || drivenOf(state) !== null)) this.drive(robot);
    else this.show(channel ?? state.channels[0]);
    this.isMoving = false;
    this.follow(this.store.get(), state);
  }
}

/** The controller or the task that is driven; null for the robot in training, and for what the gallery does not have. */
export function drivenOf({ gallery, drive, info, channel }: PageState): string | null {
  if (channel !== "drive" || !gallery || !info || !drive || drive.policies.length === 0) return null;
  if (drive.policies.some(({ key }) => key === IN_TRAINING)) return null;
  const controller = driversOf(gallery).find(({ name, task }) => name === drive.policy && task === info.task);
  if (controller) return controller.name;
  return gallery.some(({ tasks }) => tasks.includes(info.task)) ? info.task : null;
}
