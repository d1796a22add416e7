/**
 * What a person may move by hand while a task runs: a goal, which is a mocap body of the scene, or an object with a free joint. The task
 * declares it; driven simulations and exported pages offer it.
 */
import { UserError } from "../../math/user-error.ts";
import { type BodyPlace, bodyPlace, placeBody, writePlace } from "../../physics/body-place.ts";
import type { Simulation } from "../../physics/simulation.ts";
import { allowed, distanceOut, type HandleBox, type HandlePose, type HandleTurn } from "./allowed.ts";

/** One thing that may be moved or turned by hand. */
export interface Handle {
  /** What it is, in a few words. */
  readonly about: string;
  /** Name of its body: a mocap body, or one with a free joint. */
  readonly body: string;
  /** Where the body's origin may be put; if absent, it stays in its place. */
  readonly within?: HandleBox;
  /** How it may be turned; if absent, it keeps its orientation. */
  readonly turn?: HandleTurn;
}

/** By name. */
export type Handles = Readonly<Record<string, Handle>>;

/** A handle of one simulation, as plain data. */
export interface HandleDescription extends Omit<Handle, "body"> {
  readonly name: string;
  /** Id of the body. */
  readonly body: number;
  /** A goal is where it was put; an object is moved by the physics. */
  readonly kind: "goal" | "object";
}

/** The handles of a task, bound to a simulation. */
export class BoundHandles {
  readonly all: readonly HandleDescription[];
  /** Ids of the bodies of objects. */
  readonly objects: readonly number[];
  readonly #sim: Simulation;
  readonly #places: readonly BodyPlace[];

  /** @throws UserError where a body cannot be put anywhere, or a handle can neither be moved nor turned */
  constructor(handles: Handles, sim: Simulation) {
    this.#sim = sim;
    const bound = Object.entries(handles).map(([name, handle]) => bindHandle(name, handle, sim));
    this.all = bound.map(({ description }) => description);
    this.#places = bound.map(({ place }) => place);
    this.objects = this.all.filter(({ kind }) => kind === "object").map(({ body }) => body);
  }

  /** The handle of a name. */
  get(name: string): HandleDescription | undefined {
    return this.all.find((handle) => handle.name === name);
  }

  /** Puts a thing somewhere, as near as it may be put; an object is at rest then. Unknown names do nothing. */
  place(name: string, wanted: HandlePose): void {
    const n = this.all.findIndex((handle) => handle.name === name);
    if (n >= 0) placeBody(this.#sim, this.#places[n], allowed(this.all[n], wanted));
  }

  /** Writes the poses of things as they are now, of which [bodies, 7] has those of the last step. */
  writePoses(names: ReadonlySet<string>, poses: Float32Array): void {
    this.all.forEach(({ name, body }, n) => {
      if (names.has(name)) writePlace(this.#sim, this.#places[n], body, poses);
    });
  }

  /** The first object that is further out of its box than so many metres; null where none is. */
  lost(metres: number): HandleDescription | null {
    const { xpos } = this.#sim;
    const isLost = ({ body, kind, within }: HandleDescription) =>
      kind === "object" &&
      within !== undefined &&
      distanceOut(within, [xpos[3 * body], xpos[3 * body + 1], xpos[3 * body + 2]]) > metres;
    return this.all.find(isLost) ?? null;
  }
}

function bindHandle(
  name: string,
  handle: Handle,
  sim: Simulation,
): { description: HandleDescription; place: BodyPlace } {
  const body = sim.bodyId(handle.body);
  const place = bodyPlace(sim, body);
  if (place === null)
    throw new UserError(
      `handle "${name}": body "${handle.body}" has a fixed place or hangs on joints; expected a mocap body or one with a free joint`,
    );
  if (!handle.within && !handle.turn)
    throw new UserError(`handle "${name}": can neither be moved nor turned; expected within, turn, or both`);
  return { description: { ...handle, name, body, kind: place.kind === "mocap" ? "goal" : "object" }, place };
}
