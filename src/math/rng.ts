/**
 * Counter-based random numbers: a draw depends on its counter, never on earlier draws.
 * Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 */

/** What a position in the stream is used for; keeps the draws of one purpose apart from those of another. */
export const STREAM = {
  reset: 1,
  randomise: 2,
  command: 3,
  event: 4,
  observation: 5,
  policy: 6,
  pairs: 7,
  weights: 8,
  shuffle: 9,
  actionNoise: 10,
  probe: 11,
  terrain: 12,
  sweep: 13,
  delay: 14,
} as const;

/** Where a purpose needs several streams, its number plus multiples of this name them. */
export const STREAMS_PER_PURPOSE = 65536;

const PARITY = 0x1bd11bda;
const TWO_PI = 2 * Math.PI;
const UINT32_TO_UNIT = 1 / 4294967296;

/** A cursor on the stream (seed, stream, a, b). Reused: `seek` it, then draw. Allocates nothing after construction. */
export class Rng {
  #key0 = 0;
  #key1 = 0;
  #counter = 0;
  #word0 = 0;
  #word1 = 0;
  #hasWord = false;
  #spareNormal = 0;
  #hasNormal = false;

  /**
   * Moves to the position (seed, stream, a, b) and forgets everything drawn before.
   * @param seed the run's seed, an integer in [0, 2^53)
   * @param stream the purpose, one of `STREAM`, plus a multiple of `STREAMS_PER_PURPOSE` where a purpose needs several
   * @param a first coordinate, such as the environment's index
   * @param b second coordinate, such as the environment's step counter
   */
  seek(seed: number, stream: number, a = 0, b = 0): this {
    this.#block(seed >>> 0, Math.floor(seed / 4294967296) ^ stream, a, b);
    this.#key0 = this.#word0;
    this.#key1 = this.#word1;
    this.#counter = 0;
    this.#hasWord = false;
    this.#hasNormal = false;
    return this;
  }

  /** A whole number, uniform in [0, 2^32). */
  uint32(): number {
    if (this.#hasWord) {
      this.#hasWord = false;
      return this.#word1 >>> 0;
    }
    this.#block(this.#key0, this.#key1, this.#counter++, 0);
    this.#hasWord = true;
    return this.#word0 >>> 0;
  }

  /** A number uniform in [lo, hi), on a grid of 2^-32 of the range. */
  uniform(lo = 0, hi = 1): number {
    return lo + (hi - lo) * (this.uint32() * UINT32_TO_UNIT);
  }

  /** A whole number uniform in [0, n). */
  integer(n: number): number {
    return Math.floor(this.uint32() * UINT32_TO_UNIT * n);
  }

  /** A draw of the standard normal distribution (Box and Muller, both values used). */
  normal(): number {
    if (this.#hasNormal) {
      this.#hasNormal = false;
      return this.#spareNormal;
    }
    // radius² = −2 ln(u), with u in (0, 1]
    const radius = Math.sqrt(-2 * Math.log((this.uint32() + 1) * UINT32_TO_UNIT));
    const angle = TWO_PI * (this.uint32() * UINT32_TO_UNIT);
    this.#spareNormal = radius * Math.sin(angle);
    this.#hasNormal = true;
    return radius * Math.cos(angle);
  }

  /** Writes `count` standard normal draws into `out` from `offset` on. */
  fillNormal(out: Float32Array | Float64Array, offset = 0, count = out.length - offset): void {
    const end = offset + count;
    let i = offset;
    if (this.#hasNormal && i < end) out[i++] = this.normal();
    if (!this.#hasWord) {
      for (; i + 1 < end; i += 2) {
        // As `normal`, both values at once
        this.#block(this.#key0, this.#key1, this.#counter++, 0);
        const radius = Math.sqrt(-2 * Math.log(((this.#word0 >>> 0) + 1) * UINT32_TO_UNIT));
        const angle = TWO_PI * ((this.#word1 >>> 0) * UINT32_TO_UNIT);
        out[i] = radius * Math.cos(angle);
        out[i + 1] = radius * Math.sin(angle);
      }
    }
    for (; i < end; i++) out[i] = this.normal();
  }

  /** Continues as if `count` standard normal draws had been made, after none or after normal draws only. */
  skipNormal(count: number): void {
    let left = count;
    if (left > 0 && this.#hasNormal) {
      this.#hasNormal = false;
      left--;
    }
    // A block of two words makes two draws.
    this.#counter += left >>> 1;
    if (left % 2 === 1) this.normal();
  }

  /** Writes `count` draws uniform in [0, 1) into `out` from `offset` on. */
  fillUniform(out: Float32Array | Float64Array, offset = 0, count = out.length - offset): void {
    for (let i = 0; i < count; i++) out[offset + i] = this.uint32() * UINT32_TO_UNIT;
  }

  /** Shuffles the first `count` entries in place (Fisher and Yates). */
  shuffle(out: Int32Array | Uint32Array | number[], count = out.length): void {
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swapped = out[i];
      out[i] = out[j];
      out[j] = swapped;
    }
  }

  /** @returns the two unsigned words of one Threefry block, for comparison with published vectors. */
  static block(key: readonly [number, number], counter: readonly [number, number]): [number, number] {
    const rng = new Rng();
    rng.#block(key[0], key[1], counter[0], counter[1]);
    return [rng.#word0 >>> 0, rng.#word1 >>> 0];
  }

  /** The Threefry bijection of the counter (x0, x1) under the key (k0, k1); leaves both words in the cursor. */
  #block(k0: number, k1: number, x0: number, x1: number): void {
    const k2 = PARITY ^ k0 ^ k1;
    let a = (x0 + k0) | 0;
    let b = (x1 + k1) | 0;
    for (let round = 0; round < 5; round++) {
      const even = (round & 1) === 0;
      a = (a + b) | 0;
      b = (even ? (b << 13) | (b >>> 19) : (b << 17) | (b >>> 15)) ^ a;
      a = (a + b) | 0;
      b = (even ? (b << 15) | (b >>> 17) : (b << 29) | (b >>> 3)) ^ a;
      a = (a + b) | 0;
      b = (even ? (b << 26) | (b >>> 6) : (b << 16) | (b >>> 16)) ^ a;
      a = (a + b) | 0;
      b = (even ? (b << 6) | (b >>> 26) : (b << 24) | (b >>> 8)) ^ a;
      const keyed = round % 3;
      a = (a + (keyed === 0 ? k1 : keyed === 1 ? k2 : k0)) | 0;
      b = (b + (keyed === 0 ? k2 : keyed === 1 ? k0 : k1) + round + 1) | 0;
    }
    this.#word0 = a;
    this.#word1 = b;
  }
}
