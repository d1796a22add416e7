/** Running means by name. */
export class MeanTally {
  readonly #sums = new Map<string, { sum: number; count: number }>();

  /** Counts one more value. */
  add(name: string, value: number): void {
    const entry = this.#sums.get(name) ?? { sum: 0, count: 0 };
    entry.sum += value;
    entry.count++;
    this.#sums.set(name, entry);
  }

  /** The mean of every name's values. */
  means(): Record<string, number> {
    return Object.fromEntries([...this.#sums].map(([name, { sum, count }]) => [name, sum / count]));
  }
}
