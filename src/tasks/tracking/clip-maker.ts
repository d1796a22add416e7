/**
 * Runs clip programs: a controller that ships walks the humanoid through a command script in a style. Everything is computed in plain
 * JavaScript and MuJoCo's WebAssembly, so a program gives the same bits on every machine.
 */
import { readFileSync } from "node:fs";
import { compileLoops, readOnnx } from "../../graph/index.ts";
import { Environment } from "../environment.ts";
import { CLIP_HZ, type Clip, centred } from "./clip.ts";
import { controllerFile, PROGRAM_FRAMES } from "./clip-file.ts";
import { type ClipProgram, type CommandStep, clipProgram } from "./clip-programs.ts";
import { stanceOf, styledJoystick, type Wardrobe } from "./styled-step.ts";

/** s at the start of a program that are not part of the clip: the robot is set down and takes its first steps. */
const LEAD_IN_SECONDS = 1;
/** s with which commands change */
const COMMAND_SECONDS = 0.3;

/** Runs programs one after the other. */
export class ClipMaker {
  readonly #env: Environment;
  readonly #wardrobe: Wardrobe;
  readonly #act: ReturnType<typeof compileLoops>;
  readonly #obs: Float32Array;
  readonly #actions: Float32Array;

  private constructor(env: Environment, wardrobe: Wardrobe, controller: Uint8Array) {
    this.#env = env;
    this.#wardrobe = wardrobe;
    this.#act = compileLoops(readOnnx(controller).function, 1);
    this.#obs = new Float32Array(env.obsSize);
    this.#actions = new Float32Array(env.actionSize);
  }

  /** Loads the walking humanoid and its controller. */
  static async create(): Promise<ClipMaker> {
    const controller = readFileSync(controllerFile());
    const wardrobe: Wardrobe = { style: clipProgram(0, 0).style };
    const task = styledJoystick(wardrobe);
    const env = await Environment.create(task, { noise: false, events: false, randomise: false, looks: false });
    return new ClipMaker(env, wardrobe, controller);
  }

  /** The clip of a program. @throws Error where the robot falls: no program that ships does */
  make(program: ClipProgram): Clip {
    const { name, about, heldOut, seed, script, style } = program;
    const env = this.#env;
    const { nq } = env.sim;
    const qpos = new Float64Array(PROGRAM_FRAMES * nq);
    const targets = new Float64Array(PROGRAM_FRAMES * env.actionSize);
    const command = [0, 0, 0];
    this.#wardrobe.style = style;
    const blind = new StanceFilter(env, program);
    env.start(seed, 0);
    for (let step = 0; step < LEAD_IN_SECONDS * CLIP_HZ + PROGRAM_FRAMES; step++) {
      follow(command, script, step / CLIP_HZ);
      env.holdCommand(command);
      env.writeObservation(this.#obs, 0);
      blind.apply(this.#obs, command);
      this.#act({ obs: this.#obs }, { actions: this.#actions });
      env.step(seed, 0, this.#actions, 0);
      if (env.terminated) throw new Error(`clip ${name}: the robot falls after ${(step / CLIP_HZ).toFixed(2)} s`);
      const frame = step - LEAD_IN_SECONDS * CLIP_HZ;
      if (frame < 0) continue;
      qpos.set(env.sim.qpos, frame * nq);
      targets.set(env.sim.ctrl, frame * env.actionSize); // the humanoid's servos are controlled by their targets
    }
    return { name, about, heldOut, frames: PROGRAM_FRAMES, qpos: centred(qpos, nq), targets };
  }

  /** Frees the simulation. */
  delete(): void {
    this.#env.delete();
  }
}

/** Moves a command towards what its script says. */
function follow(command: number[], script: readonly CommandStep[], seconds: number): void {
  const wanted = script.findLast(({ from }) => from <= seconds)!.command;
  for (let i = 0; i < 3; i++) command[i] += (wanted[i] - command[i]) / (COMMAND_SECONDS * CLIP_HZ);
}

/** Shows the controller a robot without the style's stance, and arms that hang, since it has seen no other. */
class StanceFilter {
  readonly #offsets: Float64Array;
  readonly #arms: readonly number[];
  readonly #pos: number;
  readonly #vel: number;
  readonly #command: number;

  constructor(env: Environment, { style }: ClipProgram) {
    const joints = env.actionDescription.names;
    const stance = stanceOf(style);
    this.#offsets = Float64Array.from(joints, (joint) => stance[joint] ?? 0);
    this.#arms = joints.flatMap((joint, i) => (/shoulder|elbow/.test(joint) ? [i] : []));
    const offset = (term: string) => env.observationLayout.find(({ name }) => name === term)!.offset;
    this.#pos = offset("jointPos");
    this.#vel = offset("jointVel");
    this.#command = offset("command");
  }

  apply(obs: Float32Array, command: readonly number[]): void {
    obs.set(command, this.#command);
    for (let i = 0; i < this.#offsets.length; i++) obs[this.#pos + i] -= this.#offsets[i];
    for (const i of this.#arms) {
      obs[this.#pos + i] = 0;
      obs[this.#vel + i] = 0;
    }
  }
}
