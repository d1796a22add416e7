/**
 * One robot that a user drives: a task without a time limit, a policy that can be exchanged, a command that follows the user's. A pure
 * function of its setup and its changes; when steps happen is the clock's affair.
 */
import type { Engine } from "../graph/index.ts";
import { readContacts } from "../physics/contacts.ts";
import { Hands } from "../physics/hands.ts";
import { type Actor, ActorFactory } from "../rollout/actor.ts";
import { PoseTape, tapeSizes } from "../rollout/pose-tape.ts";
import type { Environment, HandlePose } from "../tasks/index.ts";
import { calmed, flowSettingsOf, policyKind, redrawn } from "./acting-policy.ts";
import { beginClip, clipSteps, type DriveClip, stepClip } from "./drive-clip.ts";
import { driveEnvironment, endOf, words } from "./drive-environment.ts";
import type { DriveKeyframe, Nudge } from "./drive-keyframe.ts";
import type {
  Decision,
  DriveChange,
  DriveMoment,
  DriveSetup,
  FlowSettings,
  NamedPolicy,
  TakenAway,
} from "./drive-orders.ts";
import { EasedCommand } from "./eased-command.ts";
import { GoalTally } from "./goal-tally.ts";

/** How long a fallen robot stays on screen, s. */
const LYING_SECONDS = 1.2;
/** How long MuJoCo's refusals and warnings are reported, s. */
const TOLD_SECONDS = 10;
/** An object so far out of its workspace will not come back, m. */
const LOST_METRES = 1;
/** Share of the newest action in the mean time of actions. */
const ACT_WEIGHT = 0.05;
/** The one robot's number. */
export const ROBOT = 0;

/** What can be seen of a moment by the simulation itself. */
export type DriveView = Omit<DriveMoment, "oldest" | "newest">;

/** A simulation and the policy that acts in it. */
export class Drive {
  readonly env: Environment;
  #setup: DriveSetup;
  readonly #nowMs: () => number;
  #actMs = 0;
  #lastActMs = 0;
  #seed: number;
  readonly #actors: ActorFactory;
  readonly #command: EasedCommand | null;
  readonly #hands: Hands;
  readonly #goal: GoalTally;
  readonly #tape: PoseTape;
  readonly #obs: Float32Array;
  readonly #action: Float32Array;
  #policy!: NamedPolicy;
  #actor!: Actor;
  /** Whether the actor draws from zeros in place of the policy's own noise. */
  #isCalm = false;
  #nudge: Nudge | null = null;
  /** Causes that are taken away now; the environment looks at them. */
  readonly #off: Set<string>;
  #step = 0;
  #falls = 0;
  /** Control steps that the robot still lies. */
  #lying = 0;
  #cut = true;
  #broken = "";
  /** The last step that MuJoCo refused or warned of, and the text to report. */
  #complaint = { step: Number.NEGATIVE_INFINITY, words: "" };
  /** Handles that were put somewhere since the last step: what derives from that is not known yet. */
  readonly #placed = new Set<string>();
  /** What is gone through before the policy acts; null once it does. */
  #clip: DriveClip | null = null;

  private constructor(
    env: Environment,
    engine: Engine,
    setup: DriveSetup,
    { nowMs, off }: { readonly nowMs: () => number; readonly off: Set<string> },
  ) {
    const { seed, command } = setup;
    this.env = env;
    this.#setup = setup;
    this.#off = off;
    this.#nowMs = nowMs;
    this.#seed = seed;
    this.#actors = new ActorFactory(engine);
    this.#obs = new Float32Array(env.obsSize);
    this.#action = new Float32Array(env.actionSize);
    const sizes = { ...tapeSizes(env, 1, 1), looks: 1 };
    this.#tape = new PoseTape(PoseTape.allocate(sizes), sizes);
    this.#command = env.commandSize === 3 ? new EasedCommand(env.task.command!.ranges, 1 / env.controlHz) : null;
    this.#hands = new Hands(env.sim, 1 / env.controlHz, env.handles.objects);
    this.#goal = new GoalTally(env);
    this.#takeAway();
    this.#beginWith(command);
    if (setup.clip) this.#enterClip(setup.clip);
  }

