/**
 * Who trains in a run folder: one process at a time, also where machines share a disk that knows no file locks. The lock is a file that names
 * its holder, and that the holder rewrites while it lives. A lock whose holder is dead is passed by making the next number, which one of several
 * can do, so no process removes a lock that another has just made.
 */
import { randomUUID } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, statSync, unlinkSync, writeFileSync, writeSync } from "node:fs";
import { link, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { writeError } from "../files/atomic-file.ts";
import { UserError } from "../math/user-error.ts";
import { inBackground } from "../threads/background-timer.ts";
import { isRunning, machineId, startOf } from "./process-life.ts";

const lockName = /^training-(\d+)\.lock$/;
/** How often a holder shows that it lives. */
const BEAT_MS = 10_000;
/** Silence after which a holder on another machine counts as dead. */
const DEAD_MS = 60_000;

/** What a lock says. */
interface Holder {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  /** When it began, as ISO 8601. */
  readonly since: string;
  /** Tells this boot of this machine from others; null where the system does not say. */
  readonly machine: string | null;
  /** When the process began, in a unit of the system's own; null where it does not say. */
  readonly started: string | null;
}

/** Whether a file of a run folder is a lock. */
export function isLockName(name: string): boolean {
  return lockName.test(name);
}

/** The run folder was deleted, moved or taken over while it was trained in. */
export class RunFolderLost extends UserError {}

/** Held from `acquire` to `release`, or to the end of the process. */
export class RunLock {
  readonly #folder: string;
  readonly #path: string;
  readonly #text: string;
  /** The folder itself, however it is called. */
  readonly #place: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(folder: string, path: string, text: string) {
    this.#folder = folder;
    this.#path = path;
    this.#text = text;
    this.#place = placeOf(folder);
    this.#timer = inBackground(setInterval(() => this.beat(), BEAT_MS));
    process.on("exit", this.release);
  }

  /** @throws UserError naming the process that trains there, or why no lock can be written */
  static async acquire(folder: string): Promise<RunLock> {
    const text = `${JSON.stringify(thisHolder())}\n`;
    for (;;) {
      const found = await locksOf(folder);
      await refuseLiving(folder, found);
      const path = join(folder, `training-${(found.at(-1)?.number ?? 0) + 1}.lock`);
      if (!(await create(path, text))) continue;
      const others = (await locksOf(folder)).filter((lock) => lock.path !== path);
      await refuseLiving(folder, others).catch(async (error: unknown) => {
        await rm(path, { force: true });
        throw error;
      });
      for (const dead of others) await rm(dead.path, { force: true });
      return new RunLock(folder, path, text);
    }
  }

  /** @throws RunFolderLost where the folder is no longer there, or no longer this training's */
  check(): void {
    const text = readNow(this.#path);
    if (text === this.#text) return;
    if (text !== null) throw new RunFolderLost(`${this.#folder}: was taken over by ${nameOf(parse(text))}`);
    // A newly made folder may get the number of the old one, but has no configuration.
    if (placeOf(this.#folder) !== this.#place || !existsSync(join(this.#folder, "config.json")))
      throw new RunFolderLost(`${this.#folder}: was deleted or moved during the training`);
    this.#restore();
  }

  /** Shows that this process lives. */
  beat(): void {
    if (readNow(this.#path) !== this.#text) return;
    try {
      const file = openSync(this.#path, "r+");
      try {
        writeSync(file, this.#text, 0);
      } finally {
        closeSync(file);
      }
    } catch {
      // A failed write is reported with the next checkpoint.
    }
  }

  /** Lets others train there. May be called again. */
  readonly release = (): void => {
    clearInterval(this.#timer);
    process.off("exit", this.release);
    if (readNow(this.#path) === this.#text) attempt(() => unlinkSync(this.#path));
  };

  /** Somebody tidied up; the folder is still the same. */
  #restore(): void {
    attempt(() => writeFileSync(this.#path, this.#text, { flag: "wx" }));
  }
}

function thisHolder(): Holder {
  const since = new Date().toISOString();
  const { pid } = process;
  return { id: randomUUID(), pid, host: hostname(), since, machine: machineId(), started: startOf(pid) };
}

interface FoundLock {
  readonly number: number;
  readonly path: string;
}

/** In the order of their numbers. */
async function locksOf(folder: string): Promise<FoundLock[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw writeError(folder, error);
  });
  return names
    .filter(isLockName)
    .map((name) => ({ number: Number(lockName.exec(name)![1]), path: join(folder, name) }))
    .sort((a, b) => a.number - b.number);
}

/** @throws UserError naming the process that trains in a folder */
export async function refuseWhileTrained(folder: string): Promise<void> {
  await refuseLiving(folder, await locksOf(folder));
}

/** Whether a process trains in a folder. */
export async function isTrainedIn(folder: string): Promise<boolean> {
  for (const { path } of await locksOf(folder)) if ((await livingHolder(path, folder)) !== null) return true;
  return false;
}

async function refuseLiving(folder: string, locks: readonly FoundLock[]): Promise<void> {
  for (const { path } of locks) {
    const holder = await livingHolder(path, folder);
    if (holder !== null) throw new UserError(`${folder}: ${nameOf(holder)} is training here, expected it to end first`);
  }
}

/** null where the lock is gone or its holder dead. */
async function livingHolder(path: string, folder: string): Promise<Partial<Holder> | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  const holder = parse(text);
  if (isOfThisMachine(holder)) {
    const runs = isRunning(holder.pid, holder.started);
    if (runs !== null) return runs ? holder : null;
  }
  return (await silenceMs(path, folder)) < DEAD_MS ? holder : null;
}

function isOfThisMachine(holder: Partial<Holder>): holder is Holder {
  if (typeof holder.pid !== "number") return false;
  const machine = machineId();
  return machine === null || holder.machine === null ? holder.host === hostname() : holder.machine === machine;
}

/** Since the lock was last written, by the clock of the disk: those of machines differ. */
async function silenceMs(path: string, folder: string): Promise<number> {
  const written = await stat(path).catch(() => null);
  if (written === null) return Number.POSITIVE_INFINITY;
  const probe = temporaryIn(folder);
  try {
    const file = await open(probe, "w");
    try {
      await file.writeFile("now");
      return (await file.stat()).mtimeMs - written.mtimeMs;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw writeError(probe, error);
  } finally {
    await rm(probe, { force: true });
  }
}

/**
 * Makes a whole file. A link is made or not, on network disks too; some file systems have none.
 * @returns false where another process was quicker, or cleared the temporary file away
 */
async function create(path: string, text: string): Promise<boolean> {
  const temporary = temporaryIn(dirname(path));
  try {
    await writeFile(temporary, text);
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST" || error.code === "ENOENT") throw error;
      return writeFile(path, text, { flag: "wx" });
    });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return readNow(path) === text;
    if (code === "ENOENT" && placeOf(dirname(path)) !== "") return false;
    throw writeError(path, error);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Named as what a killed writer leaves, which is cleared away. */
function temporaryIn(folder: string): string {
  return join(folder, `.training.${randomUUID()}.${process.pid}.tmp`);
}

function parse(text: string): Partial<Holder> {
  try {
    return (JSON.parse(text) as Partial<Holder> | null) ?? {};
  } catch {
    return {};
  }
}

function nameOf({ pid, host, since }: Partial<Holder>): string {
  return pid === undefined ? "another process" : `process ${pid} on ${host} (since ${since})`;
}

/** null if there is none; what cannot be read for other reasons is taken to be as it was. */
function readNow(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** Which folder a path leads to; empty where to none. */
function placeOf(folder: string): string {
  try {
    const { dev, ino } = statSync(folder);
    return `${dev} ${ino}`;
  } catch {
    return "";
  }
}

function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // Without a lock a training still continues.
  }
}
