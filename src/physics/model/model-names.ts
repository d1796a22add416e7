/** Names of a compiled model's elements: name → id with suggestions for misspelt ones, and id → name. */
import { suggestion } from "../../math/near-names.ts";
import { UserError } from "../../math/user-error.ts";

const KINDS = {
  body: { count: "nbody", address: "name_bodyadr" },
  joint: { count: "njnt", address: "name_jntadr" },
  geom: { count: "ngeom", address: "name_geomadr" },
  site: { count: "nsite", address: "name_siteadr" },
  tendon: { count: "ntendon", address: "name_tendonadr" },
  actuator: { count: "nu", address: "name_actuatoradr" },
  sensor: { count: "nsensor", address: "name_sensoradr" },
  keyframe: { count: "nkey", address: "name_keyadr" },
  hfield: { count: "nhfield", address: "name_hfieldadr" },
  pair: { count: "npair", address: "name_pairadr" },
} as const;

/** Kinds of elements that can be looked up by name. */
export type ElementKind = keyof typeof KINDS;

type Kind = (typeof KINDS)[ElementKind];

/** What of a compiled model says how its elements are called. */
type NameTable = { readonly names: Int8Array } & Readonly<Record<Kind["address"], Int32Array>> &
  Readonly<Record<Kind["count"], number>>;

/** The names of one compiled model, read once. */
export class ModelNames {
  readonly #scene: string;
  readonly #names: Record<ElementKind, readonly string[]>;
  readonly #ids: Record<ElementKind, ReadonlyMap<string, number>>;

  /** @param scene how errors call the model */
  constructor(model: NameTable, scene: string) {
    this.#scene = scene;
    const bytes = new Uint8Array(model.names);
    const read = (kind: ElementKind) => readNames(bytes, model[KINDS[kind].address], model[KINDS[kind].count]);
    this.#names = mapKinds(read);
    this.#ids = mapKinds(
      (kind) => new Map(this.#names[kind].map((name, id) => [name, id] as const).filter(([name]) => name !== "")),
    );
  }

  /** All names of a kind in the order of their ids; unnamed elements are "". */
  all(kind: ElementKind): readonly string[] {
    return this.#names[kind];
  }

  /** @returns the element's id @throws UserError that lists near names */
  id(kind: ElementKind, name: string): number {
    const id = this.#ids[kind].get(name);
    if (id !== undefined) return id;
    throw new UserError(`scene ${this.#scene} has no ${kind} "${name}"${suggestion(name, this.#ids[kind].keys())}`);
  }

  /** Whether an element of that name exists. */
  has(kind: ElementKind, name: string): boolean {
    return this.#ids[kind].has(name);
  }
}

/** The name that stands at an address of the model's names. */
export function nameAt(model: Pick<NameTable, "names">, address: number): string {
  const bytes = new Uint8Array(model.names);
  return new TextDecoder().decode(bytes.subarray(address, bytes.indexOf(0, address)));
}

function readNames(bytes: Uint8Array, addresses: Int32Array, count: number): string[] {
  const decoder = new TextDecoder();
  const names: string[] = [];
  for (let id = 0; id < count; id++) {
    const start = addresses[id];
    names.push(decoder.decode(bytes.subarray(start, bytes.indexOf(0, start))));
  }
  return names;
}

function mapKinds<T>(make: (kind: ElementKind) => T): Record<ElementKind, T> {
  const kinds = Object.keys(KINDS) as ElementKind[];
  return Object.fromEntries(kinds.map((kind) => [kind, make(kind)])) as Record<ElementKind, T>;
}
