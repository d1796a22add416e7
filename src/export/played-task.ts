/** Tasks as they are played by exported controllers, whose outputs come after the squash, or are joint targets already. */
import { type ActionMapping, type Squash, type Task, targetJoints } from "../tasks/index.ts";
import type { OutputKind } from "./export-choices.ts";

/** The same task, stepped with what a controller gives instead of with a policy's raw action. */
export function playedTask(task: Task, output: OutputKind): Task {
  return { ...task, action: output === "actions" ? fromActions(task.action) : fromJointTargets(task.action) };
}

/** Undoes the squash, so that the task's own mapping does everything that it does. */
function fromActions(mapping: ActionMapping): ActionMapping {
  return {
    bind: (context) => {
      const inner = mapping.bind(context);
      const { squash, names } = inner.description;
      const raw = new Float32Array(names.length);
      return {
        description: inner.description,
        wanted: inner.wanted,
        reset: (before) => inner.reset(before),
        apply: (output, offset, action, moment) => {
          for (let i = 0; i < raw.length; i++) raw[i] = unsquashed(output[offset + i]!, squash);
          inner.apply(raw, 0, action, moment);
        },
      };
    },
  };
}

/** Writes targets as they are; the action that terms and observations see is what the mapping would have made them from. */
function fromJointTargets(mapping: ActionMapping): ActionMapping {
  return {
    bind: (context) => {
      const inner = mapping.bind(context);
      const { scale, offset: home, shown } = inner.description;
      const wanted = inner.wanted!;
      const joints = targetJoints(inner.description).length;
      const still = new Float32Array(scale.length);
      return {
        description: inner.description,
        wanted,
        reset: (before) => inner.reset(before),
        apply: (output, offset, action, moment) => {
          inner.apply(still, 0, action, moment);
          for (let i = 0; i < scale.length; i++) {
            action[i] =
              shown === undefined || i >= joints
                ? (output[offset + i]! - wanted.values[i]!) / scale[i]!
                : (output[offset + i]! - home[i]!) / shown;
          }
          wanted.write(output, offset);
        },
      };
    },
  };
}

/** What the squash makes this of; ±1 of tanh come from ±∞. */
function unsquashed(action: number, squash: Squash): number {
  return squash === "tanh" ? Math.atanh(Math.max(-1, Math.min(1, action))) : action;
}
