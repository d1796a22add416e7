/** Reports a few times per second what joints, actuators, sensors and contacts of a driven simulation read; costs nothing without subscribers. */
import { touchingPairs } from "../physics/contacts.ts";
import type { DriveReadings, DriveReport } from "./drive-orders.ts";
import type { DriveSession } from "./drive-session.ts";

/** Between two reports. */
const READINGS_MS = 100;
/** Most pairs of things that touch. */
const MOST_PAIRS = 12;

/** Posts readings while a page looks at them. */
export class ReadingsReporter {
  readonly #post: (report: DriveReport) => void;
  #isWanted = false;
  #toldMs = Number.NEGATIVE_INFINITY;
  #toldStep = -1;
  /** Whether something may have changed without a step. */
  #isStale = true;

  constructor(post: (report: DriveReport) => void) {
    this.#post = post;
  }

  set isWanted(wanted: boolean) {
    this.#isWanted = wanted;
    this.#isStale = true;
  }

  /** Something was changed by hand. */
  invalidate(): void {
    this.#isStale = true;
  }

  /** Milliseconds until a report is due; Infinity while none is. */
  waitMs({ step }: DriveSession, nowMs: number): number {
    if (!this.#isWanted || (!this.#isStale && step === this.#toldStep)) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#toldMs + READINGS_MS - nowMs);
  }

  report(session: DriveSession, nowMs: number): void {
    this.#toldMs = nowMs;
    this.#toldStep = session.step;
    this.#isStale = false;
    this.#post({ kind: "readings", readings: readingsOf(session) });
  }
}

function readingsOf({ env: { sim }, step, decision }: DriveSession): DriveReadings {
  return {
    step,
    qpos: sim.qpos.slice(),
    controls: sim.ctrl.slice(),
    forces: sim.actuatorForce.slice(),
    sensors: sim.sensordata.slice(),
    sites: sim.siteXpos.slice(),
    obs: decision.obs.slice(),
    touching: touchingPairs(sim, MOST_PAIRS),
  };
}
