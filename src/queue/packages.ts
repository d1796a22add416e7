/** The packages that only a queue needs. They are optional: loaded when a queue is asked for, and never otherwise. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { UserError } from "../math/user-error.ts";

/** What of them is used. */
export type QueuePackages = Pick<typeof import("bullmq"), "Queue" | "Worker" | "WaitingError"> &
  Pick<typeof import("ioredis"), "Redis">;

/** @throws UserError with the command that installs them */
export async function loadQueuePackages(): Promise<QueuePackages> {
  const [{ Queue, Worker, WaitingError }, { Redis }] = await Promise.all([
    load(() => import("bullmq"), "bullmq"),
    load(() => import("ioredis"), "ioredis"),
  ]);
  return { Queue, Worker, WaitingError, Redis };
}

/** From beside this package, else from the project of the working directory. */
async function load<Module>(beside: () => Promise<Module>, name: string): Promise<Module> {
  try {
    return await beside();
  } catch (error) {
    if (!isMissing(error, name)) throw error;
  }
  try {
    const file = createRequire(`${process.cwd()}/project.js`).resolve(name);
    return (await import(pathToFileURL(file).href)) as Module;
  } catch (cause) {
    const found = `--queue: ${name} is not installed, expected it in this project`;
    throw new UserError(`${found}; try: npm install bullmq@6 ioredis@5`, { cause });
  }
}

function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === "ERR_MODULE_NOT_FOUND" && message?.includes(`'${name}'`) === true;
}
