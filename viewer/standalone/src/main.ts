/** A controller drives its robot in this page, without any server. */
import type { PlayedRobot } from "../../../src/export/page/played-robot.ts";
import { describeScene } from "../../../src/physics/scene-description.ts";
import type { StreamScene } from "../../../src/stream/protocol.ts";
import type { ShownPose } from "../../src/playback.ts";
import { Stage } from "../../src/scene/stage.ts";
import { defaultOptions, onSystemTheme, prefersReducedMotion, systemTheme } from "../../src/settings.ts";
import { buildInterface, type Readout } from "./interface.ts";
import { replay } from "./replay.ts";
import { commandOf, Steering } from "./steering.ts";
import { createRobot, readPayload } from "./world.ts";
import "./style.css";

/** A push's change of velocity, m/s; its direction turns on from push to push. */
const PUSH_SPEED = 0.8;
const PUSH_TURN = 2.4;
/** Longer pauses of the page are not made up for, s. */
const MOST_CATCH_UP = 0.1;
const READOUT_MS = 200;

class Player {
  private readonly robot: PlayedRobot;
  private readonly stage: Stage;
  private readonly steering: Steering;
  private readonly ranges: readonly (readonly [number, number])[];
  private readonly show: (readout: Readout) => void;
  private readonly shown: Map<number, ShownPose>;
  private readonly pose: ShownPose;
  private readonly twist = new Float64Array(3);
  private isRunning = true;
  private pushes = 0;
  private lastMs = performance.now();
  private owedSeconds = 0;
  private wish: number[] = [];
  private readonly speed = { steps: 0, sinceMs: performance.now() };

  constructor(robot: PlayedRobot, stage: Stage, root: HTMLElement, payload: ReturnType<typeof readPayload>) {
    this.robot = robot;
    this.stage = stage;
    this.steering = new Steering();
    this.ranges = payload.commandRanges;
    this.pose = {
      poses: new Float32Array(7 * robot.env.sim.nbody),
      command: new Float32Array(3),
      twist: new Float32Array(3),
      flags: 0,
      isCut: true,
    };
    this.shown = new Map([[0, this.pose]]);
    const about = {
      task: payload.task,
      run: payload.run,
      canSteer: this.ranges.length === 3,
      canPush: robot.canBePushed,
    };
    this.show = buildInterface(root, about, this.steering, {
      push: () => this.push(),
      restart: () => this.restart(),
      toggle: () => {
        this.isRunning = !this.isRunning;
        return this.isRunning;
      },
    });
  }

  start(): void {
    requestAnimationFrame(this.frame);
  }

  private push(): void {
    const angle = PUSH_TURN * this.pushes++;
    this.robot.push(PUSH_SPEED * Math.cos(angle), PUSH_SPEED * Math.sin(angle));
  }

  private restart(): void {
    this.robot.restart();
    this.pose.isCut = true;
  }

  private readonly frame = async (nowMs: number): Promise<void> => {
    const seconds = (nowMs - this.lastMs) / 1000;
    this.lastMs = nowMs;
    const moved = this.isRunning && (await this.advance(seconds));
    this.readPose();
    const view = {
      environments: [0],
      followed: 0,
      isFollowing: true,
      contacts: [],
      spring: null,
      push: null,
      original: null,
      ghosts: null,
    };
    this.stage.draw(view, this.shown, moved, Math.max(0, seconds));
    if (nowMs - this.speed.sinceMs > READOUT_MS) this.tell(nowMs);
    requestAnimationFrame(this.frame);
  };

  /** As many control steps as time has passed. @returns whether there was one */
  private async advance(seconds: number): Promise<boolean> {
    const { env } = this.robot;
    this.owedSeconds = Math.min(this.owedSeconds + seconds, MOST_CATCH_UP);
    const started = this.speed.steps;
    while (this.owedSeconds >= 1 / env.controlHz) {
      this.owedSeconds -= 1 / env.controlHz;
      this.wish = commandOf(this.steering.read(), this.ranges);
      this.robot.command(this.wish);
      const { falls } = this.robot;
      await this.robot.step();
      if (this.robot.falls > falls) this.pose.isCut = true;
      this.speed.steps++;
    }
    return this.speed.steps > started;
  }

  private readPose(): void {
    const { env } = this.robot;
    const { xpos, xquat, nbody } = env.sim;
    const { poses, command, twist } = this.pose;
    for (let body = 0; body < nbody; body++) {
      for (let i = 0; i < 3; i++) poses[7 * body + i] = xpos[3 * body + i];
      for (let i = 0; i < 4; i++) poses[7 * body + 3 + i] = xquat[4 * body + i];
    }
    env.measuredTwist(this.twist);
    twist.set(this.twist);
    for (let i = 0; i < 3; i++) command[i] = env.command?.[i] ?? 0;
  }

  private tell(nowMs: number): void {
    const { env, falls } = this.robot;
    const { speed } = this;
    const passed = (nowMs - speed.sinceMs) / 1000;
    this.show({
      seconds: env.episodeStep / env.controlHz,
      falls,
      speed: speed.steps / env.controlHz / passed,
      command: this.wish,
      twist: this.twist,
    });
    speed.steps = 0;
    speed.sinceMs = nowMs;
  }
}

async function open(): Promise<void> {
  const payload = readPayload();
  const robot = await createRobot(payload);
  const canvas = document.querySelector<HTMLCanvasElement>("#stage")!;
  const stage = new Stage(canvas, { quality: null, isStill: prefersReducedMotion });
  stage.setTheme(systemTheme());
  onSystemTheme(() => stage.setTheme(systemTheme()));
  stage.setOptions(defaultOptions);
  stage.setCameraView("three-quarter");
  stage.setScene(describeScene(robot.env.sim) as StreamScene, payload.commandRanges.length === 3);
  const fit = () => stage.resize(canvas.clientWidth, canvas.clientHeight);
  new ResizeObserver(fit).observe(canvas);
  fit();
  new Player(robot, stage, document.querySelector<HTMLElement>("#interface")!, payload).start();
  // For tests and the curious.
  Object.assign(globalThis, {
    flowgait: { robot, stage, replay: (wishes: Parameters<typeof replay>[1]) => replay(payload, wishes) },
  });
}

open().catch((error: unknown) => {
  const failure = document.createElement("p");
  failure.className = "failure";
  failure.textContent = `This page cannot run: ${error instanceof Error ? error.message : String(error)}`;
  document.querySelector("#interface")!.append(failure);
});
