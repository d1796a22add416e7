/**
 * Per-environment values of model fields. One simulation serves many environments, each with its own frictions, masses and gains:
 * an overlay names the elements that differ, writes an environment's values when it is swapped in, and restores the compiled ones exactly.
 */
import { boundGeom, forgetShortcutsOf, sizedGeoms } from "../compiled-shortcuts.ts";
import type { Simulation } from "../simulation.ts";
import type { ModelField } from "./model-fields.ts";

/** One element of a model field. */
export interface ModelElement {
  readonly field: ModelField;
  /** Position in the field's flat array. */
  readonly index: number;
}

/** The elements of one model that environments may change. */
export class ModelOverlay {
  readonly elements: readonly ModelElement[];
  /** The compiled values, [elements]. */
  readonly nominal: Float64Array;
  /** What the model holds now, [elements]. */
  readonly #loaded: Float64Array;
  readonly #indices: Int32Array;
  readonly #sim: Simulation;
  /** The geoms whose sizes differ. */
  readonly #sized: readonly number[];
  #fields: Float64Array[] = [];

  constructor(sim: Simulation, elements: readonly ModelElement[]) {
    this.elements = elements;
    this.#sim = sim;
    this.#sized = sizedGeoms(elements);
    forgetShortcutsOf(sim, elements);
    this.#indices = Int32Array.from(elements, (element) => element.index);
    sim.onViews(() => {
      this.#fields = elements.map((element) => sim.modelFields[element.field]);
    });
    this.nominal = Float64Array.from(elements, (_, i) => this.#fields[i][this.#indices[i]]);
    this.#loaded = this.nominal.slice();
  }

  get size(): number {
    return this.nominal.length;
  }

  /** Makes the model hold the values at `offset` of `values`; writes only those that it does not hold yet. */
  apply(values: Float64Array, offset: number): void {
    const loaded = this.#loaded;
    for (let i = 0; i < loaded.length; i++) {
      const value = values[offset + i];
      if (loaded[i] === value) continue;
      loaded[i] = value;
      this.#fields[i][this.#indices[i]] = value;
    }
    for (let i = 0; i < this.#sized.length; i++) boundGeom(this.#sim, this.#sized[i]);
  }

  /** Makes the model hold the compiled values again. */
  restore(): void {
    this.apply(this.nominal, 0);
  }
}
