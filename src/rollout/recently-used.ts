/** A cache of objects that hold native memory: made on request, disposed of once enough others were requested since. */
export class RecentlyUsed<T extends { dispose(): Promise<void> }> {
  readonly #most: number;
  /** In the order in which they were last requested */
  readonly #made = new Map<string, Promise<T>>();

  /** @param most how many are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** The thing of that key. What could not be made is made again when it is requested again. */
  get(key: string, make: () => Promise<T>): Promise<T> {
    const made = this.#made.get(key) ?? this.#begin(key, make);
    this.#made.delete(key);
    this.#made.set(key, made);
    this.#disposeOldest();
    return made;
  }

  #begin(key: string, make: () => Promise<T>): Promise<T> {
    const made = make();
    made.catch(() => {
      if (this.#made.get(key) === made) this.#made.delete(key);
    });
    return made;
  }

  #disposeOldest(): void {
    for (const [key, made] of this.#made) {
      if (this.#made.size <= this.#most) return;
      this.#made.delete(key);
      void made.then((thing) => thing.dispose()).catch(() => undefined); // what was never made needs no end
    }
  }
}
