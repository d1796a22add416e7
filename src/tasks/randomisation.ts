/**
 * Domain randomisation: frictions, masses and gains differ between environments. Each environment draws its own values once, from (seed, environment) alone,
 * and keeps them over all its episodes, as Playground does. Of derived constants, subtree masses and what finds contacts follow; others are
 * not recomputed.
 */
import { type Rng, STREAM } from "../math/rng.ts";
import { UserError } from "../math/user-error.ts";
import { type ModelField, RANDOMISABLE_FIELDS } from "../physics/model/model-fields.ts";
import { type ModelElement, ModelOverlay } from "../physics/model/model-overlay.ts";
import { jointServos } from "../physics/servo.ts";
import type { Simulation } from "../physics/simulation.ts";
import type { Delay } from "./delays/delay.ts";
import { oneKnob, positive, type Range, type Tuning, upTo } from "./settings/knob.ts";

/** A body without mass cannot be simulated. */
const LIGHTEST = 0.01;

/** Changes one element of the model; several randomisers may change the same one, in the order of their declaration. */
export type Edit = (field: ModelField, index: number, change: (value: number) => number) => void;

/** A declaration of one difference between environments; made by functions such as `friction`. */
export interface Randomiser {
  readonly description: Readonly<Record<string, unknown>>;
  /** What settings of a run may change; absent for nothing. */
  readonly tuning?: Tuning<Randomiser>;
  /** Of what differs from episode to episode and is no element of the model; absent for all else. */
  readonly delay?: Delay;
  /** @throws UserError when the scene lacks what is to differ */
  bind(sim: Simulation): BoundRandomiser;
}

/** Elements and the drawing of their values. */
export interface BoundRandomiser {
  readonly elements: readonly ModelElement[];
  /** Whether what is drawn depends on the progress. */
  readonly grows?: boolean;
  /** @param progress of the curriculum, 0 … 1 */
  draw(rng: Rng, edit: Edit, progress: number): void;
}

/** Sliding friction of geoms: one value uniform in the range for all of them. Where priorities decide, name the geom that wins. */
export function friction(geoms: readonly string[], range: Range): Randomiser {
  return {
    description: { kind: "friction", geoms, range },
    tuning: positive(range, "Sliding friction.", (changed) => friction(geoms, changed)),
    bind: (sim) => {
      const elements = geoms.map((geom) => element("geom_friction", 3 * sim.geomId(geom)));
      return {
        elements,
        draw: (rng, edit) => {
          const drawn = rng.uniform(...range);
          for (const { field, index } of elements) edit(field, index, () => drawn);
        },
      };
    },
  };
}

/** Sliding friction of contact pairs, which goes before that of their geoms: one value uniform in the range for all of them, both ways. */
export function pairFriction(pairs: readonly string[], range: Range): Randomiser {
  return {
    description: { kind: "pair-friction", pairs, range },
    tuning: positive(range, "Sliding friction.", (changed) => pairFriction(pairs, changed)),
    bind: (sim) => {
      // five coefficients per pair: two sliding, one spinning, two rolling
      const both = (pair: number) => [0, 1].map((way) => element("pair_friction", 5 * pair + way));
      const elements = pairs.flatMap((pair) => both(sim.id("pair", pair)));
      return {
        elements,
        draw: (rng, edit) => {
          const drawn = rng.uniform(...range);
          for (const { field, index } of elements) edit(field, index, () => drawn);
        },
      };
    },
  };
}

/** Mass and inertia of every body, or of those whose names match, each scaled by its own factor in the range. */
export function masses(factor: Range, matching?: RegExp): Randomiser {
  return {
    description: { kind: "masses", factor, ...(matching && { bodies: matching.source }) },
    tuning: positive(factor, "Factor of mass and inertia.", (changed) => masses(changed, matching), LIGHTEST),
    bind: (sim) => {
      const names = sim.names.all("body");
      const bodies = Array.from({ length: sim.nbody - 1 }, (_, i) => i + 1).filter(
        (body) => matching?.test(names[body]) ?? true,
      );
      if (bodies.length === 0) throw new UserError(`randomisation: no body matches ${matching}`);
      return {
        elements: bodies.flatMap(massElements),
        draw: (rng, edit) => {
          for (const body of bodies) scaleMass(body, rng.uniform(...factor), edit);
        },
      };
    },
  };
}

