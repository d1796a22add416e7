/** Numbers as users write them. */

/** Also 6_000_000, 6e6 and, as the metrics print them, 6M and 500k. Undefined where the text is no number. */
export function parseNumber(text: string): number | undefined {
  const plain = text.trim().replaceAll("_", "").replace(/k$/, "e3").replace(/M$/, "e6");
  const value = Number(plain);
  return plain === "" || !Number.isFinite(value) ? undefined : value;
}
