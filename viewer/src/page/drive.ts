/** The page's controls of the driven simulation: clock, policy, control and steering. Sends requests; the server decides. */
import type { Channel, ClientMessage, DriveMessage, FlowSettings } from "../../../src/stream/protocol.ts";
import type { Store } from "../state/store.ts";
import type { Axes } from "../steering/axes.ts";
import { type PadAction, PadWatch } from "../steering/gamepad.ts";
import { movingKeys, SteeringKeys } from "../steering/keyboard.ts";
import { Steering } from "../steering/steering.ts";
import { type PushChoice, pushFrom } from "./push.ts";

/** Speeds of a driven simulation, as multiples of real time. */
export const SPEEDS = [1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8] as const;
/** Within this time an answer may still arrive, however busy the machine is. */
const ANSWER_MS = 3000;
/** Ways of commands whose middle is shown. */
const LATENCIES = 9;

const padActions: Readonly<Record<PadAction, (drive: Drive) => void>> = {
  push: (drive) => drive.push(),
  toggle: (drive) => drive.togglePlaying(),
  reset: (drive) => drive.simulate("reset"),
};

/** What the user asks of the driven simulation, and what the server reports of it. */
export class Drive {
  readonly steering: Steering;
  readonly pads: PadWatch;
  private readonly store: Store;
  private readonly send: (message: ClientMessage) => void;
  private readonly keys = new SteeringKeys();
  private readonly movingKeys = new SteeringKeys(movingKeys);
  private latencies: number[] = [];
  /** The speed requested last. */
  private asked = { speed: 1, atMs: Number.NEGATIVE_INFINITY };

  constructor(store: Store, send: (message: ClientMessage) => void) {
    this.store = store;
    this.send = send;
    this.steering = new Steering(send, (axes) => store.set({ axes }));
    this.listen();
    this.pads = this.watchPads();
  }

  // -------------------------------------------------------------------------------------------------------------------------------- actions

  /** Looks at a channel, with the start screen before it or without; what was steered is let go of. */
  show(channel: Channel, isStart = false): void {
    const isOther = channel !== this.store.get().channel;
    if (isOther || isStart) this.steering.letGo();
    this.store.set({ channel, isStart });
    if (!isOther) return;
    this.send({ type: "show", channel });
  }

  /** Plays or pauses the simulation. */
  togglePlaying(): void {
    this.simulate(this.store.get().drive?.state === "playing" ? "pause" : "play");
  }

  /** Plays, pauses, steps once or resets the simulation. */
  simulate(what: "play" | "pause" | "step" | "reset"): void {
    this.send({ type: "simulate", what });
  }

  /** Seeks to a step of the recording, and pauses there. */
  seek(step: number): void {
    this.send({ type: "seek", step: Math.max(0, Math.round(step)) });
  }

  /** One step back. */
  stepBack(): void {
    const { drive } = this.store.get();
    if (drive) this.seek(drive.step - 1);
  }

  /** Returns to the newest step and continues. */
  goLive(): void {
    const { drive } = this.store.get();
    if (!drive) return;
    this.seek(drive.newest);
    this.simulate("play");
  }

  /** Lets the policy act from the step on screen, replacing the rest of the recording. */
  goOn(): void {
    const { drive } = this.store.get();
    if (!drive) return;
    this.choosePolicy(drive.policy);
    this.simulate("play");
  }

  /** Asks for the recorded drive as a file. */
  saveReplay(): void {
    this.send({ type: "saveReplay" });
  }

  /** Asks why the robot fell last. */
  why(): void {
    this.send({ type: "why" });
  }

  /** Watches a drive of the answer; null returns to the own drive, or closes the answer. */
  showVerdict(place: number | null): void {
    this.send({ type: "verdict", place });
  }

  /** Asks for a speed, as a multiple of real time. */
  setSpeed(factor: number): void {
    this.asked = { speed: factor, atMs: performance.now() };
    this.send({ type: "setSpeed", factor });
  }

  /** The next faster (1) or slower (-1) speed. */
  changeSpeed(step: 1 | -1): void {
    const { speed: asked, atMs } = this.asked;
    const isUnderWay = performance.now() - atMs < ANSWER_MS;
    const now = isUnderWay ? asked : (this.store.get().drive?.speed ?? 1);
    const next = step > 0 ? SPEEDS.find((speed) => speed > now) : SPEEDS.findLast((speed) => speed < now);
    if (next !== undefined) this.setSpeed(next);
  }

