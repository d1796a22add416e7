/** Exported declarations of TypeScript files with their doc comments, read from the syntax tree. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ESTree, parseSync } from "vite";

/** One declaration. */
export interface Declaration {
  readonly name: string;
  /** Text of its doc comment, without stars; "" where it has none. */
  readonly about: string;
  /** Its text, without `export` and without private members. */
  readonly text: string;
  readonly file: string;
}

/** What a file exports, in the order of its text; re-exports are followed to where they are declared. */
export function exportsOf(file: string): Declaration[] {
  const source = readFileSync(file, "utf8");
  const { program, comments, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`);
  const aboutBefore = (start: number) => {
    const comment = comments.findLast(({ end, type }) => type === "Block" && end <= start);
    return comment?.value.startsWith("*") && source.slice(comment.end, start).trim() === ""
      ? aboutOf(comment.value)
      : "";
  };
  return program.body.flatMap((node) => {
    if (node.type === "ExportAllDeclaration" && node.exported) return [];
    if (node.type === "ExportAllDeclaration") return exportsOf(besides(file, node.source.value));
    if (node.type !== "ExportNamedDeclaration") return [];
    if (node.declaration) return [declared(node.declaration, aboutBefore(node.start), source, file)];
    if (!node.source) return [];
    const from = exportsOf(besides(file, node.source.value));
    return node.specifiers.map((specifier) => found(from, nameOf(specifier.local), file));
  });
}

function found(declarations: readonly Declaration[], name: string, file: string): Declaration {
  const one = declarations.find((declaration) => declaration.name === name);
  if (one === undefined) throw new Error(`${file}: exports ${name}, which is not declared`);
  return one;
}

function nameOf(node: ESTree.ModuleExportName): string {
  return node.type === "Literal" ? node.value : node.name;
}

/** `./x.ts` and `./x.js` as the kind of file that imports them: sources or declarations. */
function besides(file: string, target: string): string {
  const ending = file.endsWith(".d.ts") ? ".d.ts" : ".ts";
  return join(dirname(file), target.replace(/(\.d)?\.[jt]s$/, ending));
}

function declared(node: ESTree.Declaration, about: string, source: string, file: string): Declaration {
  const id = node.type === "VariableDeclaration" ? node.declarations[0]!.id : (node as { id: { name: string } }).id;
  const text = source.slice(node.start, node.end).replace(/^declare /, "");
  const shown = text.replace(/\n\s*(#private;|readonly #\w+[^\n]*;|private [^\n]*;)/g, "");
  return { name: (id as { name: string }).name, about, text: shown, file };
}

/** The lines of a doc comment. */
function aboutOf(comment: string): string {
  return comment
    .slice(1)
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, ""))
    .join("\n")
    .trim();
}
