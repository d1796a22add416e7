// Numbers as C99 source: the shortest decimals that read back as the same float32.

/** With so many digits every float32 reads back, and most weights need nearly as many; with one digit more it never reads back less. */
const MOST_DIGITS = 9;
const USUAL_DIGITS = 8;

/** A float literal. Infinities and NaN come from math.h. */
export function floatLiteral(value: number): string {
  const single = Math.fround(value);
  if (Number.isNaN(single)) return "NAN";
  if (!Number.isFinite(single)) return single > 0 ? "INFINITY" : "-INFINITY";
  const readsBack = (digits: number) =>
    digits >= MOST_DIGITS || Math.fround(Number(single.toPrecision(digits))) === single;
  let digits = USUAL_DIGITS;
  while (!readsBack(digits)) digits++;
  while (digits > 1 && readsBack(digits - 1)) digits--;
  return withSuffix(single.toPrecision(digits), single);
}

function withSuffix(text: string, value: number): string {
  const short = text.includes("e") || !text.includes(".") ? text : text.replace(/\.?0+$/, "");
  const sign = Object.is(value, -0) ? "-" : "";
  return `${sign}${/[.e]/.test(short) ? short : `${short}.0`}f`;
}

/** Literals separated by commas, in lines of at most 120 characters below `indent`. */
export function floatRows(values: ArrayLike<number>, indent: string): string {
  const lines: string[] = [];
  let line = indent;
  for (let i = 0; i < values.length; i++) {
    const word = `${floatLiteral(values[i])},`;
    if (line.length + word.length > 119) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line].join("\n");
}
