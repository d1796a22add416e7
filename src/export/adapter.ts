/** How the vectors of a file that another program made are rearranged from the task's: index permutations with a scale per value. */

/** given[i] = scale[i] · own[source[i]] */
export interface Arrangement {
  readonly source: readonly number[];
  readonly scale: readonly number[];
}

/** Both ends of a file. */
export interface Adapter {
  /** The file's input from the task's observation. */
  readonly observation: Arrangement;
  /** The task's action, after the squash, from the file's output. */
  readonly action: Arrangement;
}

/** Values as they are. */
export function unchanged(size: number): Arrangement {
  return { source: Array.from({ length: size }, (_, i) => i), scale: new Array<number>(size).fill(1) };
}

/** Writes rows of given values. @param own [rows, size] @param out [rows, size] */
export function rearrange({ source, scale }: Arrangement, own: Float32Array, out: Float32Array): void {
  const size = source.length;
  for (let row = 0; row < own.length; row += size)
    for (let i = 0; i < size; i++) out[row + i] = scale[i]! * own[row + source[i]!]!;
}

/** What undoes it. @throws RangeError unless every index occurs once, with a scale other than 0 */
export function inverse({ source, scale }: Arrangement): Arrangement {
  const back = source.map((_, i) => source.indexOf(i));
  if (back.includes(-1) || scale.includes(0))
    throw new RangeError("adapter: is no permutation, expected each index once");
  return { source: back, scale: back.map((from) => 1 / scale[from]!) };
}
