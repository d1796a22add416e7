/** What is recorded of a driven course: shapes, poses, joint states, command and rewards. */
import type { Environment } from "../tasks/index.ts";
import { framesTopic } from "./mcap-frames.ts";
import { sceneTopic } from "./mcap-scene.ts";
import { jsonTopic, list, real, record, stamp, type Topic, text, time } from "./mcap-topic.ts";
import { transformsOf } from "./mcap-transforms.ts";

/** Topics of a task; without a command there is no command to record. */
export function mcapTopics(env: Environment, hasCommand: boolean): readonly Topic[] {
  const topics = [sceneTopic(env), transforms(env), framesTopic(env), jointStates(env), rewards(env)];
  return hasCommand ? [...topics, velocities("command"), velocities("twist")] : topics;
}

/** Foxglove's well-known schema, which its 3D panel draws. */
function transforms({ sim }: Environment): Topic {
  const names = sim.names.all("body");
  const transform = record({
    timestamp: time,
    parent_frame_id: text(),
    child_frame_id: text(),
    translation: record({ x: real(), y: real(), z: real() }),
    rotation: record({ x: real(), y: real(), z: real(), w: real() }),
  });
  return jsonTopic({
    topic: "/poses",
    schemaName: "foxglove.FrameTransforms",
    schema: record({ transforms: list(transform) }),
    of: ({ poses }, at) => ({ transforms: transformsOf(names, poses, at) }),
  });
}

/** Joints with an axis: position in rad or m, velocity in rad/s or m/s. */
function jointStates({ sim }: Environment): Topic {
  const all = sim.names.all("joint").filter((name) => name !== "");
  const names = all.filter((name) => ["hinge", "slide"].includes(sim.joint(name).type));
  const joints = names.map((name) => sim.joint(name));
  return jsonTopic({
    topic: "/joint_states",
    schemaName: "flowgait.JointStates",
    schema: record({ timestamp: time, name: list(text()), position: list(real()), velocity: list(real()) }),
    of: (_, at) => ({
      timestamp: stamp(at),
      name: names,
      position: joints.map(({ qposAddress }) => sim.qpos[qposAddress]),
      velocity: joints.map(({ dofAddress }) => sim.qvel[dofAddress]),
    }),
  });
}

/** Weighted reward of the step, by term. */
function rewards({ rewardNames }: Environment): Topic {
  return jsonTopic({
    topic: "/reward_terms",
    schemaName: "flowgait.RewardTerms",
    schema: record({ timestamp: time, ...Object.fromEntries(rewardNames.map((name) => [name, real()])) }),
    of: ({ terms }, at) => ({
      timestamp: stamp(at),
      ...Object.fromEntries(rewardNames.map((name, k) => [name, terms[k]])),
    }),
  });
}

/** Commanded, or measured, velocity in the base's frame: m/s, m/s, rad/s. */
function velocities(field: "command" | "twist"): Topic {
  return jsonTopic({
    topic: field === "command" ? "/command" : "/velocity",
    schemaName: "flowgait.Velocity",
    schema: record({ timestamp: time, vx: real(), vy: real(), yaw_rate: real() }),
    of: (moment, at) => {
      const [vx, vy, yawRate] = moment[field];
      return { timestamp: stamp(at), vx, vy, yaw_rate: yawRate };
    },
  });
}