  /**
   * Loads the task and the policy.
   * @param nowMs clock that times actions; nothing else depends on it
   * @throws UserError where task or policy are at fault
   */
  static async create(setup: DriveSetup, engine: Engine, nowMs: () => number): Promise<Drive> {
    const off = new Set<string>();
    const drive = new Drive(await driveEnvironment(setup, off), engine, setup, { nowMs, off });
    await drive.#setPolicy(setup.policy);
    return drive;
  }

  /** Control steps since the beginning. */
  get step(): number {
    return this.#step;
  }

  /** Where the policy stands before its next action. The observation is a live view. */
  get decision(): Decision {
    return { policy: this.#policy, seed: this.#seed, step: this.#step, obs: this.#obs };
  }

  get policy(): NamedPolicy {
    return this.#policy;
  }

  /** Time that the last action took, ms. */
  get lastActMs(): number {
    return this.#lastActMs;
  }

  get falls(): number {
    return this.#falls;
  }

  /** What was not finite in the last step, or in the reset after it; "" where all was. */
  get broken(): string {
    return this.#broken;
  }

  /** Begins from nothing, standing, as a new simulation of this seed and the present policy would. */
  async restart(seed: number): Promise<DriveSetup> {
    this.#seed = seed;
    this.#step = 0;
    this.#falls = 0;
    this.#clip = null;
    this.#goal.clear();
    this.env.start(0, ROBOT);
    this.#beginWith(null);
    // A copy, so that it is bound to the new seed.
    await this.#setPolicy({ ...this.#policy });
    return { ...this.#setup, seed, policy: this.#policy, command: null, clip: undefined, without: undefined };
  }

  /** Begins once more as it was made, to the same bits, or with other causes taken away and another first command. */
  async begin(change: Pick<DriveSetup, "without" | "command"> = this.#setup): Promise<void> {
    const { without, command } = change;
    this.#setup = { ...this.#setup, without, command };
    this.#step = 0;
    this.#falls = 0;
    this.#nudge = null;
    this.#goal.clear();
    this.env.start(0, ROBOT);
    this.#takeAway();
    this.#beginWith(command);
    await this.#setPolicy(this.#setup.policy);
  }

  #beginWith(command: DriveSetup["command"]): void {
    this.#command?.ask(command ?? [0, 0, 0]);
    this.#command?.arrive();
    this.#reset();
  }

  #enterClip(clip: DriveClip): void {
    this.#clip = clip;
    beginClip(clip, this.env);
  }

  /** From now on the policy acts; the command that was followed dies away. */
  #leaveClip(): void {
    const { command } = this.env;
    this.#clip = null;
    if (!this.#command || !command) return;
    this.#command.ask(command);
    this.#command.arrive();
    this.#command.ask([0, 0, 0]);
  }

  /** Whether a change would have no effect. */
  has(change: DriveChange): boolean {
    if (change.kind === "command") return this.#command?.isAsked(change.values) ?? true;
    return change.kind === "hold" && change.grip === null && this.#hands.grip === null;
  }

