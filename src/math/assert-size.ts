/**
 * Throws unless `array` holds exactly `expected` values.
 * @param label the array's name and shape in words, such as "obs [steps, envs, obsSize]".
 */
export function assertSize(array: { readonly length: number }, expected: number, label: string): void {
  if (array.length !== expected) throw new RangeError(`${label} must have ${expected} values, got ${array.length}`);
}
