/**
 * A driven simulation that records every change with its step, and moments to go back to. Going back replays the recording; a change made
 * in the past begins another future from there.
 */
import { createHash } from "node:crypto";
import type { Engine } from "../graph/index.ts";
import type { Environment } from "../tasks/index.ts";
import { Drive } from "./drive.ts";
import type { DriveKeyframe } from "./drive-keyframe.ts";
import type {
  Decision,
  DriveBeginning,
  DriveChange,
  DriveCourse,
  DriveMoment,
  DriveSetup,
  FlowSettings,
  LoggedChange,
  NamedPolicy,
} from "./drive-orders.ts";

/** Steps between two moments that are kept, and how many are. */
const KEYFRAME_STEPS = 25;
const MOST_KEYFRAMES = 600;
/** Changes older than all of these moments, kept for the recording. */
const MOST_CHANGES = 20_000;

interface Keyframe {
  readonly drive: DriveKeyframe;
  readonly digest: string;
  /** Changes of the log that were made before it. */
  readonly changes: number;
}

/** A drive with its log of changes and the moments that it can return to. */
export class DriveSession {
  readonly controlHz: number;
  readonly #engine: Engine;
  readonly #nowMs: () => number;
  #drive: Drive;
  #setup: DriveSetup;
  #log: LoggedChange[] = [];
  /** Changes of the log that are made. */
  #made = 0;
  #newest = 0;
  #digest = "";
  #keyframes: Keyframe[] = [];
  /** Whether the log begins with the first step. */
  #isWhole = true;

  private constructor(drive: Drive, setup: DriveSetup, engine: Engine, nowMs: () => number) {
    this.#engine = engine;
    this.#nowMs = nowMs;
    this.#drive = drive;
    this.#setup = setup;
    this.controlHz = drive.env.controlHz;
    this.#keep();
  }

  /**
   * Loads task and policy; a recording starts at its first step.
   * @param nowMs clock that times actions
   * @throws UserError where task or policy are at fault
   */
  static async create(
    { setup, course }: DriveBeginning,
    engine: Engine,
    nowMs: () => number = () => 0,
  ): Promise<DriveSession> {
    const session = new DriveSession(await Drive.create(setup, engine, nowMs), setup, engine, nowMs);
    if (course === undefined) return session;
    session.#log = [...course.log];
    session.#newest = course.steps;
    await session.advance();
    return session;
  }

  get step(): number {
    return this.#drive.step;
  }

  /** The last step that was simulated or recorded. */
  get newest(): number {
    return this.#newest;
  }

  /** SHA-256 over all steps up to the present one. */
  get digest(): string {
    return this.#digest;
  }

  /** The simulation, to be read. */
  get env(): Environment {
    return this.#drive.env;
  }

  /** Where the policy stands before its next action. */
  get decision(): Decision {
    return this.#drive.decision;
  }

  get policy(): NamedPolicy {
    return this.#drive.policy;
  }

  /** A copy of the environment's state, for another environment of the same setup. */
  state(): Float64Array {
    return this.#drive.save().state;
  }

  get setup(): DriveSetup {
    return this.#setup;
  }

  /** Of the step that was done last: time of its action, and the falls so far. */
  get lastActMs(): number {
    return this.#drive.lastActMs;
  }

  get falls(): number {
    return this.#drive.falls;
  }

  /** What was not finite in the last step; "" where all was. */
  get broken(): string {
    return this.#drive.broken;
  }

