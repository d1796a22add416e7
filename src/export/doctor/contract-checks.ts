/** What a controller's contract says against what the task and its robot are: order, pose, gains, scale, rates, observation, conventions. */
import { type TaskDescription, targetJoints } from "../../tasks/index.ts";
import type { Contract } from "../contract/contract-schema.ts";
import { type Check, fail, pass, warn } from "./check.ts";

/** The task according to the contract. */
export type ToldTask = Contract["task"];

/** All checks that need no simulation. @param robot the task as this package declares it */
export function contractChecks(contract: Contract, robot: TaskDescription): Check[] {
  return [
    jointOrder(contract.task, robot),
    modelOrder(contract.task),
    perJoint("default pose", contract.task, robot, "offset", "rad", "hold this pose at action 0"),
    gains(contract.task, robot),
    actionMapping(contract, robot),
    rates(contract, robot),
    observationLayout(contract.task, robot),
    history(contract, robot),
    quaternions(contract),
    measurable(contract.task),
    commandRange(contract.task, robot),
  ];
}

/** How far numbers may be apart that were written by different programs. */
const TOLERANCE = 1e-6;

/** Joints by name and place. */
export function jointOrder(told: ToldTask, robot: TaskDescription): Check {
  const name = "joint order";
  const [found, expected] = [told.action.names, robot.action.names];
  const at = expected.findIndex((joint, i) => joint !== found[i]);
  if (at < 0 && found.length === expected.length) return pass(name, `${found.length} joints, in the robot's order`);
  const same = found.length === expected.length && expected.every((joint) => found.includes(joint));
  const what = `action ${Math.max(at, 0)} is ${found[at] ?? "missing"}, the robot's is ${expected[at] ?? "none"}`;
  if (same) return fail(name, what, "map actions by joint_names, or export the policy for this robot again");
  return fail(name, what, `use the robot that the policy was trained on (${told.name})`);
}

/** Deployers that go through the model's joints one by one get it wrong where actions have another order. */
export function modelOrder({ action, mechanism }: ToldTask): Check {
  const name = "joint order against actuator order";
  if (!action.kind.startsWith("joint")) return pass(name, "actions do not drive joints one by one");
  const targets = [...new Set(targetJoints(action))];
  const inModel = mechanism.joints.map((joint) => joint.name).filter((joint) => targets.includes(joint));
  const differs = inModel.findIndex((joint, i) => joint !== targets[i]);
  if (differs < 0) return pass(name, "the model's joints have the order of the actions");
  return warn(
    name,
    `the model's joint ${differs} is ${inModel[differs]}, action ${differs} drives ${targets[differs]}`,
    "address joints by name; never copy qpos to actions index by index",
  );
}

/** One value per joint, compared by the joints' names. */
export function perJoint(
  name: string,
  told: ToldTask,
  robot: TaskDescription,
  field: "offset" | "stiffness" | "damping" | "scale",
  unit: string,
  fix: string,
): Check {
  const joints = robot.action.names;
  const expected = robot.action[field];
  // By name, so that another order is one finding and not many.
  const found = joints.map((joint, i) => told.action[field][placeOf(told.action.names, joint, timesBefore(joints, i))]);
  const wrong = expected.flatMap((value, i) => (near(found[i], value) ? [] : [i]));
  if (wrong.length === 0)
    return pass(name, expected.length === 0 ? "not used: controls are direct" : `${expected.length} values agree`);
  const [first] = wrong as [number];
  const more = wrong.length > 1 ? ` and ${wrong.length - 1} more` : "";
  return fail(
    name,
    `${joints[first]}: ${found[first] ?? "none"} ${unit}, the robot's is ${expected[first]}${more}`,
    fix,
  );
}

/** How often the name at `place` occurred before: two servos may drive one joint. */
function timesBefore(names: readonly string[], place: number): number {
  return names.slice(0, place).filter((name) => name === names[place]).length;
}

/** Where a name comes up for the nth time, counted from 0; −1 where it does not. */
function placeOf(names: readonly string[], name: string, nth: number): number {
  return names.reduce((at, one, i) => (at < 0 && one === name && timesBefore(names, i) === nth ? i : at), -1);
}

function near(a: number | undefined, b: number): boolean {
  return a !== undefined && Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(b));
}

/** Stiffness and damping of the drives. */
export function gains(told: ToldTask, robot: TaskDescription): Check {
  const fix = "set the drives' kp and kd to the values of the training, or train with the drives' values";
  const stiffness = perJoint("gains", told, robot, "stiffness", "N·m/rad", fix);
  return stiffness.verdict === "fail" ? stiffness : perJoint("gains", told, robot, "damping", "N·m·s/rad", fix);
}

function actionMapping({ task: told }: Contract, robot: TaskDescription): Check {
  const name = "action scale and mapping";
  const [found, expected] = [told.action, robot.action];
  if (found.kind !== expected.kind || found.squash !== expected.squash) {
    const say = ({ kind, squash }: { readonly kind: string; readonly squash: string }) =>
      `${kind} with squash ${squash}`;
    return fail(
      name,
      `${say(found)}, the task has ${say(expected)}`,
      "export the policy again with the task it was trained on",
    );
  }
  if (JSON.stringify(found.feedForward) !== JSON.stringify(expected.feedForward))
    return fail(name, "the feed-forward differs from the task's", "use the contract's feedForward, or export again");
  if (JSON.stringify(found.rest) !== JSON.stringify(expected.rest))
    return fail(
      name,
      `actuators with controls instead of joint targets: ${found.rest ?? "none"}, the task has ${expected.rest ?? "none"}`,
      "export the policy again with the task it was trained on",
    );
  if (JSON.stringify(found.limits) !== JSON.stringify(expected.limits))
    return fail(name, "limits targets otherwise than the task", "use the contract's limits, or export again");
  const lag = expected.lag?.findIndex((seconds, i) => !near(found.lag?.[i] ?? 0, seconds)) ?? -1;
  if (lag >= 0)
    return fail(
      name,
      `${expected.names[lag]}: lag ${found.lag?.[lag] ?? 0} s, the robot's is ${expected.lag![lag]} s`,
      "filter targets with the time constants that the policy was trained with",
    );
  if (found.shown !== expected.shown)
    return fail(
      name,
      "the action in observations differs from the task's",
      "use the contract's shown, or export again",
    );
  return perJoint(name, told, robot, "scale", "per unit of action", "multiply actions by the scale of the contract");
}

