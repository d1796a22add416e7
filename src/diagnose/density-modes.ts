/**
 * Modes of a cloud of points in the plane. The density is estimated with Gaussian kernels, h = σ·n^(−1/6) along each axis (Scott, "Multivariate
 * Density Estimation", 1992), on a grid. Every point belongs to the peak that is reached by climbing from it. Two neighbouring peaks are two modes
 * when the highest pass between them lies below half of the lower peak, else one (pruning by persistence as in ToMATo, Chazal et al., J. ACM
 * 2013); a mode holds at least one point in twenty.
 *
 * So one Gaussian is one mode however wide or elongated it is, and two equal ones are two modes from a distance of about 3.3 deviations on,
 * kernels included.
 */
import { assertSize } from "../math/assert-size.ts";

/** One mode. */
export interface DensityMode {
  /** Mean of its points. */
  readonly centre: readonly [number, number];
  /** Where the density is highest. */
  readonly peak: readonly [number, number];
  /** Its points among all. */
  readonly share: number;
}

/** Modes by falling share. */
export interface DensityModes {
  readonly modes: readonly DensityMode[];
  /** [points] index of each point's mode, −1 where it belongs to a peak that is too small to count */
  readonly labels: Int32Array;
}

/** A pass this high, in heights of the lower peak, makes two peaks one mode. */
const PASS = 0.5;
/** Share of the points that a mode holds at least. */
const LEAST_SHARE = 0.05;
/** Grid cells per kernel deviation, unless that makes too many of them. */
const CELLS_PER_DEVIATION = 3;
const MOST_CELLS = 400;
/** Kernels end here, in deviations. */
const KERNEL_REACH = 4;

/** A row or column of the grid. */
interface Axis {
  readonly low: number;
  /** Width of a cell. */
  readonly cell: number;
  readonly cells: number;
  /** Deviation of the kernel, in cells. */
  readonly deviation: number;
}

/**
 * Finds the modes.
 * @param points [n, 2]
 * @throws RangeError when there are none, or one is not finite
 */
export function densityModes(points: Float32Array): DensityModes {
  const n = points.length / 2;
  assertSize(points, 2 * Math.floor(n), "density modes: points [n, 2]");
  if (n === 0 || !points.every(Number.isFinite))
    throw new RangeError("density modes: points must be finite, and at least one");
  const axes = [axisOf(points, 0), axisOf(points, 1)] as const;
  const at = Int32Array.from({ length: n }, (_, i) => cellOf(points, i, axes));
  const density = densityOf(at, axes);
  const basins = basinsOf(density, axes[0].cells);
  return collectModes(points, at, basins, density, axes);
}

function axisOf(points: Float32Array, axis: number): Axis {
  const n = points.length / 2;
  let [low, high, sum] = [Infinity, -Infinity, 0];
  for (let i = axis; i < points.length; i += 2) {
    low = Math.min(low, points[i]);
    high = Math.max(high, points[i]);
    sum += points[i];
  }
  let squares = 0;
  for (let i = axis; i < points.length; i += 2) squares += (points[i] - sum / n) ** 2;
  // Points that all agree along an axis still need a kernel of some width.
  const kernel = Math.max(Math.sqrt(squares / n) * n ** (-1 / 6), 1e-6 * Math.max(1, Math.abs(sum / n)));
  const margin = KERNEL_REACH * kernel;
  const span = high - low + 2 * margin;
  const cell = Math.max(kernel / CELLS_PER_DEVIATION, span / MOST_CELLS);
  return { low: low - margin, cell, cells: Math.ceil(span / cell) + 1, deviation: kernel / cell };
}

function cellOf(points: Float32Array, i: number, [x, y]: readonly [Axis, Axis]): number {
  const column = Math.floor((points[2 * i] - x.low) / x.cell);
  const row = Math.floor((points[2 * i + 1] - y.low) / y.cell);
  return row * x.cells + column;
}