/** Inertia of a body, scaled by a factor in the range; its mass stays. */
export function inertia(body: string, factor: Range): Randomiser {
  return {
    description: { kind: "inertia", body, factor },
    tuning: positive(factor, `Factor of the inertia of ${body}.`, (changed) => inertia(body, changed), LIGHTEST),
    bind: (sim) => {
      const elements = axes("body_inertia", sim.bodyId(body));
      return { elements, draw: (rng, edit) => scale(elements, rng.uniform(...factor), edit) };
    },
  };
}

/** A mass uniform in the range (kg, may be negative) that is added to a body; its inertia grows in proportion. */
export function payload(body: string, kilograms: Range): Randomiser {
  return {
    description: { kind: "payload", body, kilograms },
    tuning: oneKnob({ value: kilograms, about: `Mass added to ${body}.`, unit: "kg" }, (changed) =>
      payload(body, changed),
    ),
    bind: (sim) => {
      const id = sim.bodyId(body);
      const nominal = sim.modelFields.body_mass[id];
      return {
        elements: massElements(id),
        draw: (rng, edit) => scaleMass(id, Math.max(0.1, 1 + rng.uniform(...kilograms) / nominal), edit),
      };
    },
  };
}

/** A body's centre of mass, moved along each axis by up to ± `metres`. */
export function centreOfMass(body: string, metres: number): Randomiser {
  return {
    description: { kind: "centre-of-mass", body, metres },
    tuning: upTo(metres, `Displacement ± of the centre of mass of ${body}.`, "m", (most) => centreOfMass(body, most)),
    bind: (sim) => {
      const elements = axes("body_ipos", sim.bodyId(body));
      return {
        elements,
        draw: (rng, edit) => {
          for (const { field, index } of elements) edit(field, index, (x) => x + rng.uniform(-metres, metres));
        },
      };
    },
  };
}

/** Stiffness of every position servo of a joint and damping of that joint, each scaled by its own factor; damping by none where absent. */
export function servoGains({ stiffness, damping = [1, 1] }: { stiffness: Range; damping?: Range }): Randomiser {
  return {
    description: { kind: "servo-gains", stiffness, damping },
    tuning: {
      knobs: {
        stiffness: { value: stiffness, about: "Factor of the servos' stiffness.", least: 0 },
        damping: { value: damping, about: "Factor of the joints' damping.", least: 0 },
      },
      with: (values) => servoGains({ stiffness, damping, ...values }),
    },
    bind: (sim) => {
      const parameters = sim.modelFields.actuator_gainprm.length / sim.nu;
      const damped = new Set<string>();
      const servos = jointServos(sim).map(({ actuator, joint, controlOffset }) => {
        const bias = (i: number) => element("actuator_biasprm", actuator * parameters + i);
        // b0 + b1·q + b2·q̇; b0 goes with the gain, so that targets stay where they are
        const constant = controlOffset === 0 ? [] : [bias(0)];
        const passive = damped.has(joint) ? [] : [element("dof_damping", sim.joint(joint).dofAddress)];
        damped.add(joint);
        return {
          springs: [element("actuator_gainprm", actuator * parameters), bias(1), ...constant],
          dampers: [bias(2), ...passive],
        };
      });
      return {
        elements: servos.flatMap(({ springs, dampers }) => [...springs, ...dampers]),
        draw: (rng, edit) => {
          for (const { springs, dampers } of servos) {
            scale(springs, rng.uniform(...stiffness), edit);
            scale(dampers, rng.uniform(...damping), edit);
          }
        },
      };
    },
  };
}

/** Gain of every position drive and its bias, each pair scaled by its own factor: stiffness, of tendons' drives too. */
export function driveGains(factor: Range): Randomiser {
  return {
    description: { kind: "drive-gains", factor },
    tuning: positive(factor, "Factor of the drives' gains.", driveGains),
    bind: (sim) => {
      const parameters = sim.modelFields.actuator_gainprm.length / sim.nu;
      const drives = Array.from({ length: sim.nu }, (_, actuator) => [
        element("actuator_gainprm", actuator * parameters),
        element("actuator_biasprm", actuator * parameters + 1),
      ]);
      return {
        elements: drives.flat(),
        draw: (rng, edit) => {
          for (const drive of drives) scale(drive, rng.uniform(...factor), edit);
        },
      };
    },
  };
}

