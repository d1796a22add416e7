/**
 * The page's conductor: what arrives from the stream goes into the store and onto the stage, what the user does goes into the store and to the
 * server. Components only read the store and call the actions here.
 */
import {
  type Channel,
  type ClientMessage,
  type EventMessage,
  type FanFrame,
  type HelloMessage,
  type MetricsMessage,
  ORIGINAL,
  type PoseFrame,
  type ServerMessage,
  type StreamScene,
} from "../../src/stream/protocol.ts";
import { Comparison } from "./comparison.ts";
import { Connection } from "./connection.ts";
import { Contacts } from "./contacts.ts";
import { download } from "./download.ts";
import { Drive } from "./drive.ts";
import { Grab, springOf } from "./grab.ts";
import { Playback } from "./playback.ts";
import { shownEnvironments } from "./scene/layout.ts";
import type { ScreenState } from "./scene/screen.ts";
import type { Stage } from "./scene/stage.ts";
import { undrawnOf } from "./scene/undrawn.ts";
import { SceneFeed } from "./scene-feed.ts";
import { onSystemTheme, saveSettings, systemTheme } from "./settings.ts";
import type { CameraView, GridCount, PageState, Store, Theme, ViewOptions } from "./store.ts";
import { Studio } from "./studio.ts";
import { Video } from "./video.ts";

/** Curve points kept; beyond it every second one is dropped. */
const MAX_POINTS = 4096;
const MAX_EVENTS = 30;
/** How often the numbers beside the picture follow it. */
const READOUT_MS = 250;
/** How often commanded and measured velocity are noted for the instruments. */
const MOTION_MS = 50;
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
/** Frames of a usual screen are this long. */
const FRAME_MS = 16;

export class Page {
  readonly playback = new Playback();
  readonly drive: Drive;
  readonly grab: Grab;
  readonly studio: Studio;
  readonly comparison: Comparison;
  private readonly video: Video;
  private readonly contacts = new Contacts();
  private readonly sceneFeed = new SceneFeed((message, scene) => {
    if (message.channel === this.store.get().channel) this.receiveScene(message.id, message.info, scene);
  });
  framesReceived = 0;
  /** Messages of the server that could not be read. */
  unreadable = 0;
  private readonly store: Store;
  private readonly stage: Stage;
  private readonly connection: Connection;
  private chosenTheme: Theme | null;
  private sceneId = -1;
  private scene: StreamScene | null = null;
  private lastDrawMs = performance.now();
  private lastReadoutMs = 0;
  private lastMotionMs = 0;
  /** Whether the readouts have not shown the poses on screen yet; the last ones before a pause are shown too. */
  private isMotionOwed = false;
  private nextEventKey = 1;
  private readonly namedUndrawn = new Set<string>();
  private isAsleep = true;

  constructor(store: Store, stage: Stage, chosenTheme: Theme | null) {
    this.store = store;
    this.stage = stage;
    this.chosenTheme = chosenTheme;
    this.connection = new Connection({
      message: (message) => this.receive(message),
      frame: (frame) => this.receiveFrame(frame),
      fan: (fan) => this.receiveFan(fan),
      points: (points) => this.sceneFeed.takePoints(points),
      unreadable: (reason) => {
        this.unreadable++;
        console.warn(`skipped a server message: ${reason}`);
      },
      parts: (parts) => this.sceneFeed.takeParts(parts),
      state: (connection) => store.set({ connection }),
      greeting: () => this.wishes(),
    });
    this.drive = new Drive(store, (message) => this.connection.send(message));
    this.studio = new Studio(store, (message) => this.connection.send(message));
    this.video = new Video(stage.canvas);
    this.comparison = new Comparison(store, stage, this.playback);
    this.grab = new Grab(stage, (message) => this.connection.send(message));
    store.subscribe((state, before) => this.apply(state, before));
    document.addEventListener("visibilitychange", () => this.tellPause());
    onSystemTheme(() => {
      if (this.chosenTheme === null) store.set({ theme: systemTheme() });
    });
  }

  start(): void {
    const state = this.store.get();
    this.store.set({ screen: this.stage.screenState });
    this.stage.onScreen = (screen) => this.screenChanged(screen);
    this.stage.setTheme(state.theme);
    this.stage.setOptions(state.options);
    this.stage.setCameraView(state.cameraView);
    this.connection.open();
    this.stage.onRestless = () => this.wake();
    this.wake();
  }

