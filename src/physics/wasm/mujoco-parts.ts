/** mujoco-js in its two parts: its one file holds the WebAssembly as ten megabytes of text within JavaScript. */

/** The file, taken apart. */
export interface SeparateParts {
  /** JavaScript of a function that returns the loader; its parameters are `GLUE_PARAMETERS`. */
  readonly glue: string;
  /** Bytes of the WebAssembly module. */
  readonly wasm: Uint8Array;
}

/** What the JavaScript needs from outside: its own URL, and what `import('module')` gives in Node. */
export const GLUE_PARAMETERS = ["scriptUrl", "nodeModule"];

/** What stands around the WebAssembly in base64. */
const [BEFORE, AFTER] = ["return base64Decode('", "')"];
/** What only a module of its own may say, and what it says as a function. */
const REWORDED = [
  ["await import('module')", "nodeModule"],
  ["export default loadMujoco;", "return loadMujoco;"],
] as const;

/** @param file the bytes of mujoco-js @returns null where they are not as expected */
export function separateParts(file: Buffer): SeparateParts | null {
  const place = wasmPlace(file);
  if (place === null) return null;
  const { start, end } = place;
  const text = file.toString("utf8", 0, start) + file.toString("utf8", end);
  if (REWORDED.some(([found]) => !text.includes(found))) return null;
  const glue = REWORDED.reduce((source, [found, instead]) => source.replace(found, instead), text);
  const wasm = Buffer.from(file.toString("latin1", start, end), "base64");
  return { glue: glue.replaceAll("import.meta.url", "scriptUrl"), wasm };
}

/** The same file with another WebAssembly. @param change makes it from the one that is there @returns null where the file is not as expected */
export function withChangedWasm(file: Buffer, change: (wasm: Uint8Array) => Uint8Array): string | null {
  const place = wasmPlace(file);
  if (place === null) return null;
  const { start, end } = place;
  const wasm = Buffer.from(change(Buffer.from(file.toString("latin1", start, end), "base64")));
  return file.toString("utf8", 0, start) + wasm.toString("base64") + file.toString("utf8", end);
}

function wasmPlace(file: Buffer): { readonly start: number; readonly end: number } | null {
  const start = file.indexOf(BEFORE) + BEFORE.length;
  const end = file.indexOf(AFTER, start);
  return start < BEFORE.length || end < 0 ? null : { start, end };
}
