/**
 * The contract between a controller and what runs it, as a schema: what stands in contract.json and, inside the ONNX file, under the metadata
 * key `flowgait`. `schemas/contract.schema.json` is made from it.
 */
import { z } from "zod";
import { FLOW_SAMPLERS } from "../../policy/sampler-names.ts";

/** Raised when older readers could no longer use the contract. */
export const CONTRACT_VERSION = 1;

const about = <T extends z.ZodType>(type: T, description: string): T => type.describe(description) as T;
const range = z.tuple([z.number(), z.number()]);
const settings = z.record(z.string(), z.unknown());
const numbers = z.array(z.number());
const names = z.array(z.string());
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const observationTerm = z.strictObject({
  name: z.string(),
  offset: about(z.int(), "Index of the term's first value in the observation."),
  size: about(z.int(), "Number of values, including the whole history."),
  unit: z.string().nullable(),
  source: about(z.string().nullable(), "The reading that the term passes on; null if it computes its values."),
  noise: about(z.number(), "Measurement noise in training: uniform in ± this, in the unit of the reading."),
  noises: about(numbers, "Noise of each value, repeated over the reading, if the values differ.").optional(),
  noiseKind: about(
    z.string(),
    "How the noise acts if it is not added to each value alone. turn: a random rotation turns all directions of the reading together; noise is the standard deviation of the components that are added to its quaternion. as <term>: the noise of that term is added.",
  ).optional(),
  scale: about(z.number(), "The policy sees the reading multiplied by this."),
  history: about(z.int(), "Number of latest readings in the term."),
  delay: about(z.int(), "Age of the newest value in control steps."),
});

const action = z.strictObject({
  kind: z.enum(["joint-targets", "joint-offsets", "joint-increments", "controls", "cell-moves", "tip-increments"]),
  names: about(
    names,
    "Joints (joint-…), actuators (controls) or axes (cell-moves; tip-increments, then the gripper's actuator), in the order of actions; after the joints, the actuators of `rest`.",
  ),
  squash: about(
    z.enum(["tanh", "clip", "none"]),
    "Function that limits the policy's action; applied inside the controller.",
  ),
  scale: about(numbers, "Control per unit of action."),
  offset: about(
    numbers,
    "Joint target (default joint position, rad) or control at action 0; zeros if targets start from other positions.",
  ),
  stiffness: about(
    numbers,
    "N·m/rad of the position servos at their joints (N/m where a joint slides); empty for controls.",
  ),
  damping: about(
    numbers,
    "N·m·s/rad of the position servos at their joints (N·s/m where a joint slides); empty for controls.",
  ),
  feedForward: about(settings.nullable(), "Feed-forward that is added to joint targets; see `rules`."),
  shown: about(
    z.number(),
    "rad: observations show (target − offset)/shown as the action; if absent, the action itself.",
  ).optional(),
  limits: about(
    z.array(range),
    "rad (m for sliding joints): limits of each joint's target before it is kept and written; for controls, limits of each control; absent if only the drives limit them.",
  ).optional(),
  tip: about(
    z.strictObject({ arm: z.string(), lowest: numbers, highest: numbers, orientation: numbers }),
    "For tip-increments: the arm whose kinematics give the joints, the tip's limits in m from the arm's base, and its rotation matrix, row by row.",
  ).optional(),
  rest: about(names, "Actuators at the end of `names`, whose actions are controls, not joint targets.").optional(),
  actuators: about(
    z.array(z.int()),
    "Index in `mechanism.actuators` of the actuator of each action; if absent, the action's own index.",
  ).optional(),
  control: about(
    z.strictObject({ scale: numbers, offset: numbers }),
    "Per joint: the simulated actuator's control is scale·target + offset; if absent, the target.",
  ).optional(),
  lag: about(
    numbers,
    "s, per joint: time constant with which the servo follows its target; 0: immediately.",
  ).optional(),
});

const mechanism = z.strictObject({
  joints: z.array(
    z.strictObject({
      name: z.string(),
      type: z.enum(["free", "ball", "slide", "hinge"]),
      range: about(range.nullable(), "rad or m; null if unlimited."),
    }),
  ),
  actuators: z.array(
    z.strictObject({
      name: z.string(),
      joint: z.string().nullable(),
      controlRange: range.nullable(),
      forceRange: about(range.nullable(), "N or N·m at the joint or tendon, gear included; null if unlimited."),
    }),
  ),
});

const curriculum = z.strictObject({
  from: z.number(),
  step: z.number(),
  enough: z.number().optional(),
  commandsFirst: z.boolean().optional(),
});

const command = z.strictObject({
  names,
  units: names,
  ranges: z.array(range),
  resampleSeconds: z.union([range, z.strictObject({ mean: z.number() })]),
  zeroProbability: z.number(),
  wander: z.strictObject({ change: z.number(), nonzero: numbers }).nullable(),
  curriculum: about(curriculum.nullable(), "How the ranges grew in training; in deployment the full ranges apply."),
});

const goal = z.strictObject({
  success: z.strictObject({ about: z.string(), seconds: z.number(), atEnd: z.boolean() }).optional(),
  drop: z.strictObject({ about: z.string() }).optional(),
  counters: z
    .record(
      z.string(),
      z.strictObject({ about: z.string(), unit: z.string(), per: z.enum(["second", "minute", "episode", "step"]) }),
    )
    .optional(),
});

