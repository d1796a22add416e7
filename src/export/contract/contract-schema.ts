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
  offset: about(z.int(), "First of the term's values in the observation."),
  size: about(z.int(), "Values, all of the history together."),
  unit: z.string().nullable(),
  source: about(z.string().nullable(), "The reading that the term passes on; null where it computes something."),
  noise: about(z.number(), "Measurement noise in training, uniform in ± this, in the unit of the reading."),
  noises: about(numbers, "Noise of each value, repeated over the reading, where they differ.").optional(),
  noiseKind: about(
    z.string(),
    "What the noise is where it is not added to each value by itself: turn (all directions of the reading turn together by a random rotation, noise being the standard deviation of the components that are added to its quaternion), or `as` and the name of the term whose noise is added.",
  ).optional(),
  scale: about(z.number(), "What the policy sees is the reading times this."),
  history: about(z.int(), "How many of the latest values are given."),
  delay: about(z.int(), "Control steps by which the newest value is old."),
});

const action = z.strictObject({
  kind: z.enum(["joint-targets", "joint-offsets", "joint-increments", "controls", "cell-moves", "tip-increments"]),
  names: about(
    names,
    "Joints (joint-…), actuators (controls) or axes (cell-moves; tip-increments, then the gripper's actuator), in the order of actions; after the joints, the actuators of `rest`.",
  ),
  squash: about(z.enum(["tanh", "clip", "none"]), "What limits the policy's action; done inside the controller."),
  scale: about(numbers, "Control per unit of action."),
  offset: about(
    numbers,
    "Joint target (default joint positions, rad) or control of action 0; zeros where targets start from other positions.",
  ),
  stiffness: about(
    numbers,
    "N·m/rad of the position servos at their joints (N/m where a joint slides); empty for controls.",
  ),
  damping: about(
    numbers,
    "N·m·s/rad of the position servos at their joints (N·s/m where a joint slides); empty for controls.",
  ),
  feedForward: about(settings.nullable(), "What is added to joint targets besides; see `rules`."),
  shown: about(
    z.number(),
    "rad: what observations show as an action is (target − offset)/shown; where absent, the action.",
  ).optional(),
  limits: about(
    z.array(range),
    "rad (m where a joint slides) of each joint: what its target is limited to before it is kept and written; of controls, what each is limited to; where absent, the drives alone limit it.",
  ).optional(),
  tip: about(
    z.strictObject({ arm: z.string(), lowest: numbers, highest: numbers, orientation: numbers }),
    "Of tip-increments: whose kinematics give the joints, the tip's limits in m from the arm's base, and its rotation matrix, row by row.",
  ).optional(),
  rest: about(names, "Actuators at the end of `names`, whose actions are controls and no joint targets.").optional(),
  actuators: about(
    z.array(z.int()),
    "Place in `mechanism.actuators` of what each action drives; where absent, the action's own place.",
  ).optional(),
  control: about(
    z.strictObject({ scale: numbers, offset: numbers }),
    "Of each joint: the simulated actuator's control is scale·target + offset; where absent, the target.",
  ).optional(),
  lag: about(numbers, "s, of each joint: time constant with which the servo follows its target; 0 at once.").optional(),
});

const mechanism = z.strictObject({
  joints: z.array(
    z.strictObject({
      name: z.string(),
      type: z.enum(["free", "ball", "slide", "hinge"]),
      range: about(range.nullable(), "rad or m; null without limits."),
    }),
  ),
  actuators: z.array(
    z.strictObject({
      name: z.string(),
      joint: z.string().nullable(),
      controlRange: range.nullable(),
      forceRange: about(range.nullable(), "N or N·m at the joint or tendon, gear included; null without limits."),
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
  curriculum: about(
    curriculum.nullable(),
    "How the ranges grew while the policy learned; a robot is asked for the whole.",
  ),
});

const goal = z.strictObject({
  success: z.strictObject({ about: z.string(), seconds: z.number(), atEnd: z.boolean() }).optional(),
  drop: z.strictObject({ about: z.string() }).optional(),
  counters: z
    .record(
      z.string(),
      z.strictObject({ about: z.string(), unit: z.string(), per: z.enum(["second", "minute", "episode"]) }),
    )
    .optional(),
});

const task = z.strictObject({
  name: z.string(),
  family: z.enum(["suite", "humanoid", "locomotion", "manipulation", "gridworld", "user"]),
  scene: about(z.string(), "File of the scene: below the package's folder, or by name for a user's own."),
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
  privileged: about(z.array(observationTerm), "What only the critic saw in training."),
  action,
  command: command.nullable(),
  reward: z.array(z.strictObject({ name: z.string(), weight: z.number() })),
  rewardPerSecond: z.boolean(),
  rewardClip: range.nullable(),
  terminations: names,
  trackers: about(z.record(z.string(), settings), "Memory that observations read, such as a gait clock; see `rules`."),
  events: about(z.record(z.string(), settings), "Disturbances in training."),
  randomise: about(z.record(z.string(), settings), "Differences between environments in training."),
  goal: about(goal, "What evaluations count as success, as a drop and besides.").optional(),
  lesson: about(
    z.strictObject({
      name: z.string(),
      about: z.string(),
      reward: z.array(z.strictObject({ name: z.string(), weight: z.number() })),
      terminations: names,
      events: z.record(z.string(), settings),
      randomise: z.record(z.string(), settings).optional(),
      physicsHz: about(z.number().optional(), "Physics steps per second in training, where they are told."),
      curriculum: curriculum.nullable(),
    }),
    "The form of the task that was trained on; the action mapping above is its own.",
  ).optional(),
});

const noise = z.enum(["zero", "seed", "input"]);

const policy = z.strictObject({
  kind: z.enum(["flow", "gaussian"]),
  sampler: about(z.enum(FLOW_SAMPLERS), "How the flow is integrated.").optional(),
  flowSteps: about(z.int(), "Integration steps of the flow.").optional(),
  stepNoise: about(z.number(), "Noise that a stochastic sampler adds on the way.").optional(),
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
      "actions: what `rules.control` starts from; joint-targets: its result, targets of joints in rad and the controls of `rest`, which the robot's drives limit to the control ranges.",
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
    rules: about(z.record(z.string(), z.string()), "How readings, clocks and controls are computed, in formulas."),
    training: z.strictObject({
      packageVersion: z.string(),
      run: z.string(),
      envSteps: z.number(),
      algorithm: z.string(),
      seed: z.int(),
      distilledFrom: about(
        z.strictObject({ flowSteps: z.int(), weightsSha256: sha256 }),
        "The policy whose actions this one learned to give in fewer flow steps.",
      ).optional(),
    }),
    weightsSha256: about(
      sha256,
      "SHA-256 of the policy's weights and its normaliser (mean, std) as little-endian float32: the same in every format.",
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
