import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { machineId, startOf } from "../../src/runs/process-life.ts";
import { RunLock } from "../../src/runs/run-lock.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

/** A process that does nothing until it is killed. */
async function idleProcess(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["-e", "process.stdout.write('.'); setInterval(() => {}, 1e6)"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

/** A folder with the lock that such a holder would have left. */
function lockedBy(holder: object): { folder: string; path: string } {
  const folder = scratchFolder();
  const path = join(folder, "training-3.lock");
  const here = { id: "x", host: hostname(), since: "2026-01-02T03:04:05.000Z", machine: machineId() };
  writeFileSync(path, JSON.stringify({ ...here, ...holder }));
  return { folder, path };
}

async function acquire(folder: string): Promise<RunLock> {
  const lock = await RunLock.acquire(folder);
  onTestFinished(lock.release);
  return lock;
}

describe("the lock of a run folder", () => {
  it("is held once, names its holder to others, and leaves no file when it is released", async () => {
    const folder = scratchFolder();
    const lock = await acquire(folder);
    await expect(RunLock.acquire(folder)).rejects.toThrow(
      `${folder}: process ${process.pid} on ${hostname()} (since ${new Date().getUTCFullYear()}-`,
    );
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
    await acquire(folder);
  });

  it("is held by a process that runs, until it is killed", async () => {
    const child = await idleProcess();
    const { folder } = lockedBy({ pid: child.pid, started: startOf(child.pid!) });
    await expect(RunLock.acquire(folder)).rejects.toThrow(`process ${child.pid} on`);
    child.kill("SIGKILL");
    await once(child, "exit");
    await acquire(folder);
    expect(readdirSync(folder)).toEqual(["training-4.lock"]);
  });

  it.runIf(process.platform === "linux")("is free where another process has the number of a dead holder", async () => {
    const { pid } = await idleProcess();
    const { folder } = lockedBy({ pid, started: "1" });
    await acquire(folder);
  });

  it("of another machine is held while it is written to, and free after a minute of silence", async () => {
    const { folder, path } = lockedBy({ pid: 1, host: "lab-2", machine: "another", started: "1" });
    await expect(RunLock.acquire(folder)).rejects.toThrow(
      "process 1 on lab-2 (since 2026-01-02T03:04:05.000Z) is training here",
    );
    const longAgo = Date.now() / 1000 - 61;
    utimesSync(path, longAgo, longAgo);
    await acquire(folder);
  });

  it("that says nothing, as a crash may leave it, counts by its age", async () => {
    const { folder, path } = lockedBy({});
    writeFileSync(path, "");
    await expect(RunLock.acquire(folder)).rejects.toThrow("another process is training here");
    utimesSync(path, 1, 1);
    await acquire(folder);
  });

  it("goes to one of many who find a dead holder at the same time", async () => {
    const { folder } = lockedBy({ pid: 2 ** 30, started: "1" });
    const all = await Promise.allSettled(Array.from({ length: 12 }, () => acquire(folder)));
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(["training-4.lock"]);
  });

  it("is written anew at every beat, with the same content", async () => {
    const folder = scratchFolder();
    const lock = await acquire(folder);
    const path = join(folder, readdirSync(folder)[0]!);
    const text = readFileSync(path, "utf8");
    utimesSync(path, 1, 1);
    lock.beat();
    expect(statSync(path).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    expect(readFileSync(path, "utf8")).toBe(text);
  });
});

describe("the check of a lock", () => {
  it.each(["deleted", "moved", "replaced"])("ends a training whose folder was %s", async (what) => {
    const folder = join(scratchFolder(), "run");
    mkdirSync(folder);
    writeFileSync(join(folder, "config.json"), "{}");
    const lock = await acquire(folder);
    lock.check();
    if (what === "moved") renameSync(folder, `${folder}-elsewhere`);
    else rmSync(folder, { recursive: true });
    if (what === "replaced") mkdirSync(folder);
    expect(() => lock.check()).toThrow(`${folder}: was deleted or moved during the training`);
  });

  it("ends a training whose folder another one took over", async () => {
    const folder = scratchFolder();
    const lock = await acquire(folder);
    writeFileSync(join(folder, "training-1.lock"), JSON.stringify({ pid: 7, host: "lab-2", since: "today" }));
    expect(() => lock.check()).toThrow(`${folder}: was taken over by process 7 on lab-2 (since today)`);
    lock.release();
    expect(readdirSync(folder)).toEqual(["training-1.lock"]);
  });

  it("puts a lock back that somebody tidied away", async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "config.json"), "{}");
    const lock = await acquire(folder);
    rmSync(join(folder, "training-1.lock"));
    lock.check();
    await expect(RunLock.acquire(folder)).rejects.toThrow("is training here");
  });
});
