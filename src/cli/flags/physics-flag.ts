/** `--physics`: under which physics other than the task's own a policy's episodes are run. */
import type { Command } from "commander";
import { wholeNumber } from "../../catalogue/flag-value.ts";
import type { OpinionSizes } from "../../export/physics/second-opinion.ts";
import { nearest } from "../../math/near-names.ts";
import { UserError } from "../../math/user-error.ts";
import { engineVersion } from "../../physics/engine.ts";
import { PHYSICS_NAMES, type PhysicsName, physicsEngine } from "../../tasks/index.ts";

/** The flags as they were typed. */
export interface PhysicsOptions {
  readonly physics: string;
  readonly physicsEpisodes?: string;
}

const [ALL, NONE] = ["all", "none"];

/** Adds the flags to a command. @param names the default of `--physics` @param episodes in words, the default of `--physics-episodes` */
export function addPhysicsOptions(command: Command, names: "all" | "none", episodes: string): Command {
  return command
    .option(
      "--physics <names>",
      `run episodes under other physics too: all, none, or several of ${PHYSICS_NAMES.join(", ")}, separated by commas`,
      names,
    )
    .option("--physics-episodes <count>", `whole episodes under each physics (default: ${episodes})`);
}

/** Names and number of episodes. @param most episodes where the user does not say @throws UserError where a name is unknown, or its build of MuJoCo is not installed */
export async function readPhysics(
  { physics, physicsEpisodes }: PhysicsOptions,
  most: number,
): Promise<Omit<OpinionSizes, "seed">> {
  const episodes = wholeNumber("--physics-episodes", physicsEpisodes ?? String(most), 1, 1000);
  if (physics === NONE) return { physics: [], episodes };
  if (physics === ALL) return { physics: PHYSICS_NAMES, episodes };
  const names = physics.split(",").map((text) => physicsName(text.trim()));
  // Of all, what cannot be run is reported; what is named is expected.
  for (const name of names) await engineVersion(physicsEngine(name));
  return { physics: names, episodes };
}

function physicsName(text: string): PhysicsName {
  const found = PHYSICS_NAMES.find((name) => name === text);
  if (found !== undefined) return found;
  const expected = `${ALL}, ${NONE} or names of ${PHYSICS_NAMES.join(", ")}`;
  throw new UserError(`--physics: got "${text}", expected ${expected}${nearest(text, [ALL, NONE, ...PHYSICS_NAMES])}`, {
    exitCode: 2,
  });
}
