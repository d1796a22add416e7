/** What is recorded of a driven course: poses, joint states, command and rewards, with the schema of each. */
import type { DriveMoment } from "../rollout/drive-orders.ts";
import type { Environment } from "../tasks/index.ts";

/** One kind of message. */
export interface Topic {
  readonly topic: string;
  readonly schemaName: string;
  /** JSON Schema */
  readonly schema: object;
  /** The message of a moment. @param time nanoseconds */
  of(moment: DriveMoment, time: bigint): object;
}

const NANO = 1_000_000_000n;

/** Topics of a task; without a command there is no command to record. */
export function mcapTopics(env: Environment, hasCommand: boolean): readonly Topic[] {
  const topics = [transforms(env), jointStates(env), rewards(env)];
  return hasCommand ? [...topics, velocities("command"), velocities("twist")] : topics;
}

const time = record({ sec: integer(), nsec: integer() });

/** Foxglove's well-known schema, which its 3D panel draws. */
function transforms({ sim }: Environment): Topic {
  const names = sim.names.all("body");
  const vector = record({ x: real(), y: real(), z: real() });
  const transform = record({
    timestamp: time,
    parent_frame_id: { type: "string" },
    child_frame_id: { type: "string" },
    translation: vector,
    rotation: record({ x: real(), y: real(), z: real(), w: real() }),
  });
  return {
    topic: "/poses",
    schemaName: "foxglove.FrameTransforms",
    schema: record({ transforms: { type: "array", items: transform } }),
    of: ({ poses }, at) => ({
      transforms: names.slice(1).map((name, k) => {
        const [x, y, z, qw, qx, qy, qz] = poses.subarray(7 * (k + 1), 7 * (k + 2));
        return {
          timestamp: stamp(at),
          parent_frame_id: names[0],
          child_frame_id: name,
          translation: { x, y, z },
          rotation: { x: qx, y: qy, z: qz, w: qw },
        };
      }),
    }),
  };
}

/** Joints with an axis: position in rad or m, velocity in rad/s or m/s. */
function jointStates({ sim }: Environment): Topic {
  const all = sim.names.all("joint").filter((name) => name !== "");
  const names = all.filter((name) => ["hinge", "slide"].includes(sim.joint(name).type));
  const joints = names.map((name) => sim.joint(name));
  const list = (items: object) => ({ type: "array", items });
  return {
    topic: "/joint_states",
    schemaName: "flowgait.JointStates",
    schema: record({ timestamp: time, name: list({ type: "string" }), position: list(real()), velocity: list(real()) }),
    of: (_, at) => ({
      timestamp: stamp(at),
      name: names,
      position: joints.map(({ qposAddress }) => sim.qpos[qposAddress]),
      velocity: joints.map(({ dofAddress }) => sim.qvel[dofAddress]),
    }),
  };
}

/** Weighted reward of the step, by term. */
function rewards({ rewardNames }: Environment): Topic {
  return {
    topic: "/reward_terms",
    schemaName: "flowgait.RewardTerms",
    schema: record({ timestamp: time, ...Object.fromEntries(rewardNames.map((name) => [name, real()])) }),
    of: ({ terms }, at) => ({
      timestamp: stamp(at),
      ...Object.fromEntries(rewardNames.map((name, k) => [name, terms[k]])),
    }),
  };
}

/** Commanded, or measured, velocity in the base's frame: m/s, m/s, rad/s. */
function velocities(field: "command" | "twist"): Topic {
  return {
    topic: field === "command" ? "/command" : "/velocity",
    schemaName: "flowgait.Velocity",
    schema: record({ timestamp: time, vx: real(), vy: real(), yaw_rate: real() }),
    of: (moment, at) => {
      const [vx, vy, yawRate] = moment[field];
      return { timestamp: stamp(at), vx, vy, yaw_rate: yawRate };
    },
  };
}

function stamp(at: bigint): { sec: number; nsec: number } {
  return { sec: Number(at / NANO), nsec: Number(at % NANO) };
}

function record(properties: Readonly<Record<string, object>>): object {
  return { type: "object", properties };
}

function real(): object {
  return { type: "number" };
}

function integer(): object {
  return { type: "integer" };
}
