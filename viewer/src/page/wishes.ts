/** What this page wants the server to send: environments, the followed one, ghosts. Told again after every reconnection. */
import { type ClientMessage, ORIGINAL } from "../../../src/stream/protocol.ts";
import { shownEnvironments } from "../scene/places/layout.ts";
import type { PageState, Store } from "../state/store.ts";
import type { Playback } from "../stream/playback.ts";

/** Environments that one page may watch. */
const MOST_WATCHED = 64;

/** Environments on screen, in the order of their cells. */
export function environmentsOnScreen({ followed, gridCount, info }: PageState): number[] {
  const total = info?.environments ?? 1;
  return shownEnvironments(followed, Math.min(gridCount, total), total);
}

/** The page's requests, read from the store and sent when it changes. */
export class Wishes {
  private readonly store: Store;
  private readonly playback: Playback;
  private readonly send: (message: ClientMessage) => void;

  constructor(store: Store, playback: Playback, send: (message: ClientMessage) => void) {
    this.store = store;
    this.playback = playback;
    this.send = send;
    document.addEventListener("visibilitychange", () => this.tellPause());
  }

  /** Everything this page wants to see; empty until a scene is known. */
  all(): ClientMessage[] {
    const state = this.store.get();
    const { followed, info } = state;
    if (!info) return [];
    const total = info.environments;
    // The neighbours are included, so that stepping through environments shows something at once.
    const neighbours = [followed, (followed + 1) % total, (followed + total - 1) % total];
    const beside = state.channel === "drive" ? [ORIGINAL] : [];
    const environments = [...new Set([...environmentsOnScreen(state), ...neighbours, ...beside])];
    return [
      { type: "watch", environments: environments.slice(0, MOST_WATCHED) },
      { type: "follow", environment: followed },
      this.pauseWish(),
      this.fanWish(),
      this.readingsWish(),
    ];
  }

  /** Sends all wishes. */
  sendAll(): void {
    for (const wish of this.all()) this.send(wish);
  }

  /** Sends the wishes that a change of the store concerns. */
  apply(state: PageState, before: PageState): void {
    const changed = (...names: readonly (keyof PageState)[]) => names.some((name) => state[name] !== before[name]);
    if (changed("isPaused")) this.tellPause();
    if (changed("isFanSeen", "ghosts")) this.send(this.fanWish());
    if (changed("areReadingsSeen")) this.send(this.readingsWish());
    if (changed("followed", "gridCount")) this.sendAll();
  }

  /** A resumed view begins with what is sent next. */
  private tellPause(): void {
    const wish = this.pauseWish();
    if (wish.type === "resume") this.playback.clear();
    this.send(wish);
  }

  /** A hidden page requests no poses. */
  private pauseWish(): ClientMessage {
    return { type: this.store.get().isPaused || document.hidden ? "pause" : "resume", what: "view" };
  }

  private readingsWish(): ClientMessage {
    return { type: "readings", look: this.store.get().areReadingsSeen };
  }

  /** Whether anything of the policy's next actions is on screen, and which ghosts. */
  private fanWish(): ClientMessage {
    const { isFanSeen, ghosts } = this.store.get();
    return { type: "fan", look: isFanSeen || ghosts !== "off", ghosts };
  }
}
