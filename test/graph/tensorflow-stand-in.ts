/** A project that has @tensorflow/tfjs-node installed, without native code: the loader, the backend's name and all that follows are the real ones. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Plain JavaScript under the native backend's name. */
const PLAIN = `
const tf = require(${JSON.stringify(createRequire(import.meta.url).resolve("@tensorflow/tfjs"))});
tf.registerBackend("tensorflow", tf.findBackendFactory("cpu"));
for (const kernel of tf.getKernelsForBackend("cpu")) tf.registerKernel({ ...kernel, backendName: "tensorflow" });
module.exports = tf;
`;

/**
 * Installs the package into a folder's node_modules.
 * @param main its main module; default TensorFlow.js in plain JavaScript
 */
export function installStandIn(folder: string, main = PLAIN): void {
  const home = join(folder, "node_modules", "@tensorflow", "tfjs-node");
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, "package.json"),
    JSON.stringify({ name: "@tensorflow/tfjs-node", version: "4.22.0", main: "main.js" }),
  );
  writeFileSync(join(home, "main.js"), main);
}
