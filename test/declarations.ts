/** Exported declarations of a source text, and whether a doc comment stands right above each. */
const DECLARATION = /^export (?:declare |abstract |async )*(?:function\*?|class|interface|type|const|let|enum) (\w+)/gm;

/** One of them. */
export interface Declaration {
  readonly name: string;
  readonly isDocumented: boolean;
}

/** Exported declarations of a source text; overloads of a function are one, documented where one of them is. */
export function declarationsOf(text: string): Declaration[] {
  const found = new Map<string, boolean>();
  for (const { 1: name = "", index } of text.matchAll(DECLARATION))
    found.set(name, found.get(name) === true || text.slice(0, index).endsWith("*/\n"));
  return [...found].map(([name, isDocumented]) => ({ name, isDocumented }));
}
