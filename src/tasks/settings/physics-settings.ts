/** `--physics.<joint>.<value> <number>`: what was identified of a robot's joints, in place of the model's values. */
import { nearest } from "../../math/near-names.ts";
import { UserError } from "../../math/user-error.ts";
import { JOINT_VALUES, type JointPhysics, JointValues } from "../../physics/model/joint-physics.ts";
import type { Simulation } from "../../physics/simulation.ts";
import type { Task } from "../define-task.ts";
import type { Knob } from "./knob.ts";
import { inBothForms, type Section, type SettingValue } from "./section.ts";

/** Identified values of joints by their names. */
export interface IdentifiedPhysics {
  /** Plain data for descriptions and exports. */
  readonly description: Readonly<Record<string, unknown>>;
  /** s, by which controls of a joint's servos reach them late; rounded to whole physics steps */
  readonly delays: Readonly<Record<string, number>>;
  /** Writes everything but delays. @throws UserError when the scene lacks a joint, or a servo that is given gains */
  apply(sim: Simulation): void;
}

/** Values of a joint that settings give. */
const VALUES: Readonly<Record<string, Knob>> = {
  armature: knob("Inertia of the rotor at the joint.", "kg·m²"),
  frictionLoss: knob("Dry friction.", "N·m"),
  damping: knob("Damping of the joint.", "N·m·s/rad"),
  kp: knob("Stiffness of the position servo.", "N·m/rad", 1e-6),
  kd: knob("Damping of the position servo.", "N·m·s/rad"),
  delay: { ...knob("Delay between control and servo.", "s"), most: 1 },
};

function knob(about: string, unit: string, least = 0): Knob {
  return { value: 0, about, unit, least };
}

/** Values of joints; which joints there are is known once the scene is loaded, so none are listed. */
export const physics: Section = {
  knobs: () => ({}),
  unlisted: (name) => {
    const { value } = splitName(name);
    const found = VALUES[value];
    if (found) return found;
    const names = Object.keys(VALUES);
    throw new UserError(
      `--physics.${name}: unknown flag; expected --physics.<joint>. and one of ${names.join(", ")}${nearest(value, names)}`,
      { exitCode: 2 },
    );
  },
  apply: (task, values) => {
    const identified = identifiedPhysics(values);
    return inBothForms(task, () => ({ physics: identified }));
  },
};

/** Identified physics and randomised delays of a task, one sentence each; empty where it has none. */
export function identifiedWords({ physics, randomise }: Pick<Task, "physics" | "randomise">, delays = true): string[] {
  const drawn = Object.values(randomise).flatMap(({ delay }) => (delay && delays ? [delay] : []));
  const joints = Object.keys((physics?.description.joints as object | undefined) ?? {});
  return [
    ...(physics ? [`${joints.length} joint${joints.length === 1 ? "" : "s"} with identified values`] : []),
    ...drawn.map(({ of, controlSteps }) => `${of} ${stepsText(controlSteps)} late`),
  ];
}

function stepsText([low, high]: readonly [number, number]): string {
  return `${low === high ? low : `${low} to ${high}`} control step${low === high && high === 1 ? "" : "s"}`;
}

/** "left_knee.kp" → left_knee and kp; names of joints may hold dots. */
function splitName(name: string): { joint: string; value: string } {
  const at = name.lastIndexOf(".");
  return { joint: name.slice(0, Math.max(0, at)), value: name.slice(at + 1) };
}

function identifiedPhysics(values: ReadonlyMap<string, SettingValue>): IdentifiedPhysics {
  const joints: Record<string, Record<string, number>> = {};
  for (const [name, given] of values) {
    const { joint, value } = splitName(name);
    joints[joint] = { ...joints[joint], [value]: Number(given) };
  }
  const late = Object.entries(joints).filter(([, { delay = 0 }]) => delay > 0);
  return {
    description: { kind: "identified", joints },
    delays: Object.fromEntries(late.map(([joint, { delay }]) => [joint, delay])),
    apply: (sim) => {
      for (const [joint, given] of Object.entries(joints)) new JointValues(sim, joint).write(withoutDelay(given));
    },
  };
}

function withoutDelay(given: Readonly<Record<string, number>>): Partial<JointPhysics> {
  return Object.fromEntries(JOINT_VALUES.flatMap((name) => (name in given ? [[name, given[name]]] : [])));
}
