/**
 * Who sits on the drive channel of a studio: the robot in training until a page chooses another one, which stays until another is chosen,
 * whatever is trained meanwhile.
 */
import { controllersFor } from "../catalogue/controller-cards.ts";
import { findShipped } from "../catalogue/policy-reference.ts";
import { storedReference } from "../catalogue/task-reference.ts";
import { UserError } from "../math/user-error.ts";
import { type PortraitSubject, subjectKey } from "../stream/protocol.ts";
import type { StreamServer } from "../stream/server.ts";
import { Environment, resolveTask, type TaskVariant } from "../tasks/index.ts";
import { type DriveOptions, DriveView } from "./drive-view.ts";
import { newestRunOf, PolicyShelf } from "./policy-shelf.ts";

const START = { seed: 0, disturbances: false, command: null } as const;

/** Opens and closes what is driven. */
export class DriveSeat {
  readonly #server: StreamServer;
  readonly #note: (line: string) => void;
  #view: DriveView | null = null;
  /** Of a robot that is not in training; freed with its view. */
  #env: Environment | null = null;
  /** Key of the robot that sits here; null while it is the one in training, or none. */
  #key: string | null = null;
  /** Whether a page chose it. */
  #isChosen = false;
  #training: (() => DriveOptions) | null = null;
  /** Choices so far: a robot that is loaded after a later choice is let go. */
  #turn = 0;

  /** @param note hears in one line what goes wrong in a driven simulation */
  constructor(server: StreamServer, note: (line: string) => void) {
    this.#server = server;
    this.#note = note;
  }

  /** A training began. Its robot sits down, unless a page chose another one. @param options of the robot in training, each time it sits down */
  trainingBegan(options: () => DriveOptions): void {
    this.#training = options;
    if (!this.#isChosen) void this.showTraining(options());
  }

  /** The robot in training, as it is or with what it recorded. */
  async showTraining(options: DriveOptions): Promise<void> {
    this.#turn++;
    this.#key = null;
    this.#isChosen = false;
    const left = this.#leave();
    this.#sit(options, null);
    await left;
  }

  /**
   * A robot of the gallery with a controller that ships, or, without one, with the newest run of its task; null is the robot in training.
   * @throws UserError where it cannot be loaded; then the robot in training sits down
   */
  async showRobot(subject: PortraitSubject | null): Promise<void> {
    if (subject === null) {
      if (this.#training === null) throw new UserError("no training is running");
      return this.showTraining(this.#training());
    }
    const key = subjectKey(subject);
    this.#isChosen = true;
    if (key === this.#key) return;
    await this.#choose(key, async () => {
      const { task, controller } = subject;
      const variant = controller === null ? {} : (await findShipped(controller)).variant;
      return robotOptions(task, variant, controller);
    });
  }

  /** A task that is not trained, driven by its shipped controller if one fits. Throws UserError where the task is at fault. */
  async showTask(task: string, variant: TaskVariant): Promise<void> {
    const controller = isChanged(variant) ? null : (controllersFor(task)[0] ?? null);
    await this.#choose(subjectKey({ task, controller }), async () => {
      const own = controller === null ? variant : (await findShipped(controller)).variant;
      return robotOptions(task, own, controller);
    });
  }

  /** Lets the policy in training act as it is by now, where it is driven. */
  refresh(): void {
    this.#view?.refresh();
  }

  /** Ends what is driven. */
  async close(): Promise<void> {
    this.#turn++;
    await this.#leave();
  }

  async #choose(key: string, load: () => Promise<DriveOptions>): Promise<void> {
    const turn = ++this.#turn;
    this.#key = key;
    const left = this.#leave();
    this.#server.clearDrive();
    try {
      const options = await load();
      if (turn === this.#turn) this.#sit(options, options.env);
      else options.env.delete();
    } catch (error) {
      if (turn === this.#turn) {
        this.#key = null;
        this.#isChosen = false;
        if (this.#training !== null) this.#sit(this.#training(), null);
      }
      throw error;
    } finally {
      await left;
    }
  }

  #sit(options: DriveOptions, env: Environment | null): void {
    this.#env = env;
    this.#view = new DriveView(this.#server, { ...options, note: this.#note });
  }

  async #leave(): Promise<void> {
    const [view, env] = [this.#view, this.#env];
    this.#view = null;
    this.#env = null;
    await view?.close();
    env?.delete();
  }
}

async function robotOptions(task: string, variant: TaskVariant, controller: string | null): Promise<DriveOptions> {
  const env = await Environment.create(await resolveTask(task, variant));
  const first = controller ?? newestRunOf(env.task.name) ?? "zero";
  const shelf = new PolicyShelf(env, { first, shipped: true });
  return { task: storedReference(task), variant, env, shelf, start: START };
}

/** Whether something differs from the task as it is declared. */
function isChanged({ terrainSeed, modelDir, lesson, taskSettings }: TaskVariant): boolean {
  return Boolean(terrainSeed || modelDir || lesson || taskSettings);
}
