/** A user's own task whose shards take their time without work: CartpoleBalance with short episodes, and a nap in every control step. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes the task's file into a folder. @param ms of every nap @returns its path */
export function nappingTask(folder: string, ms: number): string {
  const path = join(folder, "napping.ts");
  const text = `import { registry } from "flowgait";
const base = registry.get("CartpoleBalance");
const nothing = new Int32Array(new SharedArrayBuffer(4));
const nap = () => (Atomics.wait(nothing, 0, 0, ${ms}), 0);
export default { ...base, name: "Napping", episodeSteps: 40, reward: { ...base.reward, nap: { weight: 0, of: nap } } };
`;
  writeFileSync(path, text);
  return path;
}
