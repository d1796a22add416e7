/** Which feet touch the ground, since when, and how long each step lasted. Contacts come from sensors of the scene. */
import type { BoundTracker, Tracker, TrackerContext } from "./tracker.ts";

/** Readings per foot, in the declared order. */
export interface ContactReading {
  /** 1 where the foot touches, else 0 */
  readonly contact: Float64Array;
  /** s since the foot left the ground; 0 while it stands */
  readonly airTime: Float64Array;
  /** 1 in the step in which the foot comes down, else 0 */
  readonly landed: Float64Array;
  /** m, how high the foot's site has been since the foot last touched; empty where no sites are followed */
  readonly peakHeight: Float64Array;
  /** Σ over the feet that come down in this step of `value(airTime)` */
  onLanding(value: (airTime: number) => number): number;
}

/**
 * Follows the feet's contacts.
 * @param sensors contact sensors of the scene, one or some per foot; a foot touches where the first value of one of its sensors is above 0
 * @param sites of the feet, in the same order, where their height in the air matters
 */
export function contactTimers(
  sensors: readonly (string | readonly string[])[],
  sites: readonly string[] = [],
): Tracker<ContactReading> {
  return {
    size: 2 * sensors.length + sites.length,
    description: { kind: "contact-timers", sensors, ...(sites.length > 0 && { sites }) },
    bind: (context) => new ContactTimers(sensors, sites, context),
  };
}

class ContactTimers implements BoundTracker<ContactReading> {
  readonly reading: ContactReading;
  readonly #sim: TrackerContext["sim"];
  readonly #dt: number;
  /** Of each foot's sensors. */
  readonly #addresses: readonly Int32Array[];
  readonly #sites: Int32Array;
  readonly #touchedBefore: Float64Array;

  constructor(
    sensors: readonly (string | readonly string[])[],
    sites: readonly string[],
    { sim, dt, slots }: TrackerContext,
  ) {
    const feet = sensors.length;
    this.#sim = sim;
    this.#dt = dt;
    this.#addresses = sensors.map((foot) => Int32Array.from([foot].flat(), (sensor) => sim.sensor(sensor).address));
    this.#sites = Int32Array.from(sites, (site) => sim.siteId(site));
    this.#touchedBefore = slots.subarray(feet, 2 * feet);
    const airTime = slots.subarray(0, feet);
    const landed = new Float64Array(feet);
    this.reading = {
      contact: new Float64Array(feet),
      airTime,
      landed,
      peakHeight: slots.subarray(2 * feet),
      onLanding: (value) => sumWhere(landed, airTime, value),
    };
  }

  reset(): void {
    this.#readContacts();
    this.reading.airTime.fill(0);
    this.reading.landed.fill(0);
    this.reading.peakHeight.fill(0);
    this.#touchedBefore.set(this.reading.contact);
  }

  afterPhysics(): void {
    this.#readContacts();
    const { contact, airTime, landed } = this.reading;
    for (let i = 0; i < contact.length; i++) {
      // A foot lands where it was in the air and touches now; one step of chatter counts as touching, as in Playground.
      const touching = contact[i] > 0 || this.#touchedBefore[i] > 0;
      landed[i] = airTime[i] > 0 && touching ? 1 : 0;
      airTime[i] += this.#dt;
    }
    this.#raisePeaks();
  }

  afterReward(): void {
    const { contact, airTime, peakHeight } = this.reading;
    for (let i = 0; i < contact.length; i++) {
      if (contact[i] > 0) airTime[i] = 0;
      this.#touchedBefore[i] = contact[i];
    }
    for (let i = 0; i < peakHeight.length; i++) if (contact[i] > 0) peakHeight[i] = 0;
  }

  #raisePeaks(): void {
    const { peakHeight } = this.reading;
    const { siteXpos } = this.#sim;
    for (let i = 0; i < peakHeight.length; i++) {
      peakHeight[i] = Math.max(peakHeight[i], siteXpos[3 * this.#sites[i] + 2]);
    }
  }

  #readContacts(): void {
    const { contact } = this.reading;
    for (let i = 0; i < contact.length; i++)
      contact[i] = anyAboveZero(this.#sim.sensordata, this.#addresses[i]) ? 1 : 0;
  }
}

function anyAboveZero(values: Float64Array, places: Int32Array): boolean {
  for (let i = 0; i < places.length; i++) if (values[places[i]] > 0) return true;
  return false;
}

function sumWhere(mask: Float64Array, values: Float64Array, value: (x: number) => number): number {
  let sum = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i] > 0) sum += value(values[i]);
  return sum;
}
