/** Trained controllers that come with the package: `controllers/<name>.onnx`, with what made them beside them. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { packageRoot } from "../files/package-root.ts";

const FOLDER = join(packageRoot, "controllers");
const ENDING = ".onnx";

/** A controller of this package, whatever its file is called. */
export interface ShippedController {
  readonly controller: string;
  /** Of its file, in hexadecimal digits. */
  readonly sha256: string;
}

/** Which of the shipped controllers a file is, by its SHA-256; null if it is another. */
export function shippedAs(sha256: string): ShippedController | null {
  const digest = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(FOLDER, name + ENDING)))
      .digest("hex");
  const controller = shippedControllers().find((name) => digest(name) === sha256);
  return controller === undefined ? null : { controller, sha256 };
}

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