function rates({ task: told, controlPeriod }: Contract, robot: TaskDescription): Check {
  const name = "control rate";
  const { controlHz, physicsHz, decimation } = told;
  if (!near(controlPeriod * controlHz, 1))
    return fail(name, `a period of ${controlPeriod} s contradicts ${controlHz} Hz`, "export the policy again");
  if (!near(controlHz * decimation, physicsHz))
    return fail(
      name,
      `${decimation} physics steps of ${physicsHz} Hz do not make ${controlHz} Hz`,
      "set decimation to physics rate / control rate",
    );
  if (!near(controlHz, robot.controlHz))
    return fail(
      name,
      `${controlHz} Hz, the robot's task runs at ${robot.controlHz} Hz`,
      "call the policy at the rate of its training",
    );
  return pass(name, `${controlHz} Hz, ${decimation} physics steps each`);
}

function observationLayout(told: ToldTask, robot: TaskDescription): Check {
  const name = "observation layout";
  const fix = "build the observation from the contract's terms, or train again with the present task";
  if (told.obsSize !== robot.obsSize)
    return fail(name, `${told.obsSize} values, the robot gives ${robot.obsSize}`, fix);
  for (const [i, term] of robot.observation.entries()) {
    const found = told.observation[i];
    for (const key of ["name", "offset", "size", "scale", "source"] as const)
      if (found?.[key] !== term[key])
        return fail(
          name,
          `term ${i} (${term.name}): ${key} is ${found?.[key] ?? "missing"}, the robot's is ${term[key]}`,
          fix,
        );
  }
  return pass(name, `${told.observation.length} terms, ${told.obsSize} values`);
}

function history({ task: told, historyOrder }: Contract, robot: TaskDescription): Check {
  const name = "observation history";
  for (const [i, term] of robot.observation.entries()) {
    const found = told.observation[i];
    if (found?.history !== term.history || found?.delay !== term.delay)
      return fail(
        name,
        `${term.name} keeps ${found?.history ?? 0} values, newest ${found?.delay ?? 0} steps old; the robot gives ${term.history}, ${term.delay} steps old`,
        "keep the number of past values that the contract gives",
      );
  }
  const remembering = robot.observation.filter((term) => term.history > 1);
  if (remembering.length === 0) return pass(name, "not used");
  if (historyOrder !== "oldest-first")
    return fail(
      name,
      `values are ordered ${historyOrder}, the robot gives the oldest first`,
      "reverse the buffer: oldest first, term by term",
    );
  return pass(name, `${remembering.map((term) => term.name).join(", ")}: oldest first, term by term`);
}

function quaternions({ quaternions: order }: Contract): Check {
  const name = "quaternion convention";
  if (order === "w-x-y-z") return pass(name, "w-x-y-z");
  return fail(
    name,
    `${order}, the robot gives w-x-y-z`,
    "move w to the front before gravity is computed from the quaternion",
  );
}

/** Readings that no sensor of a real robot gives. */
const UNMEASURABLE = /(^|\.)(linVel|worldLinVel|baseHeight|footHeight|footVel|contact|airTime|torque|push|force)$/;

/** Whether a robot can give all that the policy reads. */
export function measurable({ observation }: ToldTask): Check {
  const name = "measurable observations";
  const terms = observation.filter(
    ({ source, name: term }) => UNMEASURABLE.test(source ?? "") || /^(base_)?lin_?vel$/i.test(term),
  );
  if (terms.length === 0) return pass(name, "every term comes from a sensor, a clock, a command or the last action");
  return warn(
    name,
    `the policy reads ${terms.map((term) => term.name).join(", ")}, for which a robot has no sensor`,
    "estimate it on the robot, or move it to the critic and train again",
  );
}

function commandRange(told: ToldTask, robot: TaskDescription): Check {
  const name = "command range";
  if (!told.command || !robot.command) {
    const same = (told.command ?? null) === (robot.command ?? null);
    return same
      ? pass(name, "no command")
      : fail(name, "only one of policy and robot has a command", "use the task that the policy was trained on");
  }
  const { names, ranges } = told.command;
  const shown = names.map((word, i) => `${word} ${ranges[i]![0]} … ${ranges[i]![1]}`).join(", ");
  const at = robot.command.ranges.findIndex(
    (range, i) => range[0] < (ranges[i]?.[0] ?? 0) - TOLERANCE || range[1] > (ranges[i]?.[1] ?? 0) + TOLERANCE,
  );
  if (at < 0) return pass(name, shown);
  const [low, high] = robot.command.ranges[at]!;
  return warn(
    name,
    `the task commands ${names[at]} from ${low} to ${high}, trained was ${ranges[at]?.[0]} to ${ranges[at]?.[1]}`,
    "limit commands to the trained range",
  );
}
