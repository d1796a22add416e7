// Shapes: sizes, strides and numpy broadcasting, with one symbolic leading dimension.
// Not here: anything about values or ops.

/** A dimension: a count, or `BATCH`. */
export type Dim = number;

/** The one symbolic dimension: the leading dimension of exported controllers, known only when the graph runs. */
export const BATCH: Dim = -1;

/** True when the leading dimension is `BATCH`. */
export function isBatched(shape: readonly Dim[]): boolean {
  return shape[0] === BATCH;
}

/** Number of values, the symbolic dimension counted as `batch`. */
export function sizeOf(shape: readonly Dim[], batch = 1): number {
  let size = 1;
  for (const dim of shape) size *= dim === BATCH ? batch : dim;
  return size;
}

/** Elements to skip per step along each axis of a row-major array. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** "[batch, 3, 4]", as error messages show shapes. */
export function formatShape(shape: readonly Dim[]): string {
  return `[${shape.map((dim) => (dim === BATCH ? "batch" : dim)).join(", ")}]`;
}

/** Whether two shapes are equal, dimension by dimension. */
export function sameShape(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** The shape both broadcast to, by numpy's rules, or null when they do not fit. */
export function broadcast(a: readonly Dim[], b: readonly Dim[]): Dim[] | null {
  const rank = Math.max(a.length, b.length);
  const shape: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return null;
    shape.push(left === 1 ? right : left);
  }
  return shape;
}

/** Broadcasts or throws a RangeError that names `who` and both shapes. */
export function broadcastShapes(who: string, a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const shape = broadcast(a, b);
  if (!shape) throw new RangeError(`${who}: shapes must broadcast, got ${formatShape(a)} and ${formatShape(b)}`);
  return shape;
}

/** The axis as a non-negative index; negative axes count from the end. Throws a RangeError naming `who`. */
export function normalizeAxis(who: string, axis: number, rank: number): number {
  const index = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(index) || index < 0 || index >= rank)
    throw new RangeError(`${who}: axis must lie in [${-rank}, ${rank - 1}] for rank ${rank}, got ${axis}`);
  return index;
}

/** Throws unless every dimension is a non-negative integer, `BATCH` allowed in front only. */
export function assertShape(who: string, shape: readonly Dim[]): void {
  shape.forEach((dim, axis) => {
    const allowed = Number.isInteger(dim) && (dim >= 0 || (dim === BATCH && axis === 0));
    if (!allowed)
      throw new RangeError(`${who}: dimensions must be counts, BATCH only in front, got [${shape.join(", ")}]`);
  });
}
