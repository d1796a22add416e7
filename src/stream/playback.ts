/**
 * Turns bursts of poses into an even stream. Training collects many control steps at once and then learns for seconds; what was collected is
 * shown while the next burst is on its way, never faster than real time. Time comes in as an argument: there is no timer and no socket here.
 */
import { assertSize } from "../math/assert-size.ts";
import { POSE_FLAG, type PoseFrame } from "./protocol.ts";

/** Consecutive moments of some environments, evenly spaced in simulated time, recorded while they were collected. */
export interface Burst {
  /** Recorded moments per simulated second. */
  readonly simulationHz: number;
  /** Which environments, by number. */
  readonly environments: readonly number[];
  readonly steps: number;
  readonly bodies: number;
  /** [steps, environments, bodies, 7]: position in metres and quaternion w-x-y-z in the world. */
  readonly poses: Float32Array;
  /** [steps, the first of the environments, vertices, 3] of flexes in the world, m; as many environments as had room. */
  readonly points?: { readonly values: Float32Array; readonly environments: number };
  /** [steps, environments, 3]: commanded vx, vy in m/s and yaw rate in rad/s; zeros where there is no command. */
  readonly commands: Float32Array;
  /** [steps, environments, 3]: the same as measured. */
  readonly twists: Float32Array;
  /** [steps, environments]: bits of POSE_FLAG; `cut` on the first step of an episode. */
  readonly flags: Uint8Array;
  /** [steps, environments, terms]: weighted reward of the step, in the order of `RunInfo.rewardNames`. */
  readonly terms?: Float32Array;
  /** Seconds until the next burst is expected. */
  readonly expectedSeconds: number;
}

/** A moment of the playback, with the rewards that belong to it. */
export interface PlaybackFrame {
  readonly frame: PoseFrame;
  /** Weighted reward terms by environment. */
  readonly terms: ReadonlyMap<number, Float32Array>;
}

interface QueuedBurst {
  readonly burst: Burst;
  /** Next step to show. */
  step: number;
}

/** Aim a little late, so that a burst that is late itself leaves no standstill. */
const PACE_MARGIN = 1.06;
/** Slower motion than this, as a share of real time, looks like none; the picture rather stands still until the next burst. */
const SLOWEST = 0.15;
/** Weight of the newest interval in the running mean of intervals between bursts. */
const INTERVAL_WEIGHT = 0.3;
/** Bursts beyond this many are dropped, oldest first: the picture shall not fall behind the training. */
const MAX_WAITING_BURSTS = 3;

/** Paces bursts. One instance serves all viewers; they see the same moment. */
export class BurstPlayer {
  private readonly queue: QueuedBurst[] = [];
  private readonly scene: number;
  private sequence = 0;
  private simulatedSeconds = 0;
  /** Due time of the next step, in milliseconds of the caller's clock. */
  private nextDueMs = Number.NEGATIVE_INFINITY;
  private stepMs = 0;
  private meanIntervalMs = Number.NaN;
  private lastPushMs = Number.NaN;
  private speedFactor = 0;
  /** Environments in the last shown frame; others start with a cut. */
  private shown = new Set<number>();
  /** Flags of steps that were skipped between two polls, by environment. */
  private readonly carried = new Map<number, number>();

  constructor(scene: number) {
    this.scene = scene;
  }

  /** Speed of what is shown as a multiple of real time. */
  get speed(): number {
    return this.speedFactor;
  }

  /**
   * Queues a burst and sets the pace so that everything queued lasts until the next one.
   * @throws RangeError when an array does not have its declared size, or a rate is not positive
   */
  push(burst: Burst, nowMs: number): void {
    checkBurst(burst);
    this.observeInterval(nowMs);
    this.queue.push({ burst, step: 0 });
    if (this.queue.length > MAX_WAITING_BURSTS) this.dropOldest();
    const realStepMs = 1000 / burst.simulationHz;
    const expectedMs = Math.max(burst.expectedSeconds * 1000, this.meanIntervalMs || 0) * PACE_MARGIN;
    // duration of a step = time until the next burst / steps waiting, within real time and the slowest pace
    this.stepMs = Math.min(realStepMs / SLOWEST, Math.max(realStepMs, expectedMs / this.remainingSteps()));
    this.speedFactor = realStepMs / this.stepMs;
    if (this.nextDueMs < nowMs) this.nextDueMs = nowMs;
  }

