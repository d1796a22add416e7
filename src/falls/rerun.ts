/** Goes through the episode of a fall again, without some of its causes. */
import { Drive } from "../drive/drive.ts";
import type { DriveCourse, DriveSetup, LoggedChange, TakenAway } from "../drive/drive-orders.ts";
import type { Engine } from "../graph/index.ts";
import { type Cause, FIRST_COMMAND } from "./causes.ts";
import { changed, type Fall } from "./fall.ts";

/** How long a robot must stay up after the time of the fall to count as saved, s. */
const AFTER_SECONDS = 1.5;

/** The log with a zero command before all changes of a step. */
function stoodFrom(log: readonly LoggedChange[], step: number): LoggedChange[] {
  const at = log.filter((entry) => entry.step < step).length;
  return log.toSpliced(at, 0, { step, change: { kind: "command", values: [0, 0, 0] } });
}

/** One fall of one drive. */
export class Rerun {
  readonly course: DriveCourse;
  readonly fall: Fall;
  readonly drive: Drive;
  /** Last control step that is looked at */
  readonly until: number;
  #runs = 0;

  private constructor(course: DriveCourse, fall: Fall, drive: Drive) {
    this.course = course;
    this.fall = fall;
    this.drive = drive;
    this.until = fall.step + Math.round(AFTER_SECONDS * drive.env.controlHz);
  }

  static async create(course: DriveCourse, fall: Fall, engine: Engine): Promise<Rerun> {
    const without = course.setup.without ?? { from: 0, causes: [] };
    return new Rerun(course, fall, await Drive.create({ ...course.setup, without }, engine, () => 0));
  }

  /** Episodes that were gone through. */
  get runs(): number {
    return this.#runs;
  }

  /** The drive without these causes. */
  setupWithout(causes: readonly Cause[]): { readonly setup: DriveSetup; readonly log: readonly LoggedChange[] } {
    const { setup, log } = this.course;
    const gone = new Set(causes.flatMap(({ changes }) => changes));
    const kept = log.filter((_, at) => !gone.has(at));
    const without = this.#without(causes);
    if (!causes.some(({ id }) => id === FIRST_COMMAND)) return { setup: { ...setup, without }, log: kept };
    if (this.fall.before === null) return { setup: { ...setup, without, command: null }, log: kept };
    return { setup: { ...setup, without }, log: stoodFrom(kept, this.fall.before.step) };
  }

  #without(causes: readonly Cause[]): TakenAway {
    const { without } = this.course.setup;
    const ids = causes.filter(({ changes, id }) => changes.length === 0 && id !== FIRST_COMMAND).map(({ id }) => id);
    // What the drive lacks anyway is lacking from the same step on: the episode lies after it.
    return { from: this.fall.before?.step ?? 0, causes: [...new Set([...(without?.causes ?? []), ...ids])] };
  }

  /** Whether the robot falls until a moment after the time of the fall. */
  async falls(causes: readonly Cause[]): Promise<boolean> {
    const { setup, log } = this.setupWithout(causes);
    await this.begin(setup);
    return this.goOn(log);
  }

  /** Stands before the episode. */
  async begin({ without, command }: DriveSetup): Promise<void> {
    this.#runs++;
    const { before } = this.fall;
    if (before === null) await this.drive.begin({ without, command });
    else await this.drive.load(before, without);
  }

  /** Goes on to the end with the changes of a log. @returns whether the robot falls */
  async goOn(log: readonly LoggedChange[]): Promise<boolean> {
    const { drive } = this;
    const known = drive.step < this.fall.begun ? this.fall.before!.falls : drive.falls;
    let made = log.findIndex(({ step }) => step >= drive.step);
    if (made < 0) made = log.length;
    let [falls, begun] = [known, drive.step >= this.fall.begun];
    while (drive.step < this.until) {
      made = await changed(drive, log, made);
      await drive.advance();
      if (!begun && drive.step >= this.fall.begun) {
        begun = true;
        falls = drive.falls;
      } else if (begun && drive.falls > falls) return true;
    }
    return false;
  }

  delete(): void {
    this.drive.delete();
  }
}
