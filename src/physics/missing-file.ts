/** Finds the attribute that names a file which MuJoCo could not open: MuJoCo itself reports the path only. */
import { basename, isAbsolute, posix } from "node:path";

const UNOPENED = /Error opening file '(.*?)': /;
const COMMENT = /<!--[\s\S]*?-->/g;
const ELEMENT = /<([a-z][\w:.-]*)\s((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi;
const FILE_ATTRIBUTE = /\b(file[a-z]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;
const ENTITY = /&(amp|lt|gt|quot|apos);/g;
const CHARACTERS: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

interface NamedFile {
  /** How much of the path that MuJoCo looked for stands in the attribute; 0 for none. */
  readonly agreement: number;
  /** Element, attribute, file and line. */
  readonly place: string;
}

/**
 * What to add to a message that calls a file missing, such as `; named by <mesh file="wedge.stl"> in /robots/arm.xml, line 3`, with the
 * other paths that MuJoCo tried; "" for messages of another kind.
 * @param opened files that MuJoCo opened, by path
 * @param missed paths that MuJoCo could not open
 */
export function missingFile(
  message: string,
  opened: ReadonlyMap<string, Uint8Array>,
  missed: ReadonlySet<string>,
): string {
  const [, wanted] = UNOPENED.exec(message) ?? [];
  if (wanted === undefined) return "";
  const place = placeOf(wanted, opened);
  // Names that are relative to MuJoCo's own working folder lead nowhere here.
  const others = [...missed].filter((path) => isAbsolute(path) && basename(path) === basename(wanted));
  const tried = others.filter((path) => path !== posix.normalize(wanted)).join(", ");
  return `${place && `; named by ${place}`}${tried && `; also looked for ${tried}`}`;
}

function placeOf(wanted: string, opened: ReadonlyMap<string, Uint8Array>): string {
  let best: NamedFile = { agreement: 0, place: "" };
  for (const [path, bytes] of opened) {
    for (const named of namedFiles(path, textOf(bytes), wanted)) {
      if (named.agreement > best.agreement) best = named;
    }
  }
  return best.place;
}

/** The text of an XML file, whose comments keep nothing but their lines; "" for other files. */
function textOf(bytes: Uint8Array): string {
  const head = new TextDecoder().decode(bytes.subarray(0, 100)).trimStart();
  if (!head.startsWith("<")) return "";
  return new TextDecoder().decode(bytes).replace(COMMENT, (comment) => comment.replace(/[^\n]/g, " "));
}

function* namedFiles(path: string, xml: string, wanted: string): Generator<NamedFile> {
  for (const { 1: element, 2: attributes, index } of xml.matchAll(ELEMENT)) {
    for (const { 0: attribute, 2: double, 3: single } of attributes.matchAll(FILE_ATTRIBUTE)) {
      const agreement = agreementOf(double ?? single ?? "", wanted);
      if (agreement === 0) continue;
      yield {
        agreement,
        place: `<${element} ${attribute}> in ${path}, line ${xml.slice(0, index).split("\n").length}`,
      };
    }
  }
}

/** Length of the end of the attribute's path that is the end of the wanted one, in whole names. */
function agreementOf(attribute: string, wanted: string): number {
  const names = attribute
    .replace(ENTITY, (_, name: string) => CHARACTERS[name])
    .replaceAll("\\", "/")
    .split("/");
  for (; names.length > 0; names.shift()) {
    const end = names.join("/");
    if (end !== "" && `/${wanted}`.endsWith(`/${end}`)) return end.length;
  }
  return 0;
}