/** Force limits of every actuator, each pair scaled by its own factor. */
export function motorStrength(factor: Range): Randomiser {
  return {
    description: { kind: "motor-strength", factor },
    tuning: positive(factor, "Factor of the motors' force limits.", motorStrength),
    bind: (sim) => {
      const limits = (actuator: number) => [0, 1].map((side) => element("actuator_forcerange", 2 * actuator + side));
      const motors = Array.from({ length: sim.nu }, (_, actuator) => limits(actuator));
      return {
        elements: motors.flat(),
        draw: (rng, edit) => {
          for (const motor of motors) scale(motor, rng.uniform(...factor), edit);
        },
      };
    },
  };
}

/** Which joints differ: the actuated ones, those of them whose names match, or all hinges, since tendons move joints too. */
type JointChoice = RegExp | "hinges" | undefined;

/** Dry friction, armature or damping of every actuated joint, or of the chosen ones, each scaled by its own factor. */
export function jointField(
  field: "dof_frictionloss" | "dof_armature" | "dof_damping",
  factor: Range,
  joints?: JointChoice,
): Randomiser {
  return {
    description: { kind: "joint-field", field, factor, ...describeChoice(joints) },
    tuning: positive(factor, `Factor of ${field}.`, (changed) => jointField(field, changed, joints)),
    bind: (sim) => {
      const elements = chosen(sim, joints).map((joint) => element(field, sim.joint(joint).dofAddress));
      return {
        elements,
        draw: (rng, edit) => {
          for (const one of elements) scale([one], rng.uniform(...factor), edit);
        },
      };
    },
  };
}

/** Where the zero of each actuated (or chosen) joint lies, moved by its own offset of up to ± `radians`: encoders with a small offset. */
export function jointZeros(radians: number, joints?: JointChoice): Randomiser {
  return {
    description: { kind: "joint-zeros", radians, ...describeChoice(joints) },
    tuning: upTo(radians, "Offset ± of the joints' zeros.", "rad", (most) => jointZeros(most, joints)),
    bind: (sim) => {
      // A hinge turns by qpos − qpos0, while drives, limits and encoders speak of qpos.
      const elements = chosen(sim, joints).map((joint) => element("qpos0", sim.joint(joint).qposAddress));
      return {
        elements,
        draw: (rng, edit) => {
          for (const { field, index } of elements) edit(field, index, (x) => x + rng.uniform(-radians, radians));
        },
      };
    },
  };
}

/** A difference that grows with the curriculum of commands: none at its start, as declared at its end and outside of training. */
export function growing(randomiser: Randomiser): Randomiser {
  const { tuning, delay } = randomiser;
  return {
    description: { ...randomiser.description, growing: true },
    ...(delay && { delay: { ...delay, grows: true } }),
    ...(tuning && { tuning: { knobs: tuning.knobs, with: (values) => growing(tuning.with(values)) } }),
    bind: (sim) => {
      const bound = randomiser.bind(sim);
      const draw: BoundRandomiser["draw"] = (rng, edit, progress) => {
        const part = (change: (value: number) => number) => (value: number) =>
          value + progress * (change(value) - value);
        bound.draw(rng, (field, index, change) => edit(field, index, part(change)), progress);
      };
      return { elements: bound.elements, grows: true, draw };
    },
  };
}

/** All randomisers of one environment slot: the values of the environment that is swapped in. */
export class Randomisation {
  /** [elements] of the environment that is swapped in */
  readonly #values: Float64Array;
  /** [seed + 1, environment + 1] for which the values were drawn, or zeros; swapped with them */
  readonly #drawnFor: Float64Array;
  readonly #overlay: ModelOverlay;
  readonly #bound: readonly BoundRandomiser[];
  readonly #grows: boolean;
  /** Position of every element in the values, by key. */
  readonly #slots = new Map<number, number>();
  readonly #parents: readonly number[];