const task = z.strictObject({
  name: z.string(),
  family: z.enum(["suite", "humanoid", "locomotion", "manipulation", "gridworld", "user"]),
  scene: about(z.string(), "File of the scene: path in the package's folder, or the name of a user's own file."),
  model: about(z.record(z.string(), settings), "What the task changes in the compiled scene, by name."),
  obsSize: z.int(),
  actionSize: z.int(),
  privilegedSize: z.int(),
  mechanism: about(mechanism, "Joints and actuators in the simulated model's order."),
  controlHz: z.number(),
  physicsHz: z.number(),
  decimation: about(z.int(), "Physics steps per control step."),
  episodeSteps: z.int(),
  observation: about(z.array(observationTerm), "What the policy sees, in order."),
  privileged: about(z.array(observationTerm), "Observations that only the critic saw in training."),
  action,
  command: command.nullable(),
  reward: z.array(z.strictObject({ name: z.string(), weight: z.number() })),
  rewardPerSecond: z.boolean(),
  rewardClip: range.nullable(),
  terminations: names,
  trackers: about(z.record(z.string(), settings), "Memory that observations read, such as a gait clock; see `rules`."),
  events: about(z.record(z.string(), settings), "Disturbances in training."),
  randomise: about(z.record(z.string(), settings), "Differences between environments in training."),
  goal: about(goal, "What evaluations count as success, as a drop and as counters.").optional(),
  lesson: about(
    z.strictObject({
      name: z.string(),
      about: z.string(),
      reward: z.array(z.strictObject({ name: z.string(), weight: z.number() })),
      terminations: names,
      events: z.record(z.string(), settings),
      randomise: z.record(z.string(), settings).optional(),
      physicsHz: about(z.number().optional(), "Physics steps per second in training, if known."),
      curriculum: curriculum.nullable(),
    }),
    "The lesson that the policy was trained on; the action mapping above is the lesson's.",
  ).optional(),
  settings: about(
    z.record(z.string(), z.union([z.number(), z.boolean(), z.string(), z.array(z.number())])),
    "Values in place of the published task's, by the training's flags (`reward.trackLinVel`); what is written above has them.",
  ).optional(),
});

const noise = z.enum(["zero", "seed", "input"]);

const arrangement = (what: string) =>
  about(z.strictObject({ source: z.array(z.int()), scale: numbers }), `${what}[i] = scale[i]·own[source[i]].`);

const adapter = z.strictObject({
  file: about(z.string(), "Name of the third-party file whose network is inside this one."),
  sha256: about(sha256, "SHA-256 of that file."),
  observation: arrangement("How the file's input is made of the observation: input"),
  action: arrangement("How the action is made of the file's output: action"),
  words: about(names, "What differs from the task's own layout, one phrase each."),
});

const policy = z.strictObject({
  kind: about(z.enum(["flow", "gaussian", "file"]), "file: the network of another program, behind `adapter`."),
  sampler: about(z.enum(FLOW_SAMPLERS), "How the flow is integrated.").optional(),
  flowSteps: about(z.int(), "Integration steps of the flow.").optional(),
  stepNoise: about(z.number(), "Noise that a stochastic sampler adds at every step.").optional(),
  noise: about(noise, "zero: the action without noise; seed: always the same draw; input: a second input."),
  noiseSeed: about(z.int(), "Seed of the one draw.").optional(),
  noiseSize: about(z.int(), "Standard normal values of the input `noise`.").optional(),
});

/** The whole contract. */
export const contractSchema = z
  .strictObject({
    version: z.literal(CONTRACT_VERSION),
    task,
    controlPeriod: about(z.number(), "s between two calls."),
    input: about(z.string(), "Name of the observation's input, [batch, task.obsSize] float32."),
    output: about(z.string(), "Name of the output, [batch, task.actionSize] float32."),
    outputKind: about(
      z.enum(["actions", "joint-targets"]),
      "actions: the input of `rules.control`; joint-targets: its result, joint targets in rad and the controls of `rest`, which the robot's drives limit to the control ranges.",
    ),
    quaternions: z.enum(["w-x-y-z", "x-y-z-w"]),
    historyOrder: about(
      z.enum(["oldest-first", "newest-first"]),
      "Order of a term's history inside its own values; terms are not interleaved.",
    ),
    normaliser: z.strictObject({
      inside: about(z.boolean(), "Whether the controller takes raw observations."),
      mean: numbers,
      std: numbers,
    }),
    policy,
    adapter: about(
      adapter.optional(),
      "Of a third-party file: the nodes around its network, which are inside this file; they change nothing where the layout is the task's.",
    ),
    rules: about(z.record(z.string(), z.string()), "How readings, clocks and controls are computed, in formulas."),
    training: z.strictObject({
      packageVersion: z.string(),
      run: z.string(),
      envSteps: z.number(),
      algorithm: z.string(),
      seed: z.int(),
      shipped: about(
        z.strictObject({ controller: z.string(), packageVersion: z.string(), sha256 }),
        "The controller of the flowgait package that this one is, or was made from, with the SHA-256 of its file.",
      ).optional(),
      distilledFrom: about(
        z.strictObject({ flowSteps: z.int(), weightsSha256: sha256 }),
        "The policy that this one was distilled from, to give its actions in fewer flow steps.",
      ).optional(),
    }),
    weightsSha256: about(
      sha256,
      "SHA-256 of the policy's weights and its normaliser (mean, std) as little-endian float32: the same in every format. With `adapter`: of the third-party file.",
    ),
    fileSha256: about(
      z.string().regex(/^[0-9a-f]{64}$/),
      "Inside an ONNX file: SHA-256 of the file with these 64 digits replaced by zeros.",
    ).optional(),
  })
  .meta({ title: "flowgait controller contract" });

/** A contract that has been checked. */
export type Contract = z.infer<typeof contractSchema>;

/** The schema for other programs (JSON Schema, draft 2020-12). */
export function contractJsonSchema(): unknown {
  return z.toJSONSchema(contractSchema);
}
