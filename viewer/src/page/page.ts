/**
 * The page's controller: data from the stream goes into the store and onto the stage; the user's actions go into the store and to the
 * server. Components only read the store and call the actions of the parts that are put together here.
 */
import type { ClientMessage, RunInfo } from "../../../src/stream/protocol.ts";
import type { ScreenState } from "../scene/screen/screen.ts";
import type { Stage } from "../scene/stage.ts";
import type { PageState, Store, Theme } from "../state/store.ts";
import { Connection } from "../stream/connection.ts";
import { Contacts } from "../stream/contacts.ts";
import type { Host } from "../stream/host.ts";
import { Playback } from "../stream/playback.ts";
import { Comparison } from "./comparison.ts";
import { DrawLoop } from "./draw-loop.ts";
import { Drive } from "./drive.ts";
import { FanQueue } from "./fan-queue.ts";
import { Gallery } from "./gallery.ts";
import { Grab } from "./grab.ts";
import { Hand } from "./hand.ts";
import { Handles } from "./handles/handles.ts";
import { Inbox } from "./inbox.ts";
import { MotionHistory } from "./motion-history.ts";
import { Notices } from "./notices.ts";
import { Picture } from "./picture.ts";
import { Place } from "./place.ts";
import { ShownScene } from "./shown-scene.ts";
import { Studio } from "./studio.ts";
import { titleOf } from "./title.ts";
import { Video } from "./video.ts";
import { View } from "./view.ts";
import { Wishes } from "./wishes.ts";

/** The parts of a page and the paths between them. */
export class Page {
  /** Poses between frames. */
  readonly playback = new Playback();
  /** Velocities of the followed robot, for the strips. */
  readonly motions = new MotionHistory();
  /** How the user looks at the scene. */
  readonly view: View;
  /** The user's hand on the picture. */
  readonly hand: Hand;
  /** The driven simulation. */
  readonly drive: Drive;
  /** Trainings. */
  readonly studio: Studio;
  /** The robots that there are. */
  readonly gallery: Gallery;
  /** The screen that the page is on. */
  readonly place: Place;
  /** Films of the picture. */
  readonly video: Video;
  /** Events that are shown to the user. */
  readonly notices: Notices;
  /** A branch and its original. */
  readonly comparison: Comparison;
  /** The line to the host, and what the host can do beside. */
  readonly connection: Connection;
  readonly host: Host;
  /** The scene on screen. */
  readonly scene: ShownScene;
  private readonly store: Store;
  private readonly stage: Stage;
  private readonly inbox: Inbox;
  private readonly wishes: Wishes;
  private readonly loop: DrawLoop;

  /** @param chosenTheme what the user chose before; null follows the system @param host where its data come from */
  constructor(store: Store, stage: Stage, chosenTheme: Theme | null, host: Host) {
    this.store = store;
    this.stage = stage;
    this.host = host;
    const moments = { playback: this.playback, contacts: new Contacts(), motions: this.motions, fans: new FanQueue() };
    const send = (message: ClientMessage) => this.connection.send(message);
    this.connection = this.connect(host);
    this.drive = new Drive(store, send);
    this.notices = new Notices(store);
    this.studio = new Studio(store, send, this.notices);
    this.gallery = new Gallery(store, send);
    this.place = new Place(store, this.gallery, (channel, isStart) => this.drive.show(channel, isStart), send);
    this.video = new Video(stage.canvas, store);
    this.comparison = new Comparison(store, stage, this.playback);
    this.scene = new ShownScene(store, stage, moments, {
      replaced: (info) => this.sceneReplaced(info),
      shown: () => this.wishes.sendAll(),
      moved: () => this.loop.wake(),
    });
    const grab = new Grab(stage, send);
    const handles = new Handles(store, stage, send, () => this.scene.poseOf(0));
    this.hand = new Hand(store, stage, this.scene, grab, handles);
    this.drive.goalKeys = handles;
    this.view = new View(store, stage, chosenTheme);
    this.wishes = new Wishes(store, this.playback, send);
    const { scene, drive, studio, notices, gallery, place } = this;
    this.inbox = new Inbox(store, { scene, contacts: moments.contacts, drive, studio, notices, gallery, place }, send);
    this.loop = new DrawLoop(new Picture(store, stage, moments, this.comparison, this.hand));
    store.subscribe((state, before) => this.apply(state, before));
  }

  /** Opens the connection and draws the first frame. */
  start(): void {
    this.store.set({ screen: this.stage.screenState });
    this.stage.onScreen = (screen) => this.screenChanged(screen);
    this.view.start();
    this.connection.open();
    this.stage.onRestless = () => this.loop.wake();
    this.loop.wake();
  }

  /** Lets a policy act in the driven simulation, and shows it. */
  driveWith(key: string): void {
    this.drive.show("drive");
    this.drive.choosePolicy(key);
  }

  /** Shows the recording of a fall or a NaN. */
  openIncident(kind: "fall" | "nan"): void {
    this.studio.openIncident(kind);
    this.drive.show("drive");
  }

  private connect(host: Host): Connection {
    return new Connection(host, {
      message: (message) => this.inbox.receive(message),
      frame: (frame) => this.scene.receiveFrame(frame),
      fan: (fan) => this.scene.receiveFan(fan),
      points: (points) => this.scene.feed.takePoints(points),
      parts: (parts) => this.scene.feed.takeParts(parts),
      unreadable: (reason) => console.warn(`skipped a message: ${reason}`),
      state: (connection) => this.store.set({ connection }),
      greeting: () => this.wishes.all(),
    });
  }

  /** Carries changes of the store to the stage and the server. */
  private apply(state: PageState, before: PageState): void {
    if (state.channel !== before.channel) this.scene.leave();
    if (state.theme !== before.theme) void this.gallery.setTheme();
    if (state.followed !== before.followed) this.motions.clear();
    this.view.apply(state, before);
    this.wishes.apply(state, before);
    this.place.follow(state, before);
    const title = titleOf(state);
    if (title !== document.title) document.title = title;
  }

  private sceneReplaced(info: RunInfo | null): void {
    this.hand.end();
    this.drive.steering.setRanges(info?.capabilities.includes("steer") ? info.commandRanges : []);
  }

  /** Nothing can be held, pointed at or filmed in a picture that is gone. */
  private screenChanged(screen: ScreenState): void {
    if (screen !== "drawn") {
      this.hand.end();
      if (this.video.isRunning) this.video.toggle();
    }
    this.store.set({ screen, ...(screen === "drawn" ? {} : { pointed: null }) });
  }
}
