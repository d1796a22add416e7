/**
 * Policies that are the same left and right by construction: the mean of a network and of its image in the mirror,
 * v(o, x, t) = ½·(f(o, x, t) + M_a·f(M_o·o, M_a·x, t)). M_o and M_a are signed permutations that are their own inverses.
 * Source: averaging over a group, as in Yarotsky, "Universal approximations of invariant maps" (arXiv 1804.10306).
 */
import { add, constant, matmul, mul, reshape, type Tensor } from "../graph/index.ts";

/** A signed permutation that is its own inverse, as plain data: image[i] = ±value[k − 1] where entry i is ±k. */
export type Reflection = readonly number[];

/** What becomes of an observation and of an action when left and right are swapped. */
export interface PolicySymmetry {
  /** [obsSize] */
  readonly obs: Reflection;
  /** [actionSize] */
  readonly action: Reflection;
}

/** Whether these are a reflection of so many values. */
export function isReflection(values: readonly number[], size: number): boolean {
  return (
    values.length === size && values.every((image, i) => values[Math.abs(image) - 1] === Math.sign(image) * (i + 1))
  );
}

/** P such that rows x·P are the images of rows x. @param unchanged further values that stay as they are → [size, size] */
export function reflectionMatrix(reflection: Reflection, unchanged = 0): Tensor {
  const size = reflection.length + unchanged;
  const values = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    const image = reflection[i] ?? i + 1;
    values[(Math.abs(image) - 1) * size + i] = Math.sign(image);
  }
  return constant(values, [size, size]);
}

/** The observation and, of a symmetric policy, its image. obs [rows, obsSize] */
export function seenBothWays(symmetry: PolicySymmetry | undefined, obs: Tensor): readonly Tensor[] {
  return symmetry === undefined ? [obs] : [obs, matmul(obs, reflectionMatrix(symmetry.obs))];
}

/** The last layer's weights for the image of what the network puts out, with the other weights as they are. */
export function withOutputImage(
  weights: Readonly<Record<string, Tensor>>,
  layer: string,
  output: Reflection,
): Record<string, Tensor> {
  const image = reflectionMatrix(output);
  const [kernel, bias] = [`${layer}/kernel`, `${layer}/bias`];
  const moved = matmul(reshape(weights[bias], [1, output.length]), image);
  return { ...weights, [kernel]: matmul(weights[kernel], image), [bias]: reshape(moved, [output.length]) };
}

/** The output of a network, or the mean of it and its image. */
export function meanOfSides([straight, image]: readonly Tensor[]): Tensor {
  return image === undefined ? straight : mul(add(straight, image), 0.5);
}

/**
 * Makes statistics of observations those of the observations and their images together, so that an image's normalised values are the image of
 * the normalised values. Changes the first obsSize values in place.
 */
export function evenOutStatistics(obs: Reflection, mean: Float32Array, std: Float32Array): void {
  obs.forEach((image, i) => {
    const other = Math.abs(image) - 1;
    if (other < i) return;
    const reflected = Math.sign(image) * mean[other];
    const centre = (mean[i] + reflected) / 2;
    const spread = Math.sqrt((std[i] ** 2 + std[other] ** 2) / 2 + ((mean[i] - reflected) / 2) ** 2);
    mean[other] = Math.sign(image) * centre;
    mean[i] = centre;
    std[i] = spread;
    std[other] = spread;
  });
}
