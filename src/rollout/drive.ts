/**
 * One robot that a person drives: a task without a time limit, a policy that can be exchanged, a command that follows what is asked. A pure
 * function of its setup and its changes; when steps happen is the clock's affair.
 */
import type { Engine } from "../graph/index.ts";
import { readContacts } from "../physics/contacts.ts";
import { Hands } from "../physics/hands.ts";
import { Environment, resolveTask } from "../tasks/index.ts";
import { type Actor, ActorFactory } from "./actor.ts";
import type { DriveChange, DriveMoment, DriveSetup } from "./drive-orders.ts";
import { EasedCommand } from "./eased-command.ts";
import type { PolicyData, StartNoise } from "./jobs.ts";
import { PoseTape } from "./pose-tape.ts";

/** Driving has no time limit; 2^53 would lose the count. */
const ENDLESS = 2 ** 40;
/** A robot that fell is seen lying for so long, s. */
const LYING_SECONDS = 1.2;
/** The one robot's number. */
const ROBOT = 0;

/** A simulation and the policy that acts in it. */
export class Drive {
  readonly env: Environment;
  readonly #seed: number;
  readonly #actors: ActorFactory;
  readonly #command: EasedCommand | null;
  readonly #hands: Hands;
  readonly #tape: PoseTape;
  readonly #obs: Float32Array;
  readonly #action: Float32Array;
  #actor!: Actor;
  #step = 0;
  #falls = 0;
  /** Control steps that the robot still lies. */
  #lying = 0;
  #cut = true;

  private constructor(env: Environment, engine: Engine, { seed, command }: DriveSetup) {
    this.env = env;
    this.#seed = seed;
    this.#actors = new ActorFactory(engine);
    this.#obs = new Float32Array(env.obsSize);
    this.#action = new Float32Array(env.actionSize);
    const sizes = { steps: 1, slots: 1, bodies: env.sim.nbody, terms: env.rewardNames.length };
    this.#tape = new PoseTape(PoseTape.allocate(sizes), sizes);
    this.#command = env.commandSize === 3 ? new EasedCommand(env.task.command!.ranges, 1 / env.controlHz) : null;
    this.#hands = new Hands(env.sim, 1 / env.controlHz);
    this.#command?.ask(command ?? [0, 0, 0]);
    this.#command?.arrive();
    this.#reset();
  }

  /** Loads the task and the policy. Throws UserError where one of them is at fault. */
  static async create(setup: DriveSetup, engine: Engine): Promise<Drive> {
    const task = await resolveTask(setup.task);
    const { disturbances } = setup;
    const options = { noise: disturbances, events: disturbances, randomise: disturbances };
    const env = await Environment.create({ ...task, episodeSteps: ENDLESS }, options);
    const drive = new Drive(env, engine, setup);
    await drive.#setPolicy(setup.policy, setup.noise);
    return drive;
  }

  /** Control steps since the beginning. */
  get step(): number {
    return this.#step;
  }

  /** Changes the course from the next step on. */
  async apply(change: DriveChange): Promise<void> {
    switch (change.kind) {
      case "command":
        this.#command?.ask(change.values);
        return;
      case "reset":
        this.#reset();
        return;
      case "push":
        this.#hands.push(change.angle, change.speed);
        return;
      case "hold":
        this.#hands.hold(change.grip);
        return;
      case "policy":
        await this.#setPolicy(change.policy, change.noise);
        return;
      default:
        change satisfies never;
    }
  }

  /** One control step; a robot that has lain long enough, or broke, begins anew. */
  async advance(): Promise<void> {
    const { env } = this;
    if (this.#command) {
      this.#command.advance();
      env.holdCommand(this.#command.values);
    }
    this.#hands.apply();
    env.writeObservation(this.#obs, 0);
    await this.#actor.act(this.#obs, this.#step, this.#action);
    env.step(this.#seed, ROBOT, this.#action, 0);
    this.#step++;
    this.#lookAfterFalls();
  }

  /** What there is to see now, and whether it follows from what was seen before. The arrays are the caller's own. */
  moment(): DriveMoment {
    const { env } = this;
    this.#tape.record(0, 0, env);
    const { poses, commands, twists, terms } = this.#tape.views;
    const cut = this.#cut;
    this.#cut = false;
    return {
      step: this.#step,
      cut,
      terminated: this.#lying > 0,
      nan: env.nan,
      falls: this.#falls,
      poses: new Float32Array(poses),
      command: new Float32Array(commands),
      twist: new Float32Array(twists),
      terms: new Float32Array(terms),
      contacts: readContacts(env.sim),
    };
  }

  /** Frees the simulation. */
  delete(): void {
    this.env.delete();
  }

  #lookAfterFalls(): void {
    const { env } = this;
    if (this.#lying > 0) this.#lying--;
    else if (env.terminated) {
      this.#falls++;
      this.#lying = Math.round(LYING_SECONDS * env.controlHz);
    } else return;
    if (this.#lying === 0 || env.nan) this.#reset();
  }

  /** The command is held first, so that already the first observation knows it. */
  #reset(): void {
    if (this.#command) this.env.holdCommand(this.#command.values);
    this.#hands.release();
    this.env.reset(this.#seed, ROBOT);
    this.#lying = 0;
    this.#cut = true;
  }

  async #setPolicy(policy: PolicyData, noise: StartNoise): Promise<void> {
    this.#actor = await this.#actors.create(policy, noise, { seed: this.#seed, firstRow: ROBOT, rows: 1 });
  }
}
