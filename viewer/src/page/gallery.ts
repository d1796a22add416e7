/** The robots that the studio has to show: which there are, their pictures, and the choice of one to drive. */
import type {
  ClientMessage,
  GalleryController,
  GalleryMessage,
  GalleryRobot,
  PortraitMessage,
  PortraitSubject,
} from "../../../src/stream/protocol.ts";
import { Album } from "../gallery/album.ts";
import type { Booth } from "../gallery/booth.ts";
import type { Store } from "../state/store.ts";

/** A controller and its robot. */
export interface Driver extends GalleryController {
  readonly robot: string;
}

/** Robots, pictures, and who is driven. */
export class Gallery {
  readonly album: Album;
  /** Called when the list has come. */
  onList: () => void = () => {};
  private readonly store: Store;
  private readonly send: (message: ClientMessage) => void;
  private opened: Promise<Booth> | null = null;

  constructor(store: Store, send: (message: ClientMessage) => void) {
    this.store = store;
    this.send = send;
    this.album = new Album(send);
  }

  /** What draws the pictures; its code is loaded with the first one. */
  booth(): Promise<Booth> {
    this.opened ??= import("../gallery/booth.ts").then(({ Booth }) => new Booth(this.store.get().theme));
    return this.opened;
  }

  /** Carries a change of the theme to the booth. */
  async setTheme(): Promise<void> {
    (await this.opened)?.setTheme(this.store.get().theme);
  }

  /** Asks for a robot to drive, in place of the one that is driven. @param name of what is asked for, as people know it */
  choose(subject: PortraitSubject | null, name: string | null): void {
    this.store.set({ choosing: name ?? "the robot in training" });
    this.send({ type: "robot", subject });
  }

  /** What a name in an address means: a shipped controller, or a task. */
  find(name: string): PortraitSubject | null {
    const robots = this.store.get().gallery ?? [];
    const known = driversOf(robots).find((controller) => controller.name === name);
    if (known) return { task: known.task, controller: known.name };
    return robots.some(({ tasks }) => tasks.includes(name)) ? { task: name, controller: null } : null;
  }

  /** A new connection. */
  greeted(): void {
    this.album.greeted();
  }

  /** What the server says of its robots. */
  receive(message: GalleryMessage | PortraitMessage): void {
    if (message.type === "portrait") {
      void this.album.receive(message);
      return;
    }
    this.store.set({ gallery: message.robots });
    this.onList();
  }

  /** True where a picture was refused: the page then has none. */
  refused(what: string, reason: string): boolean {
    if (what !== "portrait") return false;
    this.album.refused(reason);
    return true;
  }
}

/** Controllers of all robots, the experimental ones last. */
export function driversOf(robots: readonly GalleryRobot[]): Driver[] {
  const all = robots.flatMap(({ name, controllers }) => controllers.map((one) => ({ ...one, robot: name })));
  return [...all.filter((one) => !one.isExperimental), ...all.filter((one) => one.isExperimental)];
}
