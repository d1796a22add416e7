/** Third-party policy files: networks of controllers that ship in another layout, and what `doctor --guess` makes of them. */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Choices, withLayouts, writePermuted } from "../../bench/guess/permuted-file.ts";
import { findPolicyFile } from "../../src/catalogue/policy-file.ts";
import { fileOnnx } from "../../src/export/onnx-controller.ts";
import { thirdPartyOrigin, thirdPartyPolicy } from "../../src/export/third-party.ts";
import { inputNormaliser } from "../../src/graph/index.ts";
import { describeTask } from "../../src/tasks/index.ts";

/** Writes `walk.onnx` and, as the guess would, `walk.adapted.onnx`. @returns their paths */
export async function writeAdapted(controller: string, choices: Choices, folder: string): Promise<[string, string]> {
  const [path, adapted] = [join(folder, "walk.onnx"), join(folder, "walk.adapted.onnx")];
  await withLayouts(controller, async (space, env) => {
    const adapter = writePermuted(controller, space, choices, path);
    const policy = await (await findPolicyFile(path)).bind(env);
    const normaliser = inputNormaliser(readFileSync(path), env.obsSize, path);
    const words = Object.entries(choices).map(([what, how]) => `${what}: ${how}`);
    const name = basename(path);
    const file = thirdPartyPolicy({ policy, name, normaliser }, { adapter, words });
    writeFileSync(adapted, fileOnnx(file, describeTask(env), thirdPartyOrigin(name, "0.1.0"), {}, adapter));
  });
  return [path, adapted];
}