  /** Everything from the beginning to the newest step; null where the beginning is forgotten. */
  async course(): Promise<DriveCourse | null> {
    if (!this.#isWhole) return null;
    const { step } = this.#drive;
    await this.seek(this.#newest);
    const course = { setup: this.#setup, log: this.#log.slice(), steps: this.#newest, digest: this.#digest };
    await this.seek(step);
    return course;
  }

  /** Makes a change now. The recorded future is discarded, unless the change has no effect. */
  async change(change: DriveChange): Promise<void> {
    const { step } = this.#drive;
    if (this.#drive.has(change)) return;
    await this.#drive.apply(change); // a failed one leaves the recording unchanged
    this.forgetFuture();
    this.#log.push({ step, change });
    this.#made++;
  }

  /** What was known of later steps counts no longer. */
  forgetFuture(): void {
    const { step } = this.#drive;
    this.#log.length = this.#made;
    this.#keyframes = this.#keyframes.filter(({ drive }) => drive.step <= step);
    this.#newest = step;
  }

  /** Another session that stands where this one stands, with the same past and the same known future. */
  async fork(): Promise<DriveSession> {
    const drive = await Drive.create(this.#setup, this.#engine, this.#nowMs);
    await drive.load(this.#drive.save());
    const other = new DriveSession(drive, this.#setup, this.#engine, this.#nowMs);
    other.#take(this);
    other.#drive = drive;
    other.#log = this.#log.slice();
    other.#keyframes = this.#keyframes.slice();
    return other;
  }

  /** Becomes the other session, which becomes this one. */
  exchange(other: DriveSession): void {
    const mine = new DriveSession(this.#drive, this.#setup, this.#engine, this.#nowMs);
    mine.#take(this);
    this.#take(other);
    other.#take(mine);
  }

  #take(other: DriveSession): void {
    this.#drive = other.#drive;
    this.#setup = other.#setup;
    this.#log = other.#log;
    this.#made = other.#made;
    this.#newest = other.#newest;
    this.#digest = other.#digest;
    this.#keyframes = other.#keyframes;
    this.#isWhole = other.#isWhole;
  }

  /** Draws the actions of the policy that acts in another way; nothing where it is no flow. */
  async changeFlow(flow: FlowSettings): Promise<void> {
    const policy = this.#drive.policyWith(flow);
    if (policy) await this.change({ kind: "policy", policy });
  }

  /** Discards the recording and starts another, from the next seed. */
  async restart(): Promise<void> {
    this.#setup = await this.#drive.restart((this.#setup.seed + 1) % 2 ** 32);
    this.#log = [];
    this.#made = 0;
    this.#newest = 0;
    this.#digest = "";
    this.#isWhole = true;
    this.#keyframes = [];
    this.#keep();
  }

  /** One control step, with the changes that the log has for it. */
  async advance(): Promise<void> {
    const { env } = this.#drive;
    await this.#makeChanges();
    await this.#drive.advance();
    const { qpos, qvel } = env.sim;
    const hash = createHash("sha256").update(this.#digest);
    this.#digest = hash.update(bytesOf(qpos)).update(bytesOf(qvel)).digest("hex");
    this.#newest = Math.max(this.#newest, this.#drive.step);
    if (this.#drive.step % KEYFRAME_STEPS === 0) this.#keep();
  }

  /** Goes to a step, or the nearest one that is still known. */
  async seek(step: number): Promise<void> {
    const wanted = Math.min(this.#newest, Math.max(this.#oldest, Math.round(step)));
    const from = this.#keyframes.findLast(({ drive }) => drive.step < wanted) ?? this.#keyframes[0];
    if (!(this.#drive.step < wanted && this.#drive.step >= from.drive.step)) {
      await this.#drive.load(from.drive);
      this.#digest = from.digest;
      this.#made = from.changes;
    }
    while (this.#drive.step < wanted) await this.advance();
    // The recording may end with changes that no step has used yet, such as a keyframe.
    if (wanted === this.#newest) await this.#makeChanges();
  }

  /** Makes the changes that the log has for the present step. */
  async #makeChanges(): Promise<void> {
    const { step } = this.#drive;
    for (; this.#log[this.#made]?.step === step; this.#made++) await this.#drive.apply(this.#log[this.#made].change);
  }

  moment(): DriveMoment {
    return { ...this.#drive.moment(), oldest: this.#oldest, newest: this.#newest };
  }

  delete(): void {
    this.#drive.delete();
  }

  /** What is seen of a kept moment is right only after a step. */
  get #oldest(): number {
    return Math.min(this.#newest, this.#keyframes[0].drive.step + 1);
  }

  #keep(): void {
    const { step } = this.#drive;
    if ((this.#keyframes.at(-1)?.drive.step ?? -1) >= step) return;
    this.#keyframes.push({ drive: this.#drive.save(), digest: this.#digest, changes: this.#made });
    if (this.#keyframes.length <= MOST_KEYFRAMES) return;
    this.#keyframes.shift();
    this.#forget(this.#keyframes[0].changes);
  }

  /** Lets go of a log that would grow without end: it is long, or holds policies that are long out of use. */
  #forget(changes: number): void {
    const old = this.#log.slice(0, changes);
    if (old.length < MOST_CHANGES && !old.some(({ change }) => change.kind === "policy")) return;
    this.#isWhole = false;
    this.#log = this.#log.slice(changes);
    this.#made -= changes;
    this.#keyframes = this.#keyframes.map((keyframe) => ({ ...keyframe, changes: keyframe.changes - changes }));
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
