/**
 * MuJoCo reports errors and warnings through two handlers of a thread. A compile sets its own and puts the former ones back when it is done;
 * one that fails does not, because this module is built without the code that would: it throws straight into JavaScript. All later errors of the
 * thread would then have no words, and its warnings would not be printed. A compile that may fail therefore runs inside one that succeeds.
 */
import type { MujocoModule } from "./engine.ts";
import type { ModuleStack } from "./wasm-stack.ts";

const SCENE = "/flowgait-guard.xml";
/** MuJoCo opens this file in the middle of the compile. */
const HEIGHTS = "/flowgait-guard.bin";
const XML = `<mujoco><size memory="1K"/><asset><hfield file="${HEIGHTS}" size="1 1 1 1"/></asset></mujoco>`;
/** One row and one column, then the height. */
const ONE_HEIGHT = new Uint8Array(Int32Array.of(1, 1, 0).buffer);
const SECOND = 1000; // ms

/** Runs a compile that may fail, and leaves the handlers as they were. */
export type CompileGuard = <T>(compile: () => T) => T;

/** The parts of Emscripten's file system that are used here. */
interface FileSystem {
  open(path: string, flags: number, mode: number): unknown;
  unlink(path: string): void;
  writeFile(path: string, content: string | Uint8Array): void;
  utime(path: string, read: number, changed: number): void;
}

/** @param stack of the module, which gives the inner compile a stack of its own; null where it cannot be reached */
export function compileGuard(module: MujocoModule, stack: ModuleStack | null): CompileGuard {
  const files = module.FS as FileSystem;
  const loadOuter = () => module.MjModel.loadFromXML(SCENE)!.delete();
  let loads = 0;
  return <T>(compile: () => T) => {
    const inner = () => (stack === null ? compile() : stack.elsewhere(compile));
    const outcomes: Outcome<T>[] = [];
    files.writeFile(SCENE, XML);
    files.writeFile(HEIGHTS, ONE_HEIGHT);
    // MuJoCo keeps what it reads by path and second of change.
    const changed = ++loads * SECOND;
    files.utime(HEIGHTS, changed, changed);
    const { open } = files;
    files.open = (path, flags, mode) => {
      if (path === HEIGHTS && outcomes.length === 0) outcomes.push(attempt(inner));
      return open(path, flags, mode);
    };
    const outer = attempt(loadOuter);
    files.open = open;
    for (const path of [SCENE, HEIGHTS]) files.unlink(path);
    const [outcome] = outcomes;
    if (outcome !== undefined) return outcome();
    outer();
    throw new Error(`engine: MuJoCo did not open ${HEIGHTS}`);
  };
}

/** Returns what a call returned, or throws what it threw. */
type Outcome<T> = () => T;

function attempt<T>(call: () => T): Outcome<T> {
  try {
    const value = call();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
