/**
 * Differences between a task's model and its scene as compiled, for tasks that share a scene. They are made once, before anything is bound
 * to the model, and are the same in every environment. Contacts are found where geoms are then; derived constants such as inertias are not
 * recomputed.
 */
import { servoOf } from "../physics/servo.ts";
import type { Simulation } from "../physics/simulation.ts";

/** A declaration of one difference; made by functions such as `jointDamping`. */
export interface ModelChange {
  /** Plain data for descriptions and exports. */
  readonly description: Readonly<Record<string, unknown>>;
  /** @throws UserError when the scene lacks what is to be changed */
  apply(sim: Simulation): void;
  /** The same change from another seed, where it is a random one. */
  withSeed?(seed: number): ModelChange;
}

/** Damping of a slide or hinge, N·s/m or N·m·s/rad. */
export function jointDamping(joint: string, damping: number): ModelChange {
  return {
    description: { kind: "joint-damping", joint, damping },
    apply: (sim) => {
      sim.modelFields.dof_damping[sim.joint(joint).dofAddress] = damping;
    },
  };
}

/** Settings of `jointDrives`. */
export interface DriveSettings {
  /** N·m/rad (N/m where a joint slides), of every position servo */
  readonly stiffness: number;
  /** N·m·s/rad (N·s/m), of every joint that a servo drives; a servo's own damping stays */
  readonly damping: number;
}

/** Stiffness of all position servos, and damping of their joints; other actuators stay as they are. */
export function jointDrives({ stiffness, damping }: DriveSettings): ModelChange {
  return {
    description: { kind: "joint-drives", stiffness, damping },
    apply: (sim) => {
      const { actuator_gainprm: gains, actuator_biasprm: biases, dof_damping } = sim.modelFields;
      const [gain, bias] = [gains.length / sim.nu, biases.length / sim.nu];
      for (let actuator = 0; actuator < sim.nu; actuator++) {
        const servo = servoOf(sim, actuator);
        if (typeof servo === "string") continue;
        gains[gain * actuator] = stiffness;
        biases[bias * actuator + 1] = -stiffness;
        dof_damping[sim.joint(servo.joint).dofAddress] = damping;
      }
    },
  };
}

/** Radius of a sphere that marks a place and touches nothing, m; 0 hides a site. */
export function markerRadius(kind: "geom" | "site", name: string, radius: number): ModelChange {
  return {
    description: { kind: "marker-radius", [kind]: name, radius },
    apply: (sim) => {
      sim.modelFields[`${kind}_size`][3 * sim.id(kind, name)] = radius;
    },
  };
}

/** What an actuator's control is limited to, in its unit. */
export function controlRange(actuator: string, lowest: number, highest: number): ModelChange {
  return {
    description: { kind: "control-range", actuator, lowest, highest },
    apply: (sim) => {
      sim.model.actuator_ctrlrange.set([lowest, highest], 2 * sim.actuatorId(actuator));
    },
  };
}

/** Length of a physics step, s: with a scene's own contacts and solver, but fewer or more of them. */
export function timestep(seconds: number): ModelChange {
  return {
    description: { kind: "timestep", seconds },
    apply: (sim) => {
      sim.timestep = seconds;
    },
  };
}
