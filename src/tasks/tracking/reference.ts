/**
 * The motion that an episode tracks: which clip, which frame, what of it the policy is told, and how far the robot is from it. The goals'
 * marks are mocap bodies of the scene; a person who moves one takes over: from then on the goal is where the marks are put.
 */
import { rotateInverse, yawOf } from "../../math/quat.ts";
import type { Rng } from "../../math/rng.ts";
import type { Simulation } from "../../physics/simulation.ts";
import type { AnyMoment } from "../moment.ts";
import type { BoundTracker, Tracker, TrackerContext } from "../trackers/tracker.ts";
import { ClipMotions, type MotionTable, type TrackedParts } from "./clip-motion.ts";
import type { ClipList, ClipSets, ClipSource } from "./clip-source.ts";
import { GoalMarks, type MarkNames } from "./goal-marks.ts";
import { GoalPose } from "./goal-pose.ts";
import { type MaskName, maskNumber, TOLD, type Told } from "./masks.ts";
import { drawClip, FAILURE_SLOTS, forgetFailures, noteEpisode } from "./recent-failures.ts";
import { writeTurn } from "./turn.ts";

/** Settings of `reference`. */
export interface ReferenceSettings {
  readonly parts: TrackedParts;
  readonly marks: MarkNames;
  readonly clips: ClipSource;
  readonly mask: MaskName;
  /** rad per unit of a joint's action */
  readonly actionScale: (joint: string) => number;
}

/** What terms may read. All goals are seen from the robot: its place, and the direction in which it faces. */
export interface ReferenceReading {
  /** [2] 1 for what is told besides the root: hands, body */
  readonly told: Float64Array;
  /** [2, 13] one and five frames ahead: place m, first two columns of the turn, velocity m/s, turning rate rad/s */
  readonly root: Float64Array;
  /** [2, 2, 3] m from each hand to where it is to be */
  readonly hands: Float64Array;
  /** [joints] rad from home, one frame ahead, and five */
  readonly joints: Float64Array;
  readonly jointsLater: Float64Array;
  /** [joints] The action that led from this frame of the clip to the next; its pose there where nobody knows the action. */
  readonly clipAction: Float64Array;
  /** [trunk, 3] m from each body of the trunk to where it is to be, one frame ahead */
  readonly trunk: Float64Array;
  /** [limbs, 3] */
  readonly limbs: Float64Array;
  /** The same, zero where not told. */
  readonly toldRoot: Float64Array;
  readonly toldHands: Float64Array;
  readonly toldJoints: Float64Array;
  readonly toldJointsLater: Float64Array;
  readonly toldTrunk: Float64Array;
  readonly toldLimbs: Float64Array;
  /** Means over the bodies of squared errors: m², rad², m²/s², rad²/s² */
  readonly placeSq: number;
  readonly turnSq: number;
  readonly velocitySq: number;
  readonly spinSq: number;
  /** m, mean over the bodies, in the world */
  readonly globalError: number;
  /** m, mean over the bodies, relative to the root and its heading */
  readonly bodyError: number;
  /** Whether a body is too far from where it is to be. */
  readonly lost: boolean;
  /** Whether the clip is over. */
  readonly ended: boolean;
  /** Share of the clip that this step is */
  readonly stepShare: number;
  /** Which clip of those that this environment draws, and which frame of it. */
  readonly clip: number;
  readonly frame: number;
  /** Whether marks that a person has moved lead, and no clip. */
  readonly led: boolean;
}

/** Frames ahead that goals look. */
const AHEAD = [1, 5] as const;
/** Frames of a goal that marks give: the present one, and those ahead */
const LED_FRAMES = [0, ...AHEAD];
const ROOT_GOAL = 13;
/** m by which what is told may be off while learning, and the mean over all bodies */
const LEARNING_LIMIT = 0.4;
/** m, of the mean, elsewhere: the published measure of success */
const LIMIT = 0.5;
/** rad, of every joint at the start of a training episode */
const START_NOISE = 0.05;
/** A training episode has so many frames at least. */
const SHORTEST = 24;

// Memory: whether it learns, clip, frame, mask, whether the episode before failed, whether there was one, then others' memory.
const LEARNS = 0;
const CLIP = 1;
const FRAME = 2;
const MASK = 3;
const FAILED = 4;
const RAN = 5;
const FAILURES = 6;
const MARKS = FAILURES + FAILURE_SLOTS;

