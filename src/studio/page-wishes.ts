/** What the page that steers requests, in the words of the thread that drives. */
import type { DriveChange, DriveOrder } from "../drive/drive-orders.ts";
import type { DriveWish } from "../stream/protocol.ts";

/** A change of the commanded velocity. */
export type CommandChange = Extract<DriveChange, { kind: "command" }>;

/** No requests. */
export const STANDING: CommandChange = { kind: "command", values: [0, 0, 0] };
/** Nobody holds the robot. */
export const LET_GO: DriveChange = { kind: "hold", grip: null };

/** A request that needs nothing but the thread. */
export type PlainWish = Exclude<
  DriveWish,
  { type: "command" | "policy" | "saveReplay" | "why" | "verdict" | "coordinate" }
>;

/** The order to the thread that a wish stands for. */
export function orderOf(wish: PlainWish): DriveOrder {
  switch (wish.type) {
    case "simulate":
      return wish.what === "reset" ? { kind: "restart" } : { kind: wish.what };
    case "setSpeed":
      return { kind: "speed", factor: wish.factor };
    case "push":
      return { kind: "change", change: { kind: "push", angle: wish.angle, speed: wish.speed } };
    case "grab":
      return { kind: "change", change: gripOf(wish) };
    case "letGo":
      return { kind: "change", change: LET_GO };
    case "flow":
      return { kind: "flow", flow: { steps: wish.steps, noise: wish.noise } };
    case "seek":
      return { kind: "seek", step: wish.step };
    case "keyframe":
      return { kind: "change", change: { kind: "keyframe", name: wish.name } };
    case "control":
      return { kind: "change", change: { kind: "control", actuator: wish.actuator, value: wish.value } };
    case "place":
      return { kind: "change", change: { kind: "place", handle: wish.handle, pos: wish.pos, quat: wish.quat } };
    case "branch":
      return { kind: "branch", what: wish.what };
    default:
      return wish satisfies never;
  }
}

/** The change that a commanded velocity stands for. */
export function commandOf({ vx, vy, yawRate }: Extract<DriveWish, { type: "command" }>): CommandChange {
  return { kind: "command", values: [vx, vy, yawRate] };
}

function gripOf({ body, point, target, turn }: Extract<DriveWish, { type: "grab" }>): DriveChange {
  return { kind: "hold", grip: { body, point, target, ...(turn && { turn }) } };
}