  /** The newest step that is due, or null when nothing new is. Skipped steps leave their flags behind. */
  poll(nowMs: number): PlaybackFrame | null {
    let newest: PlaybackFrame | null = null;
    while (this.queue.length > 0 && this.nextDueMs <= nowMs) {
      const { burst, step } = this.queue[0];
      const isShown = this.nextDueMs + this.stepMs > nowMs || this.remainingSteps() === 1;
      if (isShown) newest = this.makeFrame(burst, step);
      else this.carryFlags(burst, step);
      this.advance(burst);
    }
    return newest;
  }

  /** Milliseconds until the next step is due; Infinity when there is none. */
  waitMs(nowMs: number): number {
    return this.queue.length === 0 ? Number.POSITIVE_INFINITY : Math.max(0, this.nextDueMs - nowMs);
  }

  private advance(burst: Burst): void {
    this.nextDueMs += this.stepMs;
    this.simulatedSeconds += 1 / burst.simulationHz;
    this.sequence++;
    this.queue[0].step++;
    if (this.queue[0].step === burst.steps) this.queue.shift();
  }

  private observeInterval(nowMs: number): void {
    const interval = nowMs - this.lastPushMs;
    this.lastPushMs = nowMs;
    if (Number.isNaN(interval)) return;
    this.meanIntervalMs = Number.isNaN(this.meanIntervalMs)
      ? interval
      : this.meanIntervalMs + INTERVAL_WEIGHT * (interval - this.meanIntervalMs);
  }

  private remainingSteps(): number {
    let total = 0;
    for (const { burst, step } of this.queue) total += burst.steps - step;
    return total;
  }

  private dropOldest(): void {
    this.queue.shift();
    this.shown = new Set();
  }

  private carryFlags(burst: Burst, step: number): void {
    const { environments, flags } = burst;
    for (let n = 0; n < environments.length; n++) {
      const bits = flags[step * environments.length + n];
      if (bits !== 0) this.carried.set(environments[n], (this.carried.get(environments[n]) ?? 0) | bits);
    }
  }

  private makeFrame(burst: Burst, step: number): PlaybackFrame {
    const { environments, bodies } = burst;
    const poseSize = bodies * 7;
    const terms = new Map<number, Float32Array>();
    const termsSize = burst.terms ? burst.terms.length / (burst.steps * environments.length) : 0;
    const poses = environments.map((environment, n) => {
      const row = step * environments.length + n;
      if (burst.terms) terms.set(environment, burst.terms.subarray(row * termsSize, (row + 1) * termsSize));
      return {
        environment,
        flags: this.flagsOf(environment, burst.flags[row]),
        command: burst.commands.subarray(row * 3, row * 3 + 3),
        twist: burst.twists.subarray(row * 3, row * 3 + 3),
        poses: burst.poses.subarray(row * poseSize, (row + 1) * poseSize),
        ...pointsOf(burst, step, n),
      };
    });
    this.shown = new Set(environments);
    this.carried.clear();
    const { scene, sequence, simulatedSeconds: time, nextDueMs: dueMs, speedFactor: speed } = this;
    return { frame: { scene, sequence, time, dueMs, speed, bodies, environments: poses }, terms };
  }

  private flagsOf(environment: number, flags: number): number {
    const carried = this.carried.get(environment) ?? 0;
    return flags | carried | (this.shown.has(environment) ? 0 : POSE_FLAG.cut);
  }
}

/** Vertices of the n-th environment's flexes; nothing where they were not recorded. */
function pointsOf({ points, steps }: Burst, step: number, n: number): { points?: Float32Array } {
  if (!points || n >= points.environments) return {};
  const row = step * points.environments + n;
  const size = points.values.length / (steps * points.environments);
  return { points: points.values.subarray(row * size, (row + 1) * size) };
}

function checkBurst(burst: Burst): void {
  const { steps, environments, bodies, simulationHz, expectedSeconds } = burst;
  if (!(steps > 0 && simulationHz > 0 && expectedSeconds >= 0))
    throw new RangeError(
      `burst: steps and simulationHz must be positive and expectedSeconds not negative, got ${steps}, ${simulationHz}, ${expectedSeconds}`,
    );
  const rows = steps * environments.length;
  assertSize(burst.poses, rows * bodies * 7, "burst: poses [steps, environments, bodies, 7]");
  assertSize(burst.commands, rows * 3, "burst: commands [steps, environments, 3]");
  assertSize(burst.twists, rows * 3, "burst: twists [steps, environments, 3]");
  assertSize(burst.flags, rows, "burst: flags [steps, environments]");
  if (burst.terms && rows > 0 && burst.terms.length % rows !== 0)
    throw new RangeError(
      `burst: terms [steps, environments, terms] must be a multiple of ${rows}, got ${burst.terms.length}`,
    );
}
