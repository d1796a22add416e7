/** A user's own task whose shards take their time without work: CartpoleBalance with short episodes, and a nap in every control step. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes the task's file into a folder. @param ms of every nap @param whileThere naps are taken as long as this file is there @returns its path */
export function nappingTask(folder: string, ms: number, whileThere = ""): string {
  const path = join(folder, whileThere === "" ? "napping.ts" : "napping-while-there.ts");
  const isTired = whileThere === "" ? "true" : `existsSync(${JSON.stringify(whileThere)})`;
  const text = `import { existsSync } from "node:fs";
import { registry } from "flowgait";
const base = registry.get("CartpoleBalance");
const nothing = new Int32Array(new SharedArrayBuffer(4));
const nap = () => (${isTired} && Atomics.wait(nothing, 0, 0, ${ms}), 0);
export default { ...base, name: "Napping", episodeSteps: 40, reward: { ...base.reward, nap: { weight: 0, of: nap } } };
`;
  writeFileSync(path, text);
  return path;
}
