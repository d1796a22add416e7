/** Trained controllers that come with the package: `controllers/<name>.onnx`, with what made them beside them. */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { packageRoot } from "../files/package-root.ts";

const FOLDER = join(packageRoot, "controllers");
const ENDING = ".onnx";

/** Names of the shipped controllers. */
export function shippedControllers(): string[] {
  if (!existsSync(FOLDER)) return [];
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(ENDING));
  return files.map((file) => basename(file, ENDING)).sort();
}

/** The file of the controller that a reference names, such as "HumanoidJoystick" or "controllers/HumanoidJoystick"; null if there is none. */
export function shippedController(reference: string): string | null {
  const name = reference.replace(/^controllers\//, "").replace(/\.onnx$/, "");
  return shippedControllers().includes(name) ? join(FOLDER, name + ENDING) : null;
}
