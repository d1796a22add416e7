/**
 * A user's own description of a scene's robot, such as a checkout with its meshes, in place of the package's model. Where joints sit and
 * turn, what bodies weigh and what is drawn are the description's; drives, joint ranges, contact shapes, sensors and poses stay the scene's.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { UserError } from "../../math/user-error.ts";
import { Simulation } from "../simulation.ts";
import type { EngineName } from "../wasm/engine-name.ts";
import { adoptBodies } from "./adopt-bodies.ts";
import { matchBodies } from "./body-match.ts";
import { looksOf } from "./looks.ts";

const ATTACHED_MODEL = /<model\b[^>]*\bfile\s*=\s*["']([^"']*)["']/;

/**
 * Compiles a scene, with the robot of a description where one is named.
 * @param scenePath absolute path of the MJCF file
 * @param modelDir folder that holds a description under the name of the scene's own model (`t1.xml`, `t1.urdf`) or no other, or such a
 * file; empty takes the scene's own model
 * @param options.looks false discards what is only drawn; a description keeps it
 * @param options.engine another build of MuJoCo in place of the package's own
 * @throws UserError when a file is missing or does not compile, or the description is of another robot
 */
export async function loadSimulation(
  scenePath: string,
  modelDir = "",
  { looks = true, engine }: { readonly looks?: boolean; readonly engine?: EngineName } = {},
): Promise<Simulation> {
  const sim = await Simulation.load(scenePath, { looks: looks || modelDir !== "", engine });
  if (modelDir === "") return sim;
  let description: Simulation | undefined;
  try {
    description = await Simulation.load(descriptionFile(scenePath, modelDir), { engine });
    const match = matchBodies(sim, description);
    adoptBodies(sim, description, match);
    sim.wear(looksOf(sim, description, match));
    return sim;
  } catch (error) {
    description?.delete();
    sim.delete();
    throw error;
  }
}

/** The description's file. Throws UserError when the folder holds no description, or several of other names. */
export function descriptionFile(scenePath: string, modelDir: string): string {
  const [, attached] = ATTACHED_MODEL.exec(readFileSync(scenePath, "utf8")) ?? [];
  if (attached === undefined) throw badFolder(`${scenePath} attaches no robot; omit this setting`);
  if (!existsSync(modelDir))
    throw new UserError(`model-dir: ${modelDir} does not exist, expected a folder with ${basename(attached)}`);
  if (statSync(modelDir).isFile()) return modelDir;
  const files = readdirSync(modelDir).filter((file) => /^\.(xml|mjcf|urdf)$/i.test(extname(file)));
  const name = basename(attached, extname(attached));
  const own = files.filter((file) => basename(file, extname(file)) === name);
  const [file] = own.length > 0 ? own : files.length === 1 ? files : [];
  if (file !== undefined) return join(modelDir, file);
  const found = files.length === 0 ? "no MJCF or URDF file" : files.join(", ");
  throw badFolder(`${modelDir} holds ${found}, expected ${basename(attached)}`);
}

function badFolder(problem: string): UserError {
  return new UserError(`model-dir: ${problem}`, { exitCode: 2 });
}
