/** The same rollout again: commands and pushes by control step, from the page's seed. */
import type { PagePayload } from "../../../src/export/page/payload.ts";
import { createRobot } from "./world.ts";

/** What is requested at a control step; a command holds until the next. */
export interface ReplayStep {
  readonly command?: readonly number[];
  /** Change of the base's velocity in the world, m/s. */
  readonly push?: readonly [number, number];
}

/** @returns the coordinates after every step, [steps][nq] */
export async function replay(payload: PagePayload, steps: readonly ReplayStep[]): Promise<number[][]> {
  const robot = await createRobot(payload);
  try {
    const path: number[][] = [];
    for (const { command, push } of steps) {
      if (command) robot.command(command);
      if (push) robot.push(...push);
      await robot.step();
      path.push([...robot.env.sim.qpos]);
    }
    return path;
  } finally {
    robot.delete();
  }
}
