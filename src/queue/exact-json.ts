/** JSON that keeps every number as it is: NaN, infinities and −0 too, which plain JSON changes. */

const WRITTEN = "#number";

/** @param value plain data */
export function exactJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== "number" || (Number.isFinite(inner) && !Object.is(inner, -0))) return inner;
    return { [WRITTEN]: Object.is(inner, -0) ? "-0" : String(inner) };
  });
}

/** @throws SyntaxError where the text is no JSON */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (_, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || !(WRITTEN in inner)) return inner;
    return Number(inner[WRITTEN]);
  });
}
