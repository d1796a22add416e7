/** Orders in which programs list the joints of one robot. */

import type { MechanismDescription } from "../physics/mechanism.ts";
import type { Simulation } from "../physics/simulation.ts";

/** An order by name: joint i of the file is joint `source[i]` of the task. */
export interface JointOrder {
  readonly name: string;
  readonly source: readonly number[];
}

/** Left and right in names of joints: whole words and the first letters of quadrupeds' legs. */
const SIDES: readonly (readonly [RegExp, string])[] = [
  [/left/i, "right"],
  [/right/i, "left"],
  [/^([FRHB])L(?=_|$)/i, "$1R"],
  [/^([FRHB])R(?=_|$)/i, "$1L"],
  [/(^|_)l(?=_|$)/, "$1r"],
  [/(^|_)r(?=_|$)/, "$1l"],
];

/**
 * The orders that are plausible for the joints of a task's actions, each once; the task's own is the first.
 * @param names of the joints, in the order of actions
 */
export function jointOrders(names: readonly string[], sim: Simulation, mechanism: MechanismDescription): JointOrder[] {
  const own = names.map((_, i) => i);
  const tree = new JointTree(names, sim);
  const inModel = listed(
    mechanism.joints.map(({ name }) => name),
    names,
  );
  const byActuator = listed(
    mechanism.actuators.map(({ joint }) => joint ?? ""),
    names,
  );
  const alphabetical = listed([...names].sort(), names);
  const limbs = limbOrders(names, tree);
  const orders: JointOrder[] = [
    { name: "the task's", source: own },
    { name: "of the MJCF's joints", source: inModel },
    { name: "of the MJCF's actuators", source: byActuator },
    { name: "breadth first", source: tree.breadthFirst(own) },
    ...limbs.map(({ name, source }) => ({ name, source })),
    ...limbs.map(({ name, source }) => ({ name: `breadth first, ${name}`, source: tree.breadthFirst(source) })),
    { name: "alphabetical", source: alphabetical },
    { name: "breadth first, alphabetical", source: tree.breadthFirst(alphabetical) },
  ];
  const seen = new Set<string>();
  return orders.filter(({ source }) => {
    const key = source.join();
    if (source.length !== names.length || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Indices of those of `list` that are among the names. */
function listed(list: readonly string[], names: readonly string[]): number[] {
  return list.map((name) => names.indexOf(name)).filter((index) => index >= 0);
}

/** Limbs in other orders: sides swapped, all of a side together, and both. */
function limbOrders(names: readonly string[], tree: JointTree): JointOrder[] {
  const swapped = names.map((name) => {
    const images = SIDES.flatMap(([side, other]) =>
      side.test(name) ? [names.indexOf(name.replace(side, other))] : [],
    );
    return images.find((index) => index >= 0) ?? names.indexOf(name);
  });
  const limbs = tree.limbs();
  const sides = [0, 1].map((side) => limbs.filter((_, i) => i % 2 === side).flat());
  const together = limbs.length === 4 ? sides.flat() : [];
  return [
    { name: "left and right swapped", source: swapped },
    { name: "limbs of a side together", source: together },
    { name: "limbs of the other side together", source: together.map((joint) => swapped[joint]!) },
  ].filter(({ source }) => new Set(source).size === names.length);
}

/** Which joints carry which. */
class JointTree {
  readonly #bodies: readonly number[];
  readonly #parents: readonly number[];
  readonly #joints: readonly number[];

  constructor(names: readonly string[], sim: Simulation) {
    const owners = sim.model.jnt_bodyid as Int32Array;
    this.#joints = names.map((name) => sim.jointId(name));
    this.#bodies = this.#joints.map((joint) => owners[joint]!);
    this.#parents = sim.bodyParents();
  }

  /** Joints that carry this one, and itself. */
  #chain(index: number): number[] {
    const chain: number[] = [];
    for (let body = this.#bodies[index]!; body > 0; body = this.#parents[body]!)
      this.#bodies.forEach((owner, other) => {
        const isAbove = body !== this.#bodies[index] || this.#joints[other]! <= this.#joints[index]!;
        if (owner === body && isAbove) chain.push(other);
      });
    return chain;
  }

  /** The order sorted by how many joints carry each. @param order within a level */
  breadthFirst(order: readonly number[]): number[] {
    const depth = order.map((index) => this.#chain(index).length);
    return order
      .map((index, at) => ({ index, at }))
      .sort((a, b) => depth[a.at]! - depth[b.at]! || a.at - b.at)
      .map(({ index }) => index);
  }

  /** Joints by the first one that carries them, in the order of those. */
  limbs(): number[][] {
    const limbs = new Map<number, number[]>();
    this.#bodies.forEach((_, index) => {
      const root = this.#chain(index).at(-1)!;
      limbs.set(root, [...(limbs.get(root) ?? []), index]);
    });
    return [...limbs.values()];
  }
}
