/**
 * The one door to MuJoCo: starts a build of it once per thread, compiles MJCF files and turns the engine's failures into readable ones.
 * Types of the module stay in this folder; no other folder imports mujoco-js or another build.
 */
import { realpathSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import type { MainModule, MjModel } from "mujoco-js";
import { UserError } from "../math/user-error.ts";
import { type CompileGuard, compileGuard } from "./compile-guard.ts";
import { type Loan, modulePath, withDisk } from "./host-disk.ts";
import { missingFile } from "./missing-file.ts";
import { startMujoco } from "./mujoco-module.ts";
import { PhysicsError, withAdvice } from "./physics-error.ts";
import { noteLine } from "./warnings.ts";
import { type EngineName, OWN_ENGINE } from "./wasm/engine-name.ts";
import { type ModuleStack, moduleStack } from "./wasm-stack.ts";

/** A started build of MuJoCo, by the types of mujoco-js. */
export type MujocoModule = MainModule;

const PROBE_PATH = "/probe.xml";
const PROBE = '<mujoco><worldbody><body><freejoint/><geom size="1"/></body></worldbody></mujoco>';
const KEPT_LINES = 20;
const ERROR_PREFIX = "MuJoCo Error: ";

interface LoadedEngine {
  module: MujocoModule;
  /** A tiny model whose views lead to the WebAssembly memory, which the module does not export. */
  probe: MjModel;
  /** The last lines that MuJoCo printed. */
  printed: string[];
  /** With which the module is mended after an error; null where that cannot be done. */
  stack: ModuleStack | null;
  /** Keeps MuJoCo's messages when a compile fails, in builds that lose them. */
  guard: CompileGuard;
}

const loading = new Map<EngineName, Promise<LoadedEngine>>();
/** The engines of this thread that are there. */
const loaded = new Map<MujocoModule, LoadedEngine>();

/** Loads MuJoCo, or returns the module that this thread has loaded already. @throws UserError where the build is not installed */
export async function loadMujoco(engine: EngineName = OWN_ENGINE): Promise<MujocoModule> {
  return (await loadEngine(engine)).module;
}

/** MuJoCo's version, such as "3.3.8". @throws UserError where the build is not installed */
export async function engineVersion(engine: EngineName = OWN_ENGINE): Promise<string> {
  return (await loadMujoco(engine)).mj_versionString();
}

/** Size of the WebAssembly memory in bytes; it only ever grows. */
export async function mujocoMemoryBytes(): Promise<number> {
  return memoryOf(await loadEngine(OWN_ENGINE)).byteLength;
}

/** Added to a scene's path for the file that includes it and discards what is only drawn. */
const PLAIN = ".plain.xml";

/**
 * The same scene without what is only drawn: geoms that touch nothing, their meshes, materials and textures. It steps to the same bits.
 * @throws UserError like `compileModel`
 */
export async function compilePlainModel(scenePath: string, engine: EngineName = OWN_ENGINE): Promise<MjModel> {
  const xml = `<mujoco><compiler discardvisual="true"/><include file="${basename(scenePath)}"/></mujoco>`;
  // MuJoCo requests it by the folder that links lead to
  const place = join(realpathSync(dirname(scenePath)), basename(scenePath) + PLAIN);
  const added = new Map([[posix.join("/", modulePath(place)), new TextEncoder().encode(xml)]]);
  return compileModel(scenePath + PLAIN, { added }, engine);
}

/**
 * Compiles the MJCF or URDF file at an absolute path, with every file that MuJoCo requests.
 * @param loan for callers that want the files' bytes, or other names for folders of the disk
 * @throws UserError that carries MuJoCo's message and line, and names the attribute of a file that cannot be opened
 */
export async function compileModel(
  scenePath: string,
  loan: Loan = {},
  name: EngineName = OWN_ENGINE,
): Promise<MjModel> {
  const engine = await loadEngine(name);
  const opened = loan.opened ?? new Map<string, Uint8Array>();
  const missed = new Set<string>();
  engine.printed.length = 0;
  const problem = (message: string, cause?: unknown) =>
    new UserError(`scene ${scenePath}: ${oneLine(message)}${missingFile(message, opened, missed)}`, { cause });
  const compile = () => engine.module.MjModel.loadFromXML(modulePath(scenePath)) as MjModel | null;
  let model: MjModel | null;
  try {
    model = engine.guard(() => withDisk(engine.module, { ...loan, opened, missed }, compile));
  } catch (error) {
    throw problem(withAdvice(thrownMessage(engine, error).replace(ERROR_PREFIX, ""), 0), error);
  }
  // Files that are not well-formed XML are reported on stdout and give null.
  if (!model) throw problem(engine.printed.join("\n"));
  return model;
}

function loadEngine(name: EngineName): Promise<LoadedEngine> {
  const engine = loading.get(name) ?? startEngine(name);
  loading.set(name, engine);
  return engine;
}

async function startEngine(name: EngineName): Promise<LoadedEngine> {
  const printed: string[] = [];
  const keep = (line: string) => {
    printed.push(line);
    noteLine(line);
    if (printed.length > KEPT_LINES) printed.shift();
  };
  const { module, exports } = await startMujoco({ print: keep, printErr: keep }, name);
  module.FS.writeFile(PROBE_PATH, PROBE);
  const probe = module.MjModel.loadFromXML(PROBE_PATH);
  module.FS.unlink(PROBE_PATH);
  const stack = moduleStack(exports, (probe.qpos0 as Float64Array).buffer);
  // Other builds throw C++ exceptions, which leave MuJoCo's handlers as they were.
  const guard: CompileGuard = name === OWN_ENGINE ? compileGuard(module, stack) : (compile) => compile();
  const engine = { module, probe, printed, stack, guard };
  loaded.set(module, engine);
  return engine;
}

function memoryOf(engine: LoadedEngine): ArrayBufferLike {
  return (engine.probe.qpos0 as Float64Array).buffer;
}

/**
 * What the module threw as it computed, in MuJoCo's words; mends the module. Errors of MuJoCo's own leave one that can be mended; a trap,
 * such as an access out of bounds, may have left anything.
 */
export function physicsError(module: MujocoModule, error: unknown, scene: string, arena: number): PhysicsError {
  const engine = loaded.get(module)!;
  const message = thrownMessage(engine, error);
  const isMujocos = message.startsWith(ERROR_PREFIX) || typeof (error as { excPtr?: unknown }).excPtr === "number";
  engine.stack?.reset();
  const words = oneLine(message.replace(ERROR_PREFIX, ""));
  return new PhysicsError(scene, words, { arena, recoverable: isMujocos && engine.stack !== null, cause: error });
}

/** MuJoCo's C++ errors begin with their zero-terminated message; the thrown object holds only their address. */
function thrownMessage(engine: LoadedEngine, error: unknown): string {
  const address = (error as { excPtr?: unknown }).excPtr;
  if (typeof address !== "number") return error instanceof Error ? error.message : String(error);
  const bytes = new Uint8Array(memoryOf(engine));
  let end = address;
  while (bytes[end] !== 0) end++;
  return new TextDecoder().decode(bytes.slice(address, end));
}

function oneLine(message: string): string {
  return message
    .split("\n")
    .map((line) => line.trim().replace(/^Loading error: /, ""))
    .filter((line) => line !== "")
    .join(", ")
    .replaceAll(":, ", ": ");
}