/** Points per cell, smoothed along both axes. [rows, columns] */
function densityOf(at: Int32Array, [x, y]: readonly [Axis, Axis]): Float64Array {
  const counts = new Float64Array(x.cells * y.cells);
  for (const cell of at) counts[cell]++;
  const smooth = new Float64Array(counts.length);
  for (let row = 0; row < y.cells; row++) blur(counts, smooth, row * x.cells, 1, x);
  const density = new Float64Array(counts.length);
  for (let column = 0; column < x.cells; column++) blur(smooth, density, column, x.cells, y);
  return density;
}

/** Spreads every value of one line over its neighbours. */
function blur(source: Float64Array, out: Float64Array, first: number, stride: number, axis: Axis): void {
  const reach = Math.ceil(KERNEL_REACH * axis.deviation);
  const kernel = Float64Array.from({ length: reach + 1 }, (_, k) => Math.exp(-0.5 * (k / axis.deviation) ** 2));
  for (let i = 0; i < axis.cells; i++) {
    const value = source[first + i * stride];
    if (value === 0) continue;
    const from = Math.max(-reach, -i);
    const to = Math.min(reach, axis.cells - 1 - i);
    for (let k = from; k <= to; k++) out[first + (i + k) * stride] += value * kernel[Math.abs(k)];
  }
}

/**
 * The peak that each cell belongs to, as the peak's cell; −1 where the density is 0. Cells are visited from the highest down: one without
 * visited neighbours is a peak; one that touches several basins is a pass between them.
 */
function basinsOf(density: Float64Array, columns: number): Int32Array {
  const parent = new Int32Array(density.length).fill(-1);
  const root = (cell: number): number => {
    let at = cell;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  };
  const occupied = [...density.keys()].filter((cell) => density[cell] > 0);
  for (const cell of occupied.sort((a, b) => density[b] - density[a] || a - b)) {
    const touched = visitedBasins(cell, density, columns, parent, root);
    parent[cell] = touched[0] ?? cell;
    for (const lower of touched.slice(1)) if (density[cell] >= PASS * density[lower]) parent[lower] = touched[0];
  }
  for (const cell of occupied) parent[cell] = root(cell);
  return parent;
}

/** Basins that a cell's visited neighbours belong to, the highest peak first. */
function visitedBasins(
  cell: number,
  density: Float64Array,
  columns: number,
  parent: Int32Array,
  root: (cell: number) => number,
): number[] {
  const column = cell % columns;
  const found: number[] = [];
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const neighbour = cell + dy * columns + dx;
      if (column + dx < 0 || column + dx >= columns || neighbour < 0 || neighbour >= parent.length) continue;
      if (neighbour === cell || parent[neighbour] < 0) continue;
      const basin = root(neighbour);
      if (!found.includes(basin)) found.push(basin);
    }
  }
  return found.sort((a, b) => density[b] - density[a] || a - b);
}

function collectModes(
  points: Float32Array,
  at: Int32Array,
  basins: Int32Array,
  density: Float64Array,
  [x, y]: readonly [Axis, Axis],
): DensityModes {
  const sums = new Map<number, { count: number; x: number; y: number }>();
  at.forEach((cell, i) => {
    const sum = sums.get(basins[cell]) ?? { count: 0, x: 0, y: 0 };
    sum.count++;
    sum.x += points[2 * i];
    sum.y += points[2 * i + 1];
    sums.set(basins[cell], sum);
  });
  const counted = [...sums]
    .filter(([, { count }]) => count >= LEAST_SHARE * at.length)
    .sort(([p, a], [q, b]) => b.count - a.count || density[q] - density[p]);
  const modes = counted.map(([peak, sum]) => ({
    centre: [sum.x / sum.count, sum.y / sum.count] as const,
    peak: [x.low + ((peak % x.cells) + 0.5) * x.cell, y.low + (Math.floor(peak / x.cells) + 0.5) * y.cell] as const,
    share: sum.count / at.length,
  }));
  const indices = new Map(counted.map(([peak], index) => [peak, index]));
  return { modes, labels: at.map((cell) => indices.get(basins[cell]) ?? -1) };
}
