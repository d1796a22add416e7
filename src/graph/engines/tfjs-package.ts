// Finds TensorFlow.js, which is no dependency: users install the package that fits their machine in their own project.
import { UserError } from "../../math/user-error.ts";
import type { TensorFlow } from "./tfjs-kernels.ts";

/** The native packages, the first that is installed is taken. */
export const NATIVE_PACKAGES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const;

/** A package that is installed. */
export interface InstalledPackage {
  readonly name: string;
  /** Path of its main module */
  readonly file: string;
  readonly version: string;
}

/**
 * The first of these packages that is installed: in the project of the working directory, else beside this package.
 * @throws UserError that says what to install where none is, or that an installed one is incomplete
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

/** The native TensorFlow.js that "--engine tfjs" runs on, looked up and not loaded. Throws a UserError that says what to install. */
export function nativeTensorFlow(): InstalledPackage {
  return installedPackage(NATIVE_PACKAGES);
}

/** Loads an installed package. Throws a UserError that says why it does not load on this machine. */
export async function loadPackage(found: InstalledPackage): Promise<TensorFlow> {
  const { pathToFileURL } = process.getBuiltinModule("node:url");
  const module = await import(pathToFileURL(found.file).href).catch((cause: unknown) => {
    throw unusable(found, cause);
  });
  return module.default ?? module;
}

/** What a package that is installed, but does not work, is reported as. @param cause what it threw */
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

/** Files that modules are looked up from. */
function searchedPlaces(): string[] {
  try {
    return [`${process.cwd()}/project.js`, import.meta.url];
  } catch {
    return [import.meta.url]; // the working directory was deleted
  }
}

/** Null where it is not installed. */
function packageAt(name: string, place: string): InstalledPackage | null {
  const require = process.getBuiltinModule("node:module").createRequire(place);
  try {
    return { name, file: require.resolve(name), version: versionOf(name, require) };
  } catch (error) {
    const { path } = error as { path?: string }; // its package.json, where that names a file that is missing
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