  // -------------------------------------------------------------------------------------------------------------------------------- actions

  follow(environment: number): void {
    const total = this.store.get().info?.environments ?? 1;
    this.store.set({ followed: ((environment % total) + total) % total });
  }

  followNext(step: number): void {
    this.follow(this.store.get().followed + step);
  }

  setGridCount(gridCount: GridCount): void {
    this.store.set({ gridCount });
  }

  setPaused(isPaused: boolean): void {
    this.store.set({ isPaused });
  }

  setFollowing(isFollowing: boolean): void {
    this.store.set({ isFollowing });
  }

  setCameraView(cameraView: CameraView): void {
    this.store.set({ cameraView });
    this.stage.setCameraView(cameraView);
  }

  setOption(name: keyof ViewOptions, value: boolean): void {
    this.store.set({ options: { ...this.store.get().options, [name]: value } });
  }

  toggleTheme(): void {
    this.chosenTheme = this.store.get().theme === "dark" ? "light" : "dark";
    this.store.set({ theme: this.chosenTheme });
  }

  /** Asks the training itself to pause or resume; the server decides. */
  pauseTraining(isPaused: boolean): void {
    this.connection.send({ type: isPaused ? "pause" : "resume", what: "training" });
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

  /** Begins to film the picture, or hands the film over. */
  toggleVideo(): void {
    const { info, channel } = this.store.get();
    if (this.video.isRunning) this.video.stop(`${info?.task ?? "flowgait"}-${channel}`);
    else this.video.start();
    this.store.set({ isFilming: this.video.isRunning });
  }

  retryConnection(): void {
    this.connection.retryNow();
  }

  dismissEvent(key: number): void {
    this.store.set({ events: this.store.get().events.filter((event) => event.key !== key) });
  }

  /** Follows the robot at a point of the canvas, in CSS pixels. */
  pick(x: number, y: number): void {
    const environment = this.stage.pick(x, y);
    if (environment !== null) this.follow(environment);
  }

  /** Names the body at a point of the canvas, or none. */
  point(x: number, y: number): void {
    const touched = this.stage.touch(x, y);
    const name = touched && this.scene?.bodies[touched.body]?.name;
    this.store.set({ pointed: name ? { name, x, y } : null });
  }

  /** Grabs the body of a driven robot at a point of the canvas; false if there is none. */
  take(x: number, y: number): boolean {
    if (this.store.get().channel !== "drive") return false;
    const touched = this.stage.touch(x, y);
    const pose = touched && this.playback.shown.get(touched.environment);
    if (!touched || !pose) return false;
    this.grab.begin(touched, pose, x, y);
    this.point(x, y);
    return true;
  }

  // ------------------------------------------------------------------------------------------------------------------------- from the server

  private receive(message: ServerMessage): void {
    switch (message.type) {
      case "hello":
        this.greet(message);
        return;
      case "scene":
        this.sceneFeed.take(message);
        return;
      case "drive":
        this.drive.receive(message);
        return;
      case "replay":
        download(message.name, new Blob([message.text], { type: "application/json" }));
        return;
      case "contacts":
        this.contacts.add(message);
        return;
      case "steered":
        this.drive.steered(message.at);
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
        this.note(message);
        return;
      case "refused":
        this.receiveRefusal(message.what, message.reason);
        return;
      case "catalogue":
      case "plan":
      case "runs":
      case "curves":
      case "started":
        this.studio.receive(message);
        return;
      default:
        message satisfies never;
    }
  }

  /** A new connection: the page keeps looking at what it looked at, where the server has it. */
  private greet({ viewer, channels }: HelloMessage): void {
    this.sceneId = -1;
    this.playback.clear();
    this.studio.greeted();
    const { channel: wanted } = this.store.get();
    const channel = channels.includes(wanted) ? wanted : channels[0];
    this.store.set({ viewer, channels, channel });
    if (channel !== channels[0]) this.connection.send({ type: "show", channel });
  }

  private note(event: EventMessage): void {
    const events = [...this.store.get().events, { ...event, key: this.nextEventKey++ }];
    this.store.set({ events: events.slice(-MAX_EVENTS) });
  }

  private receiveRefusal(what: string, reason: string): void {
    if (this.studio.refused(what, reason)) return;
    if (what === "viewers") this.store.set({ connection: { state: "refused", what, reason } });
    else if (refusalsToTell.includes(what)) this.note({ type: "event", kind: "refused", steps: 0, message: reason });
  }

  private receiveScene(id: number, info: PageState["info"], scene: StreamScene): void {
    this.sceneId = id;
    this.scene = scene;
    this.playback.clear();
    this.contacts.clear();
    this.grab.end();
    this.stage.setScene(scene, info?.hasCommand ?? false);
    this.drive.steering.setRanges(info?.capabilities.includes("steer") ? info.commandRanges : []);
    const followed = Math.min(this.store.get().followed, Math.max(0, (info?.environments ?? 1) - 1));
    this.store.set({ info, followed, terms: null, motion: null, fan: null, hasPoses: false });
    this.store.set({ hasFlexes: (scene.flexes ?? []).length > 0 });
    this.nameUndrawn(scene, info);
    for (const wish of this.wishes()) this.connection.send(wish);
  }

  /** Names what the picture lacks, each thing once. */
  private nameUndrawn(scene: StreamScene, info: PageState["info"]): void {
    const news = undrawnOf(scene, info?.environments ?? 1).filter((words) => !this.namedUndrawn.has(words));
    for (const words of news) this.namedUndrawn.add(words);
    if (news.length > 0) this.store.set({ undrawn: news });
  }

  private receiveMetrics({ restart, points, evaluations }: MetricsMessage): void {
    const state = this.store.get();
    let all = restart ? [...points] : [...state.points, ...points];
    if (all.length > MAX_POINTS) all = all.filter((_, k) => (all.length - 1 - k) % 2 === 0);
    this.store.set({ points: all, evaluations: restart ? [...evaluations] : [...state.evaluations, ...evaluations] });
  }

  private receiveFrame(frame: PoseFrame): void {
    this.framesReceived++;
    if (frame.scene !== this.sceneId || frame.bodies !== this.scene?.bodies.length) return;
    this.playback.push(this.sceneFeed.withPoints(frame), performance.now());
    this.wake();
  }

  private receiveFan(fan: FanFrame): void {
    if (fan.scene !== this.sceneId) return;
    this.store.set({ fan });
    if (fan.ghostKind !== null) this.stage.invalidate();
  }

  // ---------------------------------------------------------------------------------------------------------------------------- to the server

  /** What this page wants to see, in full. */
  private wishes(): ClientMessage[] {
    const { followed, info, isPaused } = this.store.get();
    if (!info) return [];
    const total = info.environments;
    // The neighbours are included, so that stepping through environments shows something at once.
    const neighbours = [followed, (followed + 1) % total, (followed + total - 1) % total];
    const beside = this.store.get().channel === "drive" ? [ORIGINAL] : [];
    const environments = [...new Set([...this.shown(), ...neighbours, ...beside])].slice(0, 64);
    return [
      { type: "watch", environments },
      { type: "follow", environment: followed },
      { type: isPaused || document.hidden ? "pause" : "resume", what: "view" },
      this.fanWish(),
    ];
  }

  /** Whether anything of the policy's next actions is on screen, and which ghosts. */
  private fanWish(): ClientMessage {
    const { isFanSeen, ghosts } = this.store.get();
    return { type: "fan", look: isFanSeen || ghosts !== "off", ghosts };
  }

  private shown(): number[] {
    const { followed, gridCount, info } = this.store.get();
    const total = info?.environments ?? 1;
    return shownEnvironments(followed, Math.min(gridCount, total), total);
  }

  private tellPause(): void {
    const isPaused = this.store.get().isPaused || document.hidden;
    if (!isPaused) this.playback.clear();
    this.connection.send({ type: isPaused ? "pause" : "resume", what: "view" });
  }

  /** Carries changes of the store to the stage and the server. */
  private apply(state: PageState, before: PageState): void {
    const { stage } = this;
    if (state.theme !== before.theme) stage.setTheme(state.theme);
    if (state.channel !== before.channel) this.leaveScene(state.channel);
    if (state.options !== before.options) stage.setOptions(state.options);
    if (state.isPaused !== before.isPaused) this.tellPause();
    if (state.isFollowing !== before.isFollowing || state.isBeside !== before.isBeside) stage.invalidate();
    if (state.drive?.branch?.start !== before.drive?.branch?.start) stage.invalidate();
    if (state.isFanSeen !== before.isFanSeen || state.ghosts !== before.ghosts) this.connection.send(this.fanWish());
    if (state.ghosts !== before.ghosts) stage.invalidate();
    if (state.followed !== before.followed || state.gridCount !== before.gridCount) {
      stage.invalidate();
      if (state.followed !== before.followed) this.store.set({ terms: null });
      for (const wish of this.wishes()) this.connection.send(wish);
    }
    const kept = ["options", "gridCount", "cameraView", "isFollowing", "theme"] as const;
    if (kept.some((key) => state[key] !== before[key])) saveSettings({ ...state, theme: this.chosenTheme });
  }

  /** Until the other channel's scene is there, nothing of the old one shall count for it. */
  private leaveScene(channel: Channel): void {
    this.sceneId = -1;
    this.playback.clear();
    this.store.set({ info: null, followed: 0, terms: null, motion: null, fan: null, hasPoses: false, isPaused: false });
    history.replaceState(
      null,
      "",
      channel === this.store.get().channels[0] ? location.pathname + location.search : `#${channel}`,
    );
  }

  // --------------------------------------------------------------------------------------------------------------------------------- drawing

  /** Nothing can be held, pointed at or filmed in a picture that is gone. */
  private screenChanged(screen: ScreenState): void {
    if (screen !== "drawn") {
      this.grab.end();
      if (this.video.isRunning) this.toggleVideo();
    }
    this.store.set({ screen, ...(screen === "drawn" ? {} : { pointed: null }) });
  }

  /** Starts the loop of frames, if it sleeps. */
  private wake(): void {
    if (!this.isAsleep) return;
    this.isAsleep = false;
    this.lastDrawMs = performance.now();
    requestAnimationFrame(this.draw);
  }

  /** One turn of the loop: draws when it is time, and goes to sleep when nothing moves. */
  private readonly draw = (): void => {
    const nowMs = performance.now();
    const waitMs = this.stage.waitMs(nowMs);
    if (waitMs > 0) {
      this.scheduleIn(waitMs);
      return;
    }
    const { isPaused } = this.store.get();
    const hasNewPoses = !isPaused && this.playback.sample(nowMs);
    this.drawNow(hasNewPoses, nowMs);
    this.isAsleep = !hasNewPoses && !this.isMotionOwed && !this.stage.isRestless && !this.grab.isHolding;
    if (!this.isAsleep) requestAnimationFrame(this.draw);
  };

  private scheduleIn(waitMs: number): void {
    if (waitMs <= FRAME_MS) requestAnimationFrame(this.draw);
    else setTimeout(() => requestAnimationFrame(this.draw), waitMs - FRAME_MS / 2);
  }

  private drawNow(hasNewPoses: boolean, nowMs: number): void {
    const dt = Math.min(0.25, (nowMs - this.lastDrawMs) / 1000);
    this.lastDrawMs = nowMs;
    const { followed, isFollowing, isPaused, hasPoses } = this.store.get();
    const pose = this.playback.shown.get(followed);
    const { time } = this.playback;
    const own = this.grab.spring(pose, nowMs);
    const spring = own ?? springOf(this.contacts.gripAt(time), pose);
    const contacts = this.contacts.at(time);
    const push = this.contacts.pushAt(time);
    const original = this.comparison.view();
    const ghosts = this.store.get().ghosts === "off" ? null : this.store.get().fan;
    const view = { environments: this.shown(), followed, isFollowing, contacts, spring, push, original, ghosts };
    this.stage.draw(view, this.playback.shown, hasNewPoses, dt);
    this.comparison.placeTags();
    this.isMotionOwed ||= hasNewPoses;
    if (this.isMotionOwed && nowMs - this.lastMotionMs >= MOTION_MS) this.noteMotion(followed, nowMs);
    const isFirst = hasNewPoses && !hasPoses;
    if (nowMs - this.lastReadoutMs < READOUT_MS && !isFirst) return;
    this.lastReadoutMs = nowMs;
    const { shown, speed } = this.playback;
    this.store.set({
      hasPoses: shown.size > 0 || (isPaused && hasPoses),
      speed,
      isFollowedShown: isPaused || shown.has(followed),
    });
  }

  private noteMotion(followed: number, nowMs: number): void {
    const pose = this.playback.shown.get(followed);
    this.isMotionOwed = false;
    if (!pose) return;
    this.lastMotionMs = nowMs;
    const { time } = this.playback;
    const motion = { time, command: Array.from(pose.command), twist: Array.from(pose.twist) };
    this.store.set({ motion, divergence: this.comparison.divergence() });
  }
}
