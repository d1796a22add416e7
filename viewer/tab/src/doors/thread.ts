/**
 * In place of threads/thread.ts: web workers. A worker can be ended at any moment, so nothing has to wait for its calls. All programs of threads
 * are in one script, which is told by the name of its file which one to run.
 */
import { threadUrl } from "virtual:programs";
import type { ThreadPort } from "../../../../src/threads/thread.ts";
import { nodeError } from "../disk/node-error.ts";
import { compiledMujoco } from "./mujoco-module.ts";

/** What a worker says when its script has run. */
export const LOADED = "loaded";

/** What every worker is told first. */
export interface Beginning {
  /** File name of its program, such as "drive-worker.js" */
  readonly program: string;
  readonly data: unknown;
  readonly mujoco: WebAssembly.Module | undefined;
  /** Address of the page */
  readonly site: string;
}

interface Listeners {
  message: (message: never) => void;
  error: (error: Error) => void;
  exit: (code: number) => void;
}

/** The page's address, for the threads' files. */
let site = "";

/** @param address of the page, with a slash at its end */
export function startThreadsFor(address: string): void {
  site = address;
}

/** Starts a program of its own, which calls `threadData`. */
export class Thread {
  readonly #worker: Worker;
  readonly #listeners: { [K in keyof Listeners]: Listeners[K][] } = { message: [], error: [], exit: [] };
  /** What is posted goes out in its order, after the beginning. */
  readonly #begun: Promise<void>;
  #isOver = false;

  /** @param data what `threadData` gives there, copied */
  constructor(entry: URL, data: unknown) {
    this.#worker = new Worker(threadUrl, { type: "module" });
    const loaded = new Promise<void>((resolve) => {
      this.#worker.onmessage = ({ data: message }) => {
        if (message === LOADED) resolve();
        else this.#tell("message", message as never);
      };
    });
    this.#worker.onmessageerror = () => this.#tell("error", new Error("a message could not be read"));
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#tell("error", new Error(event.message || "its script did not load; expected a connection to the site"));
      void this.end();
    };
    this.#begun = this.#begin(loaded, { program: entry.pathname.slice(entry.pathname.lastIndexOf("/") + 1), data });
  }

  on<K extends keyof Listeners>(event: K, listener: Listeners[K]): this {
    this.#listeners[event].push(listener);
    return this;
  }

  postMessage(message: unknown, transfer: ArrayBuffer[] = []): void {
    void this.#begun.then(() => this.#worker.postMessage(message, transfer));
  }

  /** Ends the thread. What it was doing is dropped. */
  async end(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#worker.terminate();
    this.#tell("exit", 1);
  }

  /** A message that comes before the script has run may be lost, so the script says when it has. */
  async #begin(loaded: Promise<void>, { program, data }: Pick<Beginning, "program" | "data">): Promise<void> {
    await loaded;
    const mujoco = await compiledMujoco();
    this.#worker.postMessage({ program, data, mujoco, site } satisfies Beginning);
  }

  #tell<K extends keyof Listeners>(event: K, value: Parameters<Listeners[K]>[0]): void {
    for (const listener of this.#listeners[event]) (listener as (value: unknown) => void)(value);
  }
}

let beginning: Beginning | null = null;
let listener: ((message: never) => void) | null = null;
const waiting: never[] = [];

/** The worker's side: what it was started with. */
export function beginThread(told: Beginning): void {
  beginning = told;
}

/** The worker's side: a message after the beginning. */
export function receive(message: never): void {
  if (listener === null) waiting.push(message);
  else listener(message);
}

/** What this thread was started with. */
export function threadData<Data>(): Data {
  if (beginning === null) throw nodeError("EINVAL", "this is not a thread");
  return beginning.data as Data;
}

/** The line of this thread. */
export function threadPort(): ThreadPort {
  return {
    postMessage: (message, transfer = []) => self.postMessage(message, { transfer }),
    on: (_event, listen) => {
      listener = listen;
      for (const message of waiting.splice(0)) listen(message);
    },
  };
}

const turns = new MessageChannel();
const resolvers: (() => void)[] = [];
turns.port1.onmessage = () => resolvers.shift()?.();

/** Resolves once what waits for this thread, messages among it, has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    resolvers.push(resolve);
    turns.port2.postMessage(null);
  });
}
