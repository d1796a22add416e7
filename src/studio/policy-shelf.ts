/** Policies of one task that can be driven: what was named, the runs on disk, and `zero` and `random`. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { controllersFor } from "../catalogue/controller-cards.ts";
import type { FoundPolicy } from "../catalogue/found-policy.ts";
import { findPolicy, findShipped } from "../catalogue/policy-reference.ts";
import { shippedControllers } from "../catalogue/shipped-controllers.ts";
import type { NamedPolicy } from "../drive/drive-orders.ts";
import type { PolicyData, StartNoise } from "../rollout/policy-data.ts";
import { checkpointSteps, listCheckpoints } from "../runs/checkpoint.ts";
import { RUNS_FOLDER } from "../runs/run-folder.ts";
import type { PolicyChoice } from "../stream/protocol.ts";
import { type Environment, type Task, taskFileName } from "../tasks/index.ts";
import { checkpointFileOf, runKey } from "./run-list.ts";

/** A policy that is no file, such as that of a training in progress. */
export interface LivePolicy {
  readonly key: string;
  label(): string;
  take(): NamedPolicy;
}

/** What of a policy is changed for driving. */
export interface ShelfOptions {
  /** First on the shelf: a policy in memory, or a reference as on the command line. */
  readonly first: LivePolicy | string;
  /** Folder of a run whose checkpoints are offered one by one. */
  readonly run?: string;
  /** Whether the controllers that ship stand first. */
  readonly shipped?: boolean;
  /** Start noise of trained policies; as in the training's own evaluations where it is omitted. */
  readonly noise?: StartNoise;
  readonly change?: (policy: PolicyData, reference: string) => PolicyData;
}

/** Most checkpoints of a run that are offered; of more, an even selection. */
const MOST_CHECKPOINTS = 40;

/** Lists policies and opens them by key. */
export class PolicyShelf {
  readonly #env: Environment;
  readonly #options: ShelfOptions;
  #shipped: Promise<readonly string[]> | null = null;

  /** @param env the task that policies must fit; not stepped here */
  constructor(env: Environment, options: ShelfOptions) {
    this.#env = env;
    this.#options = options;
  }

  /** Key of the policy that is driven until another is chosen. */
  get firstKey(): string {
    const { first } = this.#options;
    return typeof first === "string" ? first : first.key;
  }

  /** What there is now: runs and checkpoints may have come since the last call. */
  async choices(): Promise<PolicyChoice[]> {
    const { first, run } = this.#options;
    const choices: PolicyChoice[] = (await this.#fitting()).map((key) => ({ key, label: key, isShipped: true }));
    choices.push({ key: this.firstKey, label: typeof first === "string" ? labelOf(first) : first.label() });
    if (run !== undefined) choices.push(...(await checkpointsOf(run)));
    const isRun = (folder: string) => run !== undefined && resolve(folder) === resolve(run);
    const others = runsOf(this.#env.task.name).filter((folder) => !isRun(folder));
    choices.push(...others.map(choiceOf));
    choices.push(choiceOf("zero"), choiceOf("random"));
    return choices.filter(({ key }, k) => choices.findIndex((other) => other.key === key) === k);
  }

  /**
   * Loads what a key of `choices` means.
   * @throws UserError where it is gone, damaged, or does not fit the task
   */
  async load(key: string): Promise<NamedPolicy> {
    const { first } = this.#options;
    if (typeof first !== "string" && key === first.key) return first.take();
    return this.bind(await (this.#ships && shippedControllers().includes(key) ? findShipped(key) : findPolicy(key)));
  }

  /**
   * Loads what a page requests, which may only be what it was offered: one of `choices`, or a checkpoint of a run below `runs/`.
   * @throws UserError where the key is neither, or as `load`
   */
  async choose(key: string): Promise<NamedPolicy> {
    const choices = await this.choices();
    const isChoice = choices.some((choice) => choice.key === key);
    return this.load(isChoice ? key : await checkpointFileOf(key, this.#options.run ?? null));
  }

  /** Names of the shipped controllers for this task, in this form of it. */
  #fitting(): Promise<readonly string[]> {
    this.#shipped ??= this.#ships ? fittingControllers(this.#env.task) : Promise.resolve([]);
    return this.#shipped;
  }

  get #ships(): boolean {
    return this.#options.shipped ?? false;
  }

  /** A found policy as it is driven here. Throws UserError where it does not fit the task. */
  async bind(found: FoundPolicy): Promise<NamedPolicy> {
    const { noise, change } = this.#options;
    const data = await found.bind(this.#env);
    const { reference: key } = found;
    return { key, data: change ? change(data, key) : data, noise: noise ?? found.noise ?? "random" };
  }
}

/** A controller that has another lesson's action mapping would move the joints otherwise. */
async function fittingControllers({ name, lesson }: Task): Promise<readonly string[]> {
  const found = await Promise.all(controllersFor(name).map(findShipped));
  return found.filter(({ variant }) => variant.lesson === (lesson?.name ?? "")).map(({ reference }) => reference);
}

function choiceOf(key: string): PolicyChoice {
  return { key, label: labelOf(key) };
}

function labelOf(reference: string): string {
  if (reference === "zero") return "No action";
  if (reference === "random") return "Random actions";
  return basename(reference, ".safetensors");
}

async function checkpointsOf(run: string): Promise<PolicyChoice[]> {
  const files = await listCheckpoints(run);
  const stride = Math.ceil(files.length / MOST_CHECKPOINTS);
  const kept = files.filter((_, k) => (files.length - 1 - k) % stride === 0).reverse();
  return kept.map((file) => ({
    key: runKey(file),
    label: `After ${checkpointSteps(file).toLocaleString("en")} steps`,
  }));
}

/** The run of a task that was begun last and has left a checkpoint. */
export function newestRunOf(task: string): string | undefined {
  const started = (run: string) => statSync(run).birthtimeMs;
  return runsOf(task)
    .sort((a, b) => started(a) - started(b))
    .at(-1);
}

/** Folders of runs of a task that have left a checkpoint. Folders are named after their task. */
function runsOf(task: string): string[] {
  if (!existsSync(RUNS_FOLDER)) return [];
  const folders = readdirSync(RUNS_FOLDER).filter((name) => name.startsWith(`${taskFileName(task)}-`));
  return folders.map((name) => join(RUNS_FOLDER, name)).filter(hasCheckpoint);
}

function hasCheckpoint(run: string): boolean {
  const folder = join(run, "checkpoints");
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(".safetensors"));
}
