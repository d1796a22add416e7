/** What one environment remembers beside its physics, as named parts of fixed size; swapped in and out as one run of numbers. */
export class TaskMemory {
  readonly #parts: Float64Array[] = [];
  #size = 0;

  /** Number of values of all parts. */
  get size(): number {
    return this.#size;
  }

  /** A new part, zero, that is swapped with the environment; its contents change, the array stays the same. */
  claim(size: number): Float64Array {
    const part = new Float64Array(size);
    if (size > 0) this.#parts.push(part);
    this.#size += size;
    return part;
  }

  /** Writes all parts into `out` at `offset`. */
  save(out: Float64Array, offset: number): void {
    let at = offset;
    for (let p = 0; p < this.#parts.length; p++) {
      const part = this.#parts[p];
      for (let i = 0; i < part.length; i++) out[at + i] = part[i];
      at += part.length;
    }
  }

  /** Takes all parts from `source` at `offset`. */
  load(source: Float64Array, offset: number): void {
    let at = offset;
    for (let p = 0; p < this.#parts.length; p++) {
      const part = this.#parts[p];
      for (let i = 0; i < part.length; i++) part[i] = source[at + i];
      at += part.length;
    }
  }
}