  /** @param claim gives memory that is swapped with the environment */
  constructor(sim: Simulation, randomisers: readonly Randomiser[], claim: (size: number) => Float64Array) {
    this.#bound = randomisers.map((randomiser) => randomiser.bind(sim));
    this.#grows = this.#bound.some((bound) => bound.grows);
    const elements = new Map<number, ModelElement>();
    for (const one of this.#bound.flatMap((bound) => bound.elements)) elements.set(key(one.field, one.index), one);
    const massive = [...elements.values()].some((one) => one.field === "body_mass");
    this.#parents = massive ? sim.bodyParents() : [];
    for (let body = 0; body < this.#parents.length; body++) {
      elements.set(key("body_mass", body), element("body_mass", body));
      elements.set(key("body_subtreemass", body), element("body_subtreemass", body));
    }
    this.#overlay = new ModelOverlay(sim, [...elements.values()]);
    for (const name of elements.keys()) this.#slots.set(name, this.#slots.size);
    this.#drawnFor = claim(2);
    this.#values = claim(this.#overlay.size);
    this.#values.set(this.#overlay.nominal);
  }

  /**
   * Makes the model hold the values of environment `env` of a run, drawing them where they are not swapped in already or may have grown.
   * @param progress of the curriculum, 0 … 1
   */
  draw(seed: number, env: number, rng: Rng, progress: number): void {
    if (this.#grows || this.#drawnFor[0] !== seed + 1 || this.#drawnFor[1] !== env + 1) {
      rng.seek(seed, STREAM.randomise, env);
      this.#values.set(this.#overlay.nominal);
      for (const bound of this.#bound) bound.draw(rng, this.#edit, progress);
      this.#sumMasses();
      this.#drawnFor[0] = seed + 1;
      this.#drawnFor[1] = env + 1;
    }
    this.apply();
  }

  /** Makes the model hold the values, after they were swapped. */
  apply(): void {
    this.#overlay.apply(this.#values, 0);
  }

  /** Makes the values and the model the compiled ones. */
  clear(): void {
    this.#drawnFor.fill(0);
    this.#values.set(this.#overlay.nominal);
    this.apply();
  }

  readonly #edit: Edit = (field, index, change) => {
    const slot = this.#slots.get(key(field, index));
    if (slot === undefined) throw new Error(`randomisation: ${field}[${index}] is drawn but was not declared`);
    this.#values[slot] = change(this.#values[slot]);
  };

  /** Subtree masses follow the masses: children come after their parents in MuJoCo's order. */
  #sumMasses(): void {
    for (let body = this.#parents.length - 1; body >= 0; body--) {
      const mass = this.#values[this.#slots.get(key("body_mass", body)) ?? 0];
      this.#edit("body_subtreemass", body, () => mass);
    }
    for (let body = this.#parents.length - 1; body > 0; body--) {
      const own = this.#values[this.#slots.get(key("body_subtreemass", body)) ?? 0];
      this.#edit("body_subtreemass", this.#parents[body], (sum) => sum + own);
    }
  }
}

function chosen(sim: Simulation, joints: JointChoice): readonly string[] {
  if (joints === "hinges") return sim.names.all("joint").filter((joint) => sim.joint(joint).type === "hinge");
  const names = sim.drivenJoints().filter((joint) => joints?.test(joint) ?? true);
  if (names.length === 0) throw new UserError(`randomisation: no actuated joint matches ${joints}`);
  return names;
}

function describeChoice(joints: JointChoice): { joints?: string } {
  if (joints === undefined) return {};
  return { joints: joints instanceof RegExp ? joints.source : joints };
}

function element(field: ModelField, index: number): ModelElement {
  return { field, index };
}

function axes(field: ModelField, id: number): ModelElement[] {
  return [0, 1, 2].map((axis) => element(field, 3 * id + axis));
}

function massElements(body: number): ModelElement[] {
  return [element("body_mass", body), ...axes("body_inertia", body)];
}

function scaleMass(body: number, factor: number, edit: Edit): void {
  scale(massElements(body), factor, edit);
}

function scale(elements: readonly ModelElement[], factor: number, edit: Edit): void {
  for (const { field, index } of elements) edit(field, index, (value) => value * factor);
}

/** A number of its own for every element. */
function key(field: ModelField, index: number): number {
  return RANDOMISABLE_FIELDS.indexOf(field) + RANDOMISABLE_FIELDS.length * index;
}
