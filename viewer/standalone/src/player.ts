/** Drives the robot of a page by its clock, as the requests of the page's controls say: what the studio's server does, without a server. */
import type { PlayedRobot } from "../../../src/export/page/played-robot.ts";
import type { ClientMessage, DriveMessage } from "../../../src/stream/protocol.ts";
import { Drive } from "../../src/page/drive.ts";
import { Grab } from "../../src/page/grab.ts";
import { Hand } from "../../src/page/hand.ts";
import { Handles } from "../../src/page/handles/handles.ts";
import { headingOf } from "../../src/scene/places/measure.ts";
import type { Stage } from "../../src/scene/stage.ts";
import type { Store } from "../../src/state/store.ts";
import type { ShownPose } from "../../src/stream/playback.ts";

/** Longer pauses of the page are not made up for, s of the page's time. */
const MOST_CATCH_UP = 0.1;
const READOUT_MS = 100;
const RATE_MS = 500;
const PUSH_SHOWN_MS = 450;

/** The clock of an exported page, with its robot. */
export class Player {
  readonly drive: Drive;
  /** The user's hand on the picture. */
  readonly hand: Hand;
  private readonly robot: PlayedRobot;
  private readonly stage: Stage;
  private readonly store: Store;
  private readonly shown: Map<number, ShownPose>;
  private readonly pose: ShownPose;
  private readonly twist = new Float64Array(3);
  private isPlaying = true;
  private speed = 1;
  /** Control steps wanted beside those of the clock. */
  private single = 0;
  private command: number[] = [0, 0, 0];
  /** When the page sent the command that no step has taken yet; null without one. */
  private askedMs: number | null = null;
  /** The latest push: its direction from the heading, rad, and how long its arrow stays. */
  private pushed = { angle: 0, untilMs: 0 };
  private owedSeconds = 0;
  private lastMs = performance.now();
  private toldMs = 0;
  /** What the page says of a value that was not finite; "" while there was none. */
  private broken = "";
  private readonly rate = { steps: 0, sinceMs: performance.now(), factor: 0 };

  constructor(robot: PlayedRobot, stage: Stage, store: Store) {
    this.robot = robot;
    this.stage = stage;
    this.store = store;
    this.pose = {
      poses: new Float32Array(7 * robot.env.sim.nbody),
      points: robot.env.sim.nflexvert > 0 ? new Float32Array(3 * robot.env.sim.nflexvert) : null,
      command: new Float32Array(3),
      twist: new Float32Array(3),
      flags: 0,
      isCut: true,
    };
    this.shown = new Map([[0, this.pose]]);
    const send = (message: ClientMessage) => this.hear(message);
    this.drive = new Drive(store, send);
    const poseOf = () => this.pose;
    const handles = new Handles(store, stage, send, poseOf);
    const names = robot.env.sim.names.all("body");
    const scene = { poseOf, bodyName: (body: number) => names[body] };
    this.hand = new Hand(store, stage, scene, new Grab(stage, send), handles);
    this.drive.goalKeys = handles;
    this.drive.steering.setRanges(store.get().info?.commandRanges ?? []);
    this.tell();
  }

  /** Begins to play and to draw. */
  start(): void {
    requestAnimationFrame(this.frame);
  }

  /** What the page's controls want. */
  private hear(message: ClientMessage): void {
    switch (message.type) {
      case "command":
        this.command = [message.vx, message.vy, message.yawRate];
        this.askedMs = message.at;
        return;
      case "push":
        this.push(message.angle, message.speed);
        return;
      case "place":
        this.robot.place(message.handle, message);
        return;
      case "grab":
        this.robot.hands.hold(message);
        return;
      case "letGo":
        this.robot.hands.hold(null);
        return;
      case "setSpeed":
        this.speed = message.factor;
        break;
      case "simulate":
        this.simulate(message.what);
        break;
      default:
        return;
    }
    this.tell();
  }

  private simulate(what: "play" | "pause" | "step" | "reset"): void {
    if (what === "step") this.single++;
    else if (what === "reset") this.restart();
    else this.isPlaying = what === "play";
    if (what === "step") this.isPlaying = false;
  }

