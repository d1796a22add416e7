// Finds TensorFlow.js, which is not a dependency: users install the package for their machine in their own project.
import { UserError } from "../../math/user-error.ts";
import type { TensorFlow } from "./tfjs-kernels.ts";

/** The native packages; the first that is installed is used. */
export const NATIVE_PACKAGES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const;

/** A package that is installed. */
export interface InstalledPackage {
  readonly name: string;
  /** Path of its main module */
  readonly file: string;
  readonly version: string;
}

/**
 * The first of these packages that is installed, in the project of the working directory or else beside this package.
 * @throws UserError if no package is installed (with the command that installs one), or if the installed package is incomplete
 */
export function installedPackage(names: readonly string[]): InstalledPackage {
  for (const name of names)
    for (const place of searchedPlaces()) {
      const found = packageAt(name, place);
      if (found !== null) return found;
    }
  const last = names[names.length - 1];
  const found = names.length === 1 ? `${last} is not installed` : `neither ${names.join(" nor ")} is installed`;
  throw new UserError(`tfjs engine: ${found}, expected it in this project; try: npm install ${last}`);
}

/** Finds the native TensorFlow.js for "--engine tfjs" without loading it. Throws a UserError with the command that installs it. */
export function nativeTensorFlow(): InstalledPackage {
  return installedPackage(NATIVE_PACKAGES);
}

/** Loads an installed package. Throws a UserError with the reason if it does not load on this machine. */
export async function loadPackage(found: InstalledPackage): Promise<TensorFlow> {
  const { pathToFileURL } = process.getBuiltinModule("node:url");
  const module = await import(pathToFileURL(found.file).href).catch((cause: unknown) => {
    throw unusable(found, cause);
  });
  return module.default ?? module;
}

/** The error for a package that is installed but does not work. @param cause what it threw */
export function unusable({ name, file }: Pick<InstalledPackage, "name" | "file">, cause: unknown): UserError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const reason = message.split("\n")[0]!.replace(/[\s.]+$/, "");
  const machine = `${process.platform}-${process.arch} and Node ${process.versions.node}`;
  return new UserError(
    `tfjs engine: ${name} is installed (${file}) but does not work: ${reason}; expected a build for ${machine}; ` +
      `try: npm rebuild ${name} --build-addon-from-source, or train with --engine ort`,
    { cause },
  );
}

/** Files from which modules are resolved. */
function searchedPlaces(): string[] {
  try {
    return [`${process.cwd()}/project.js`, import.meta.url];
  } catch {
    return [import.meta.url]; // the working directory was deleted
  }
}

/** Null if it is not installed. */
function packageAt(name: string, place: string): InstalledPackage | null {
  const require = process.getBuiltinModule("node:module").createRequire(place);
  try {
    return { name, file: require.resolve(name), version: versionOf(name, require) };
  } catch (error) {
    const { path } = error as { path?: string }; // the package.json, if it names a missing file
    if (path === undefined) return null;
    throw unusable({ name, file: path }, error);
  }
}

function versionOf(name: string, require: NodeJS.Require): string {
  try {
    return require(`${name}/package.json`).version;
  } catch {
    return "";
  }
}