  /** Pushes the robot as hard and from where the user chose. */
  push(): void {
    const { speed, side } = this.store.get().push;
    const { side: pushedFrom, angle } = pushFrom(side, Math.random());
    this.store.set({ pushedFrom });
    this.send({ type: "push", angle, speed });
  }

  /** Chooses how hard and from where robots are pushed. */
  setPush(change: Partial<PushChoice>): void {
    this.store.set({ push: { ...this.store.get().push, ...change }, pushedFrom: null });
  }

  /** Puts the robot into a keyframe of its model. */
  goToKeyframe(name: string): void {
    this.send({ type: "keyframe", name });
  }

  /** Sets a coordinate of the model, rad or m. */
  setCoordinate(coordinate: number, value: number): void {
    this.send({ type: "coordinate", coordinate, value });
  }

  /** Sets the control of an actuator. */
  setControl(actuator: number, value: number): void {
    this.send({ type: "control", actuator, value });
  }

  /** Starts a branch beside the original, or ends it. */
  branch(what: "begin" | "keep" | "back"): void {
    this.send({ type: "branch", what });
  }

  /** Changes the flow settings. */
  setFlow(change: Partial<FlowSettings>): void {
    const flow = this.store.get().drive?.flow;
    if (flow) this.send({ type: "flow", ...flow, ...change });
  }

  /** Lets another policy act. */
  choosePolicy(key: string): void {
    this.send({ type: "policy", key });
  }

  /** Asks for the right to steer. */
  takeWheel(): void {
    this.send({ type: "wheel", take: true });
  }

  // ------------------------------------------------------------------------------------------------------------------------- from the server

  /** The simulation as the server reports it. */
  receive(drive: DriveMessage): void {
    if (drive.speed === this.asked.speed) this.asked = { ...this.asked, atMs: Number.NEGATIVE_INFINITY };
    this.store.set({ drive });
  }

  /** Commands that reached the simulation. */
  steeredCount = 0;

  /** A command has reached the simulation. */
  steered(at: number): void {
    this.steeredCount++;
    this.latencies = [...this.latencies, performance.now() - at].slice(-LATENCIES);
    const sorted = this.latencies.toSorted((a, b) => a - b);
    this.store.set({ latencyMs: sorted[sorted.length >> 1] });
  }

  // ---------------------------------------------------------------------------------------------------------------------------- keys and pads

  /** What keys move where no robot is steered; null where there is nothing. */
  goalKeys: { readonly goal?: unknown; press(axes: Axes | null): void } | null = null;

  /** True where the key steers, or moves the goal. */
  press(event: KeyboardEvent): boolean {
    if (this.goalKeys?.goal && !this.isSteerable()) return this.pressGoal(event);
    if (!this.isSteerable() || !this.keys.press(event)) return false;
    this.tellKeys();
    return true;
  }

  private pressGoal(event: KeyboardEvent): boolean {
    if (!this.movingKeys.press(event)) return false;
    this.goalKeys?.press(this.movingKeys.axes);
    return true;
  }

  private isSteerable(): boolean {
    const { channel, info } = this.store.get();
    return channel === "drive" && (info?.capabilities.includes("steer") ?? false);
  }

  private tellKeys(): void {
    this.steering.ask("keys", this.keys.axes);
    this.store.set({ heldKeys: new Set(this.keys.codes) });
  }

  private listen(): void {
    addEventListener("keyup", (event) => {
      this.keys.release(event);
      this.movingKeys.release(event);
      this.goalKeys?.press(this.movingKeys.axes);
      if (this.isSteerable()) this.tellKeys();
    });
    const letGo = () => {
      this.keys.clear();
      this.movingKeys.clear();
      this.goalKeys?.press(null);
      this.steering.letGo();
      this.store.set({ heldKeys: new Set() });
    };
    addEventListener("blur", letGo);
    document.addEventListener("visibilitychange", letGo);
  }

  private watchPads(): PadWatch {
    return new PadWatch({
      moved: (axes) => {
        if (this.isSteerable()) this.steering.ask("gamepad", axes);
      },
      pressed: (action) => {
        if (this.store.get().channel !== "drive") return;
        padActions[action](this);
      },
      changed: (gamepad) => this.store.set({ gamepad }),
    });
  }
}
