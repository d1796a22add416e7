/**
 * The one door to mujoco-js: loads the WebAssembly module once per thread, compiles MJCF files and turns the engine's failures into readable ones.
 * Types of the module stay in this folder; nobody else imports mujoco-js.
 */
import type { MainModule, MjModel } from "mujoco-js";
import loadModule from "mujoco-js";
import { UserError } from "../math/user-error.ts";
import { withDiskPaths } from "./scene-files.ts";

/** The mujoco-js module. */
export type MujocoModule = MainModule;

const PROBE_PATH = "/probe.xml";
const PROBE = '<mujoco><worldbody><body><freejoint/><geom size="1"/></body></worldbody></mujoco>';
const KEPT_LINES = 20;

interface LoadedEngine {
  module: MujocoModule;
  /** A tiny model whose views lead to the WebAssembly memory, which the module does not export. */
  probe: MjModel;
  /** The last lines that MuJoCo printed. */
  printed: string[];
}

let loading: Promise<LoadedEngine> | undefined;

/** Loads MuJoCo, or returns the module that this thread has loaded already. */
export async function loadMujoco(): Promise<MujocoModule> {
  return (await loadEngine()).module;
}

/** Size of the WebAssembly memory in bytes; it only ever grows. */
export async function mujocoMemoryBytes(): Promise<number> {
  return memoryOf(await loadEngine()).byteLength;
}

/**
 * Compiles an MJCF file of the module's file system.
 * @param path path in the module's file system
 * @param shownPath the scene's path on disk, for messages
 * @throws UserError that carries MuJoCo's message and line
 */
export async function compileModel(path: string, shownPath: string): Promise<MjModel> {
  const engine = await loadEngine();
  engine.printed.length = 0;
  let model: MjModel | null;
  try {
    model = engine.module.MjModel.loadFromXML(path);
  } catch (error) {
    throw new UserError(`scene ${shownPath}: ${oneLine(thrownMessage(engine, error))}`, { cause: error });
  }
  // Files that are not well-formed XML are reported on stdout and give null.
  if (!model) throw new UserError(`scene ${shownPath}: ${oneLine(engine.printed.join("\n"))}`);
  return model;
}

function loadEngine(): Promise<LoadedEngine> {
  loading ??= startEngine();
  return loading;
}

async function startEngine(): Promise<LoadedEngine> {
  const printed: string[] = [];
  const keep = (line: string) => {
    printed.push(line);
    if (printed.length > KEPT_LINES) printed.shift();
  };
  const module = await loadModule({ print: keep, printErr: keep });
  module.FS.writeFile(PROBE_PATH, PROBE);
  return { module, probe: module.MjModel.loadFromXML(PROBE_PATH), printed };
}

function memoryOf(engine: LoadedEngine): ArrayBufferLike {
  return (engine.probe.qpos0 as Float64Array).buffer;
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
  return withDiskPaths(message)
    .split("\n")
    .map((line) => line.trim().replace(/^Loading error: /, ""))
    .filter((line) => line !== "")
    .join(", ")
    .replaceAll(":, ", ": ");
}
