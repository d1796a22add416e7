// Gives every block its place: constants one behind the other, scratch blocks where no other block lives at the same time.
import { Block, type Instruction, type Place } from "./program.ts";

/** All places that an instruction reads or writes. */
export function placesOf(instruction: Instruction): Place[] {
  switch (instruction.kind) {
    case "map":
      return [instruction.out, ...instruction.inputs];
    case "gemm":
      return [instruction.out, instruction.a, instruction.b, ...(instruction.c ? [instruction.c] : [])];
    case "rows":
      return [instruction.out, instruction.x];
    default:
      return instruction satisfies never;
  }
}

/** Sets the offsets of scratch blocks. @returns values of the scratch memory */
export function planScratch(instructions: readonly Instruction[], outputs: readonly Place[]): number {
  const blocks = livingBlocks(instructions, outputs);
  const alive: Block[] = [];
  let size = 0;
  for (const block of blocks) {
    for (let i = alive.length - 1; i >= 0; i--) if (alive[i].last < block.first) alive.splice(i, 1);
    block.offset = firstGap(alive, block.size);
    alive.push(block);
    alive.sort((a, b) => a.offset - b.offset);
    size = Math.max(size, block.offset + block.size);
  }
  return size;
}

/** Scratch blocks in the order of their first writes, with their times of life. */
function livingBlocks(instructions: readonly Instruction[], outputs: readonly Place[]): Block[] {
  const blocks = new Set<Block>();
  const see = ({ block }: Place, index: number) => {
    if (block.area !== "scratch") return;
    if (!blocks.has(block)) block.first = index;
    blocks.add(block);
    block.last = index;
  };
  instructions.forEach((instruction, index) => {
    for (const place of placesOf(instruction)) see(place, index);
  });
  for (const place of outputs) see(place, instructions.length);
  return [...blocks];
}

/** @param alive by offset */
function firstGap(alive: readonly Block[], size: number): number {
  let offset = 0;
  for (const block of alive) {
    if (block.offset - offset >= size) return offset;
    offset = Math.max(offset, block.offset + block.size);
  }
  return offset;
}

/** Constants one behind the other; equal tensors were made one before. */
export class Constants {
  readonly #values: Float32Array[] = [];
  #size = 0;

  add(values: Float32Array): Place {
    const block = new Block("constants", values.length);
    block.offset = this.#size;
    this.#values.push(values);
    this.#size += values.length;
    return { block, offset: 0 };
  }

  joined(): Float32Array {
    const all = new Float32Array(this.#size);
    let at = 0;
    for (const values of this.#values) {
      all.set(values, at);
      at += values.length;
    }
    return all;
  }
}