/** The motion to track. */
export function reference(settings: ReferenceSettings): Tracker<ReferenceReading> {
  return {
    size: MARKS + GoalMarks.slots,
    description: { kind: "reference-motion", mask: settings.mask, ahead: AHEAD },
    bind: (context) => new Reference(settings, context),
  };
}

class Reference implements BoundTracker<ReferenceReading> {
  readonly reading: { -readonly [K in keyof ReferenceReading]: ReferenceReading[K] };
  readonly #settings: ReferenceSettings;
  readonly #sim: Simulation;
  readonly #slots: Float64Array;
  readonly #failures: Float64Array;
  readonly #sets: ClipSets;
  readonly #motions: ClipMotions;
  readonly #marks: GoalMarks;
  readonly #pose: GoalPose;
  readonly #home: Float64Array;
  readonly #scale: readonly number[];
  readonly #rootAddress: number;
  readonly #bodies: number;
  readonly #trunk: number;
  /** [4] the robot's heading, and its inverse's use */
  readonly #heading = new Float64Array(4);
  readonly #relative = new Float64Array(3);

  constructor(settings: ReferenceSettings, { sim, slots }: TrackerContext) {
    const { parts } = settings;
    this.#settings = settings;
    this.#sim = sim;
    this.#slots = slots;
    this.#failures = slots.subarray(FAILURES, MARKS);
    this.#sets = settings.clips.of(sim, parts);
    this.#motions = new ClipMotions(sim, parts);
    this.#marks = new GoalMarks(sim, settings.marks, parts, slots.subarray(MARKS));
    this.#pose = new GoalPose(this.#motions, sim.keyframeQpos(parts.home), parts, AHEAD[1] + 1);
    this.#rootAddress = sim.joint(parts.root).qposAddress;
    this.#home = sim.keyframeQpos(parts.home).subarray(this.#rootAddress + 7);
    this.#scale = sim.actuatorJoints().map(settings.actionScale);
    this.#bodies = parts.bodies.length;
    this.#trunk = parts.trunk;
    const joints = this.#home.length;
    const limbs = this.#bodies + 2 - parts.trunk;
    const size = {
      root: 2 * ROOT_GOAL,
      hands: 12,
      joints,
      jointsLater: joints,
      trunk: 3 * parts.trunk,
      limbs: 3 * limbs,
    };
    const fresh = () => ({
      root: new Float64Array(size.root),
      hands: new Float64Array(size.hands),
      joints: new Float64Array(joints),
      jointsLater: new Float64Array(joints),
      trunk: new Float64Array(size.trunk),
      limbs: new Float64Array(size.limbs),
    });
    const told = fresh();
    this.reading = {
      told: new Float64Array(2),
      ...fresh(),
      clipAction: new Float64Array(joints),
      toldRoot: told.root,
      toldHands: told.hands,
      toldJoints: told.joints,
      toldJointsLater: told.jointsLater,
      toldTrunk: told.trunk,
      toldLimbs: told.limbs,
      placeSq: 0,
      turnSq: 0,
      velocitySq: 0,
      spinSq: 0,
      globalError: 0,
      bodyError: 0,
      lost: false,
      ended: false,
      stepShare: 0,
      clip: 0,
      frame: 0,
      led: false,
    };
  }

