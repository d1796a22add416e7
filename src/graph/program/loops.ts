// Loop dimensions and strides: broadcasting, and the fewest loops that walk the same values.
import { sizeOf, stridesOf } from "../shape.ts";
import type { MapInstruction, Walk } from "./program.ts";

/** Steps of a row-major value of `shape` along the axes of `dims`, to which it broadcasts; 0 where it is repeated. */
export function broadcastStrides(shape: readonly number[], dims: readonly number[]): number[] {
  const strides = stridesOf(shape);
  const lead = dims.length - shape.length;
  return dims.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : strides[axis - lead]));
}

/** The same loop without axes of size 1, and with neighbouring axes made one where all operands allow it. */
export function collapsed(loop: MapInstruction): MapInstruction {
  const walks = [loop.out, ...loop.inputs];
  const axes = loop.dims.map((_, axis) => axis).filter((axis) => loop.dims[axis] !== 1);
  const dims: number[] = [];
  const strides: number[][] = walks.map(() => []);
  for (const axis of axes) {
    const size = loop.dims[axis];
    const joins = dims.length > 0 && walks.every(({ strides: own }, w) => strides[w].at(-1) === own[axis] * size);
    const at = joins ? dims.length - 1 : dims.length;
    dims[at] = joins ? dims[at] * size : size;
    walks.forEach((walk, w) => {
      strides[w][at] = walk.strides[axis];
    });
  }
  const [out, ...inputs] = walks.map((walk, w): Walk => ({ ...walk, strides: strides[w] }));
  return { ...loop, dims, out, inputs };
}

/** A shape as [outer, size of the axis, inner]. */
export function splitAt(shape: readonly number[], axis: number): [number, number, number] {
  return [sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1))];
}
