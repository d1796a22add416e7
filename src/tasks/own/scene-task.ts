/** A scene without a task: nothing is learned in it, its controls stay as they are put. For `flowgait view`. */
import { existsSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { UserError } from "../../math/user-error.ts";
import { jointServos, type Servo } from "../../physics/servo.ts";
import { Simulation } from "../../physics/simulation.ts";
import type { ActionMapping } from "../actions/action-mapping.ts";
import { defineTask, type Task } from "../define-task.ts";
import type { TaskVariant } from "../task-variant.ts";
import { resolveTask } from "./user-task.ts";

/** Endings of files that MuJoCo compiles. */
const SCENES = [".xml", ".mjcf", ".urdf"] as const;
/** Control steps should take about this long, s. */
const CONTROL_PERIOD = 0.02;

/** Whether a reference is a model's file and not a task. */
export function isSceneFile(reference: string): boolean {
  return (SCENES as readonly string[]).includes(extname(reference).toLowerCase());
}

/** A task as `resolveTask` takes it, or a bare scene. @throws UserError where neither is there */
export function resolveDriven(reference: string, variant: TaskVariant = {}): Promise<Task> {
  return isSceneFile(reference) ? sceneTask(reference) : resolveTask(reference, variant);
}

/**
 * The scene as a task that can be driven: it begins in the keyframe "home", in the first one, or in the model's initial state, and
 * position servos hold that pose.
 * @throws UserError when there is no such file or MuJoCo rejects it
 */
export async function sceneTask(reference: string): Promise<Task> {
  if (!isSceneFile(reference))
    throw new UserError(`view: got ${reference}, expected a model that ends in ${SCENES.join(", ")}`, { exitCode: 2 });
  const scene = resolve(reference);
  if (!existsSync(scene)) throw new UserError(`view: ${reference} does not exist`, { exitCode: 2 });
  const sim = await Simulation.load(scene);
  const { timestep } = sim;
  const keyframes = sim.names.all("keyframe").filter((name) => name !== "");
  sim.delete();
  const physicsHz = 1 / timestep;
  const controlHz = physicsHz / Math.max(1, Math.round(CONTROL_PERIOD / timestep));
  return defineTask({
    name: taskName(scene),
    scene,
    timing: { controlHz, physicsHz, episodeSeconds: Math.max(1, 1 / controlHz) },
    keyframe: keyframes.find((name) => name === "home") ?? keyframes[0],
    action: heldControls,
    observe: { time: { of: ({ sim: { clock } }) => clock[0], unit: "s" } },
    reward: { nothing: { weight: 0, of: () => 0 } },
  });
}

/** "my robot.xml" → "my robot" */
function taskName(scene: string): string {
  const name = basename(scene, extname(scene))
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu, "-")
    .replace(/^[\s.-]+|\s+$/g, "");
  return name.slice(0, 100) || "model";
}

/** Controls stay as they are; actions do nothing. */
const heldControls: ActionMapping = {
  bind: ({ sim }) => {
    const names = sim.names.all("actuator").map((name, id) => name || `actuator ${id}`);
    const nothing = names.map(() => 0);
    const servos = jointServos(sim);
    return {
      description: {
        kind: "controls",
        names,
        squash: "none",
        scale: nothing,
        offset: nothing,
        stiffness: [],
        damping: [],
        feedForward: null,
      },
      apply: (_raw, _offset, action) => action.fill(0),
      reset: () => {
        if (sim.ctrl.every((control) => control === 0)) holdPose(sim, servos);
      },
    };
  },
};

/** Where no control is given, servos keep their joints where they are. */
function holdPose(sim: Simulation, servos: readonly Servo[]): void {
  for (const { actuator, joint, controlScale, controlOffset, actAddress } of servos) {
    const [lowest, highest] = sim.controlRange(actuator) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const control = controlScale * sim.qpos[sim.joint(joint).qposAddress] + controlOffset;
    sim.ctrl[actuator] = Math.max(lowest, Math.min(highest, control));
    if (actAddress >= 0) sim.act[actAddress] = sim.ctrl[actuator];
  }
}