  /** @param angle from the heading, rad @param speed change of the base's velocity, m/s */
  private push(angle: number, speed: number): void {
    this.pushed = { angle, untilMs: performance.now() + PUSH_SHOWN_MS };
    this.readPose();
    const world = headingOf(this.pose.poses, 1) + angle;
    this.robot.push(speed * Math.cos(world), speed * Math.sin(world));
  }

  private restart(): void {
    this.broken = "";
    this.robot.restart();
    this.pose.isCut = true;
  }

  private readonly frame = async (nowMs: number): Promise<void> => {
    const seconds = Math.max(0, (nowMs - this.lastMs) / 1000);
    this.lastMs = nowMs;
    const moved = await this.advance(seconds);
    this.readPose();
    const { followed, isFollowing } = this.store.get();
    const push = performance.now() < this.pushed.untilMs ? this.pushed.angle : null;
    const view = {
      environments: [0],
      followed,
      isFollowing,
      contacts: [],
      spring: this.hand.grab.spring(this.pose, nowMs),
      push,
      original: null,
      start: null,
      ghosts: null,
    };
    // A goal that is put elsewhere while nothing moves is seen there.
    this.stage.draw(view, this.shown, moved || this.robot.placed.size > 0, seconds);
    this.hand.handles.draw();
    if (nowMs - this.toldMs > READOUT_MS) this.tell(nowMs);
    requestAnimationFrame(this.frame);
  };

  /** As many control steps as time has passed. @returns whether there was one */
  private async advance(seconds: number): Promise<boolean> {
    const period = 1 / this.robot.env.controlHz;
    const owed = this.owedSeconds + (this.isPlaying ? seconds * this.speed : 0);
    this.owedSeconds = Math.min(owed, MOST_CATCH_UP * Math.max(1, this.speed));
    const before = this.rate.steps;
    while (this.owedSeconds >= period || this.single > 0) {
      if (this.single > 0) this.single--;
      else this.owedSeconds -= period;
      await this.step();
    }
    return this.rate.steps > before;
  }

  private async step(): Promise<void> {
    const { robot } = this;
    robot.command(this.command);
    if (this.askedMs !== null) this.drive.steered(this.askedMs);
    this.askedMs = null;
    const { falls } = robot;
    await robot.step();
    if (robot.falls > falls) this.pose.isCut = true;
    this.rate.steps++;
    if (robot.env.held) this.isPlaying = false;
    if (robot.broken !== "") this.broken = `A non-finite ${robot.broken}${robot.env.held ? ": the robot is held" : ""}`;
  }

  private readPose(): void {
    const { env } = this.robot;
    const { xpos, xquat, nbody } = env.sim;
    const { poses, command, twist } = this.pose;
    for (let body = 0; body < nbody; body++) {
      for (let i = 0; i < 3; i++) poses[7 * body + i] = xpos[3 * body + i];
      for (let i = 0; i < 4; i++) poses[7 * body + 3 + i] = xquat[4 * body + i];
    }
    env.handles.writePoses(this.robot.placed, poses);
    this.pose.points?.set(env.sim.flexvertXpos);
    env.measuredTwist(this.twist);
    twist.set(this.twist);
    for (let i = 0; i < 3; i++) command[i] = env.command?.[i] ?? 0;
  }

  /** Tells the page's controls how things stand. */
  private tell(nowMs = performance.now()): void {
    this.toldMs = nowMs;
    const { rate, robot, pose } = this;
    const { env } = robot;
    if (nowMs - rate.sinceMs > RATE_MS) {
      rate.factor = rate.steps / env.controlHz / ((nowMs - rate.sinceMs) / 1000);
      rate.steps = 0;
      rate.sinceMs = nowMs;
    }
    const step = env.episodeStep;
    const drive: DriveMessage = {
      type: "drive",
      state: this.isPlaying ? "playing" : "paused",
      driver: null,
      speed: this.speed,
      realTimeFactor: rate.factor,
      step,
      oldest: step,
      newest: step,
      falls: robot.falls,
      goal: null,
      policy: "",
      policies: [],
      kind: "file",
      flow: null,
      tallies: [],
      branch: null,
      actMs: 0,
      ...(this.broken !== "" && { detail: this.broken }),
    };
    this.drive.receive(drive);
    const motion = { time: step / env.controlHz, command: [...pose.command], twist: [...pose.twist] };
    this.store.set({ motion: this.store.get().info?.hasCommand ? motion : null, hasPoses: true });
  }
}