  begin(learns: boolean): void {
    this.#slots.fill(0);
    this.#slots[LEARNS] = learns ? 1 : 0;
    forgetFailures(this.#failures);
  }

  reset(moment: AnyMoment, rng: Rng): void {
    const slots = this.#slots;
    const learns = slots[LEARNS] !== 0;
    if (learns && slots[RAN] !== 0) noteEpisode(this.#failures, slots[CLIP], slots[FAILED] !== 0);
    const clips = this.#clips();
    slots[CLIP] = learns ? drawClip(this.#failures, clips.size, rng) : rng.integer(clips.size);
    const { frames } = this.#table();
    const starts = frames - AHEAD[1] - 1 - SHORTEST;
    slots[FRAME] = learns && starts > 0 ? rng.integer(starts) : 0;
    slots[MASK] = maskNumber(this.#settings.mask, rng.uniform());
    slots[RAN] = 1;
    slots[FAILED] = 0;
    this.#motions.place(this.#table(), slots[FRAME]);
    if (learns) this.#disturb(rng);
    this.#sim.forward();
    (moment.robot as { update?(): void }).update?.();
    this.#motions.reader.read();
    this.#marks.release();
    this.#compare();
  }

  #disturb(rng: Rng): void {
    const { qpos } = this.#sim;
    for (let i = 0; i < this.#home.length; i++) {
      qpos[this.#rootAddress + 7 + i] += rng.uniform(-START_NOISE, START_NOISE);
    }
  }

  afterPhysics(): void {
    this.#motions.reader.read();
    this.#marks.look(this.#motions.reader);
    if (!this.#marks.held) this.#slots[FRAME]++;
    // who drives the robot goes on after the clip's end
    const { frames } = this.#table();
    if (!this.#marks.held && this.#slots[FRAME] > frames - 1 - AHEAD[1]) this.#marks.stay(this.#motions.reader);
    this.#compare();
  }

  afterReward({ terminated }: AnyMoment): void {
    if (terminated) this.#slots[FAILED] = 1;
  }

  #clips(): ClipList {
    return this.#slots[LEARNS] !== 0 ? this.#sets.training : this.#sets.heldOut;
  }

  #table(): MotionTable {
    return this.#motions.of(this.#clips().get(this.#slots[CLIP]));
  }

  /** Where the robot is, how far from the motion, and what the goals are. */
  #compare(): void {
    const { reader, layout } = this.#motions;
    const { reading } = this;
    const table = this.#table();
    const last = table.frames - 1 - AHEAD[1];
    const frame = Math.min(this.#slots[FRAME], last);
    reading.clip = this.#slots[CLIP];
    reading.frame = frame;
    reading.led = this.#marks.held;
    reading.ended = !reading.led && frame >= last;
    reading.stepShare = reading.led ? 0 : 1 / last;
    this.#face(reader.quats);
    if (reading.led) {
      this.#marks.follow(reader);
      for (const ahead of LED_FRAMES) this.#pose.write(ahead, this.#marks);
    } else this.#marks.show(table.rows, (frame + 1) * layout.stride, layout);
    const { rows } = reading.led ? this.#pose.table : table;
    const now = reading.led ? 0 : frame;
    this.#measure(rows, now * layout.stride);
    this.#aim(rows, now);
    this.#tell(this.#told);
  }

  /** Keeps the turn about the vertical alone. */
  #face(quats: Float64Array): void {
    const half = yawOf(quats, 0) / 2;
    this.#heading[0] = Math.cos(half);
    this.#heading[3] = Math.sin(half);
  }

  #measure(rows: Float32Array, at: number): void {
    const { reader, layout } = this.#motions;
    const reading = this.reading;
    const points = this.#bodies + 2;
    let [placeSq, velocitySq, global, most] = [0, 0, 0, 0];
    const told = this.#told;
    for (let n = 0; n < points; n++) {
      const place = distanceSq(reader.points, 3 * n, rows, at + layout.points + 3 * n);
      placeSq += place;
      velocitySq += distanceSq(reader.pointVel, 3 * n, rows, at + layout.pointVel + 3 * n);
      const distance = Math.sqrt(place);
      global += distance;
      const isTold = n === 0 || told[2] > 0 || (n >= this.#bodies && told[1] > 0);
      if (isTold) most = Math.max(most, distance);
    }
    let [turnSq, spinSq] = [0, 0];
    for (let n = 0; n < this.#bodies; n++) {
      turnSq += turnSquared(reader.quats, 4 * n, rows, at + layout.quats + 4 * n);
      spinSq += distanceSq(reader.spins, 3 * n, rows, at + layout.spins + 3 * n);
    }
    reading.placeSq = placeSq / points;
    reading.velocitySq = velocitySq / points;
    reading.turnSq = turnSq / this.#bodies;
    reading.spinSq = spinSq / this.#bodies;
    reading.globalError = global / points;
    reading.bodyError = this.#relativeError(rows, at);
    const learns = this.#slots[LEARNS] !== 0;
    const isFar = learns ? most > LEARNING_LIMIT || reading.globalError > LEARNING_LIMIT : reading.globalError > LIMIT;
    reading.lost = isFar && !reading.led;
  }

  /** m, mean over the bodies but the root, each seen from its own root and heading. */
  #relativeError(rows: Float32Array, at: number): number {
    const { reader, layout } = this.#motions;
    const yaw = yawOf(reader.quats, 0) - yawOf(rows as unknown as number[], at + layout.rootQuat);
    const [cosine, sine] = [Math.cos(yaw), Math.sin(yaw)];
    const points = this.#bodies + 2;
    let sum = 0;
    for (let n = 1; n < points; n++) {
      const x = rows[at + layout.points + 3 * n] - rows[at + layout.points];
      const y = rows[at + layout.points + 3 * n + 1] - rows[at + layout.points + 1];
      const z = rows[at + layout.points + 3 * n + 2] - rows[at + layout.points + 2];
      const dx = reader.points[3 * n] - reader.points[0] - (cosine * x - sine * y);
      const dy = reader.points[3 * n + 1] - reader.points[1] - (sine * x + cosine * y);
      const dz = reader.points[3 * n + 2] - reader.points[2] - z;
      sum += Math.sqrt(dx * dx + dy * dy + dz * dz);
    }
    return sum / (points - 1);
  }

  #aim(rows: Float32Array, frame: number): void {
    const { layout } = this.#motions;
    const { reading } = this;
    const first = this.#bodies;
    for (let k = 0; k < AHEAD.length; k++) {
      const at = (frame + AHEAD[k]) * layout.stride;
      this.#aimRoot(rows, at, k * ROOT_GOAL);
      for (let hand = 0; hand < 2; hand++)
        this.#toward(rows, at + layout.points + 3 * (first + hand), first + hand, reading.hands, 6 * k + 3 * hand);
      const joints = k === 0 ? reading.joints : reading.jointsLater;
      for (let i = 0; i < joints.length; i++) joints[i] = rows[at + layout.joints + i] - this.#home[i];
    }
    const next = (frame + AHEAD[0]) * layout.stride;
    for (let i = 0; i < this.#home.length; i++)
      reading.clipAction[i] = (rows[next + layout.targets + i] - this.#home[i]) / this.#scale[i];
    const at = next + layout.points;
    for (let n = 0; n < this.#trunk; n++) this.#toward(rows, at + 3 * n, n, reading.trunk, 3 * n);
    for (let n = this.#trunk; n < first + 2; n++)
      this.#toward(rows, at + 3 * n, n, reading.limbs, 3 * (n - this.#trunk));
  }

  #aimRoot(rows: Float32Array, at: number, o: number): void {
    const { layout, reader } = this.#motions;
    const { root } = this.reading;
    this.#toward(rows, at + layout.points, 0, root, o);
    writeTurn(root, o + 3, reader.quats, 0, rows, at + layout.rootQuat);
    for (let i = 0; i < 3; i++) this.#relative[i] = rows[at + layout.rootVel + i];
    rotateInverse(root, o + 9, this.#heading, 0, this.#relative, 0);
    root[o + 12] = rows[at + layout.spins + 2];
  }

  /** Writes the way from a point of the robot to a place, seen from the robot's heading. */
  #toward(places: Float32Array, from: number, point: number, out: Float64Array, o: number): void {
    const { points } = this.#motions.reader;
    for (let i = 0; i < 3; i++) this.#relative[i] = places[from + i] - points[3 * point + i];
    rotateInverse(out, o, this.#heading, 0, this.#relative, 0);
  }

  get #told(): Told {
    if (this.#marks.held) return TOLD[this.#marks.holdsHands ? 1 : 2];
    return TOLD[this.#slots[MASK]];
  }

  #tell(told: Told): void {
    const { reading } = this;
    for (let i = 0; i < 2; i++) reading.told[i] = told[1 + i];
    masked(reading.toldRoot, reading.root, told[0]);
    masked(reading.toldHands, reading.hands, told[1]);
    masked(reading.toldJoints, reading.joints, told[2]);
    masked(reading.toldJointsLater, reading.jointsLater, told[2]);
    masked(reading.toldTrunk, reading.trunk, told[2]);
    masked(reading.toldLimbs, reading.limbs, told[2]);
  }
}

function masked(out: Float64Array, of: Float64Array, told: number): void {
  for (let i = 0; i < out.length; i++) out[i] = told * of[i];
}

function distanceSq(a: Float64Array, p: number, b: Float32Array, q: number): number {
  const x = a[p] - b[q];
  const y = a[p + 1] - b[q + 1];
  const z = a[p + 2] - b[q + 2];
  return x * x + y * y + z * z;
}

/** rad², of the turn between two rotations */
function turnSquared(a: Float64Array, p: number, b: Float32Array, q: number): number {
  const dot = Math.abs(a[p] * b[q] + a[p + 1] * b[q + 1] + a[p + 2] * b[q + 2] + a[p + 3] * b[q + 3]);
  const angle = 2 * Math.acos(Math.min(1, dot));
  return angle * angle;
}