  /** Changes the drive from the next step on. */
  async apply(change: DriveChange): Promise<void> {
    if (this.#clip) this.#leaveClip();
    switch (change.kind) {
      case "command":
        this.#command?.ask(change.values);
        return;
      case "push":
        this.#hands.push(change.angle, change.speed);
        return;
      case "hold":
        this.#hands.hold(change.grip);
        return;
      case "place":
        this.#place(change.handle, change);
        return;
      case "keyframe":
        this.#begin(() => this.env.resetToKeyframe(this.#seed, ROBOT, change.name));
        return;
      case "nudge":
        this.#nudge = { offset: change.offset, left: change.steps };
        return;
      case "coordinate":
        this.#setCoordinate(change);
        return;
      case "control":
        this.env.sim.ctrl[change.actuator] = change.value;
        return;
      case "policy":
        await this.#setPolicy(change.policy);
        return;
      default:
        change satisfies never;
    }
  }

  /**
   * One control step; a robot that has lain long enough, or whose values are not finite, is reset. Where the policy gives no finite action the
   * robot stays as it is.
   */
  async advance(): Promise<void> {
    if (this.#takeAway()) await this.#setPolicy(this.#policy);
    if (this.#clip) stepClip(this.#clip, this.env, this.#step);
    else await this.#act();
    this.#placed.clear();
    this.#goal.add();
    this.env.writeObservation(this.#obs, 0);
    this.#broken = this.env.nanSource;
    this.#step++;
    if (this.#clip && this.#step >= clipSteps(this.#clip, this.env.actionSize)) this.#leaveClip();
    this.#lookAfterFalls();
  }

  get #told(): string {
    const { step, words } = this.#complaint;
    const isRecent = step <= this.#step && this.#step - step < TOLD_SECONDS * this.env.controlHz;
    return isRecent ? words : "";
  }

  /** A step of the policy that is driven. */
  async #act(): Promise<void> {
    const { env } = this;
    if (this.#command) {
      this.#command.advance();
      env.holdCommand(this.#command.values);
    }
    this.#hands.apply();
    const startedMs = this.#nowMs();
    await this.#actor.act(this.#obs, this.#step, this.#action);
    this.#addNudge();
    this.#lastActMs = this.#nowMs() - startedMs;
    this.#actMs += ACT_WEIGHT * (this.#lastActMs - this.#actMs);
    env.step(this.#seed, ROBOT, this.#action, 0);
  }

  #addNudge(): void {
    if (this.#nudge === null) return;
    const { offset, left } = this.#nudge;
    for (let i = 0; i < offset.length; i++) this.#action[i] += offset[i];
    this.#nudge = left > 1 ? { offset, left: left - 1 } : null;
  }

  /** Takes causes away, or gives them back, as the present step wants it. @returns whether the policy's noise changed */
  #takeAway({ from, causes }: TakenAway = this.#setup.without ?? { from: 0, causes: [] }): boolean {
    const wanted = this.#step >= from ? causes : [];
    this.#off.clear();
    for (const cause of wanted) this.#off.add(cause);
    this.env.sensing.noise = !this.#off.has("noise");
    this.env.sensing.delay = !this.#off.has("delay");
    return this.#off.has("actions") !== this.#isCalm;
  }

  /** What there is to see now, and whether it follows from what was seen before. The arrays are the caller's own. */
  moment(): DriveView {
    const { env } = this;
    this.#tape.record(0, 0, env);
    const { poses, points, commands, twists, terms } = this.#tape.views;
    env.handles.writePoses(this.#placed, poses);
    const cut = this.#cut;
    this.#cut = false;
    return {
      step: this.#step,
      cut,
      terminated: this.#lying > 0,
      nan: env.nan,
      complaint: this.#told,
      falls: this.#falls,
      policy: this.#policy.key,
      kind: policyKind(this.#policy.data),
      flow: flowSettingsOf(this.#policy),
      actMs: this.#actMs,
      poses: new Float32Array(poses),
      points: new Float32Array(points),
      command: new Float32Array(commands),
      twist: new Float32Array(twists),
      terms: new Float32Array(terms),
      contacts: readContacts(env.sim),
      goal: this.#goal.state,
      grip: this.#hands.grip,
      push: this.#hands.pushAngle,
    };
  }

  /** The policy that acts, drawn in another way; null where it is no flow. */
  policyWith(settings: FlowSettings): NamedPolicy | null {
    return redrawn(this.#policy, settings);
  }

  /** A copy of everything that decides how it continues. */
  save(): DriveKeyframe {
    const state = new Float64Array(this.env.stateSize);
    this.env.save(state, 0);
    return {
      step: this.#step,
      falls: this.#falls,
      lying: this.#lying,
      state,
      obs: this.#obs.slice(),
      command: this.#command?.save() ?? null,
      hands: this.#hands.save(),
      goal: this.#goal.save(),
      policy: this.#policy,
      nudge: this.#nudge,
      inClip: this.#clip !== null,
    };
  }

  /**
   * Continues from a saved moment. What is seen of it is right after the next step only.
   * @param without other causes that are taken away from then on, where the setup names any at all
   */
  async load(from: DriveKeyframe, without = this.#setup.without): Promise<void> {
    this.#setup = { ...this.#setup, without };
    this.#clip = (from.inClip && this.#setup.clip) || null;
    if (this.#clip && this.#command) this.env.holdCommand(null);
    this.env.load(from.state, 0);
    this.#step = from.step;
    this.#falls = from.falls;
    this.#lying = from.lying;
    this.#obs.set(from.obs);
    if (from.command) this.#command?.load(from.command);
    this.#hands.load(from.hands);
    this.#goal.load(from.goal);
    this.#nudge = from.nudge;
    this.#placed.clear();
    this.#cut = true;
    this.#takeAway();
    await this.#setPolicy(from.policy);
  }

  /** Frees the simulation. */
  delete(): void {
    this.env.delete();
  }

  /** A goal that is elsewhere begins another attempt; the observation after the next step shows it there. */
  #place(name: string, pose: HandlePose): void {
    this.env.handles.place(name, pose);
    this.#placed.add(name);
    if (this.env.handles.get(name)?.kind === "goal") this.#goal.beginAttempt();
  }

  /** A joint that is put somewhere stands still there; the rest follows at once, so that a paused picture shows it. */
  #setCoordinate({ qposAddress, dofAddress, value }: Extract<DriveChange, { kind: "coordinate" }>): void {
    const { sim } = this.env;
    sim.refresh();
    sim.qpos[qposAddress] = value;
    sim.qvel[dofAddress] = 0;
    sim.forward();
  }

  /** Counts the end of an episode, and keeps one line about it. @param success whether the goal was reached, which is no fall */
  #noteEnd(reason: string, success: boolean): void {
    if (!success) this.#falls++;
    this.#goal.end(reason);
  }

  #lookAfterFalls(): void {
    const { env } = this;
    this.#listen();
    const lost = this.#lying > 0 || env.terminated ? null : env.handles.lost(LOST_METRES);
    if (lost !== null) {
      this.#noteEnd(`${lost.name} lost`, false);
      this.#complaint = { step: this.#step, words: `${lost.about} left the workspace; the episode was reset` };
      this.#reset();
      return;
    }
    if (this.#lying > 0) this.#lying--;
    else if (env.terminated && !env.held) {
      this.#noteEnd(endOf(env), env.goal?.reached ?? false);
      if (env.task.handles && !env.nan)
        this.#complaint = { step: this.#step, words: `the episode ended: ${words(endOf(env))}` };
      this.#lying = Math.round(LYING_SECONDS * env.controlHz);
    } else return;
    if (this.#lying > 0 && (!env.nan || env.held)) return;
    this.#reset();
    this.#broken ||= env.nanSource;
  }

  /** Keeps what MuJoCo said in this step. */
  #listen(): void {
    const { refusal, sim } = this.env;
    const step = this.#step;
    if (refusal !== "") this.#complaint = { step, words: `control step ${step}: ${refusal}; the robot was reset` };
    else if (sim.warned !== 0) this.#complaint = { step, words: sim.warningWords(31 - Math.clz32(sim.warned)) };
  }

  #reset(): void {
    this.#begin(() => this.env.reset(this.#seed, ROBOT));
  }

  /** The command is held first, so that already the first observation knows it. */
  #begin(set: () => void): void {
    if (this.#command) this.env.holdCommand(this.#command.values);
    this.#hands.release();
    set();
    this.env.writeObservation(this.#obs, 0);
    this.#lying = 0;
    this.#placed.clear();
    this.#goal.beginEpisode();
    this.#cut = true;
  }

  async #setPolicy(policy: NamedPolicy): Promise<void> {
    const isCalm = this.#off.has("actions");
    if (policy === this.#policy && isCalm === this.#isCalm) return;
    const rows = { seed: this.#seed, firstRow: ROBOT, rows: 1 };
    this.#actor = await this.#actors.create(calmed(policy.data, isCalm), isCalm ? "zero" : policy.noise, rows);
    this.#policy = policy;
    this.#isCalm = isCalm;
  }
}
