/**
 * How far the measured twist is from the commanded one: averaged over the last half second, because a gait sways with every step, and as it
 * is. The first second after a command change does not count.
 */

const WINDOW_SECONDS = 0.5;
const SETTLE_SECONDS = 1;

/** Sums over the counted steps: planar velocity errors in m/s, yaw rate errors in rad/s, and how many steps counted. */
export interface TrackingSums {
  readonly linVel: number;
  readonly yawRate: number;
  readonly linVelUnaveraged: number;
  readonly yawRateUnaveraged: number;
  readonly counted: number;
}

/** Errors of one episode, one control step at a time. */
export class TrackingError {
  readonly #window: Float64Array;
  readonly #windowSteps: number;
  readonly #settleSteps: number;
  readonly #command = new Float64Array(3);
  #steps = 0;
  #sinceChange = 0;
  #counted = 0;
  #linVel = 0;
  #yawRate = 0;
  #linVelUnaveraged = 0;
  #yawRateUnaveraged = 0;

  constructor(controlHz: number) {
    this.#windowSteps = Math.max(1, Math.round(WINDOW_SECONDS * controlHz));
    this.#settleSteps = Math.round(SETTLE_SECONDS * controlHz);
    this.#window = new Float64Array(3 * this.#windowSteps);
  }

  /** Takes in one control step. command and twist: (vx, vy, yaw rate) in m/s, m/s, rad/s, body frame */
  add(command: ArrayLike<number>, twist: ArrayLike<number>): void {
    const slot = 3 * (this.#steps % this.#windowSteps);
    let changed = this.#steps === 0;
    for (let i = 0; i < 3; i++) {
      this.#window[slot + i] = twist[i];
      if (command[i] !== this.#command[i]) changed = true;
      this.#command[i] = command[i];
    }
    this.#steps++;
    this.#sinceChange = changed ? 1 : this.#sinceChange + 1;
    if (this.#sinceChange > this.#settleSteps) this.#count(twist);
  }

  #count(twist: ArrayLike<number>): void {
    const mean = [0, 0, 0];
    for (let o = 0; o < this.#window.length; o++) mean[o % 3] += this.#window[o] / this.#windowSteps;
    this.#linVel += Math.hypot(mean[0] - this.#command[0], mean[1] - this.#command[1]);
    this.#yawRate += Math.abs(mean[2] - this.#command[2]);
    this.#linVelUnaveraged += Math.hypot(twist[0] - this.#command[0], twist[1] - this.#command[1]);
    this.#yawRateUnaveraged += Math.abs(twist[2] - this.#command[2]);
    this.#counted++;
  }

  get sums(): TrackingSums {
    return {
      linVel: this.#linVel,
      yawRate: this.#yawRate,
      linVelUnaveraged: this.#linVelUnaveraged,
      yawRateUnaveraged: this.#yawRateUnaveraged,
      counted: this.#counted,
    };
  }
}
