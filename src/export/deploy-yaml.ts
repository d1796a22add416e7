/**
 * deploy.yaml as Unitree's RL deployers read it (unitree_rl_lab, deploy/robots/*\/config): for their robots, where the task's actions are plain
 * joint targets. Stiffness and damping are in the order of the motors, everything else in the order of the policy.
 */
import type { TaskDescription } from "../tasks/index.ts";
import { type ControllerOptions, resolvedOptions } from "./controller-function.ts";
import { unitreeMotors } from "./unitree-motors.ts";

type Yaml = number | string | null | readonly (number | readonly number[])[] | { readonly [key: string]: Yaml };

/** Their names of what we observe. */
const OBSERVATIONS: Readonly<Record<string, string>> = {
  "robot.linVel": "base_lin_vel",
  "robot.gyro": "base_ang_vel",
  "robot.gravity": "projected_gravity",
  "robot.jointPos": "joint_pos_rel",
  "robot.jointVel": "joint_vel_rel",
  command: "velocity_commands",
  lastAction: "last_action",
};

/**
 * The file's text, or null if the task has no Unitree robot or does not fit the file's keys. Their deployers feed observations alone,
 * scale what they get and show it as the last action, so that noise inputs and joint targets do not fit either.
 */
export function deployYaml(task: TaskDescription, options: ControllerOptions = {}): string | null {
  const { action, command, observation, controlHz } = task;
  const { noise, output } = resolvedOptions(options);
  const motors = action.kind === "joint-targets" ? unitreeMotors(action.names) : null;
  if (motors === null || command?.ranges.length !== 3 || noise === "input" || output !== "actions") return null;
  const isPlain = action.rest === undefined && action.lag === undefined && !hasTwice(action.names);
  if (!isPlain || action.feedForward !== null || action.shown !== undefined || action.limits) return null;
  const ids = action.names.map((joint) => motors.indexOf(joint));
  const inMotorOrder = (values: readonly number[]) => motors.map((motor) => values[action.names.indexOf(motor)] ?? 0);
  const [linVelX, linVelY, angVelZ] = command.ranges;
  return yamlText({
    joint_ids_map: ids,
    step_dt: 1 / controlHz,
    stiffness: inMotorOrder(action.stiffness),
    damping: inMotorOrder(action.damping),
    default_joint_pos: action.offset,
    commands: {
      base_velocity: { ranges: { lin_vel_x: linVelX!, lin_vel_y: linVelY!, ang_vel_z: angVelZ!, heading: null } },
    },
    actions: {
      JointPositionAction: {
        clip: null,
        joint_names: '[".*"]',
        scale: action.scale,
        offset: action.offset,
        joint_ids: null,
      },
    },
    observations: Object.fromEntries(
      observation.map(({ name, source, scale, size, history }) => [
        OBSERVATIONS[source ?? ""] ?? name,
        { params: {}, clip: null, scale: new Array<number>(size / history).fill(scale), history_length: history },
      ]),
    ),
  });
}

/** Two servos of one joint, which has one motor. */
function hasTwice(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}

function yamlText(value: { readonly [key: string]: Yaml }, indent = ""): string {
  return Object.entries(value)
    .map(([key, entry]) => {
      if (typeof entry !== "object" || entry === null || Array.isArray(entry))
        return `${indent}${key}: ${typeof entry === "string" ? entry : JSON.stringify(entry)}\n`;
      const inner = yamlText(entry as { readonly [key: string]: Yaml }, `${indent}  `);
      return inner === "" ? `${indent}${key}: {}\n` : `${indent}${key}:\n${inner}`;
    })
    .join("");
}
