/** The contract page: every field of an exported controller's contract, from its JSON schema. */
import { contractJsonSchema } from "../../src/export/contract/contract-schema.ts";
import { code, plain, table } from "../markdown.ts";

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly additionalProperties?: Schema | boolean;
}

/** One table: path, type, whether it may be absent, meaning. */
export function contractReference(): string {
  const rows = [...fieldsBelow(contractJsonSchema() as Schema, "")];
  return table(["field", "type", "meaning"], rows);
}

function* fieldsBelow(schema: Schema, path: string): Generator<string[]> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const at = path === "" ? name : `${path}.${name}`;
    const optional = schema.required?.includes(name) ? "" : "; optional";
    yield [code(at), `${plain(typeOf(field))}${optional}`, plain(field.description ?? "")];
    yield* fieldsBelow(field, at);
    for (const inner of field.anyOf ?? []) yield* fieldsBelow(inner, at);
    if (field.items) yield* fieldsBelow(field.items, `${at}[]`);
    if (typeof field.additionalProperties === "object") yield* fieldsBelow(field.additionalProperties, `${at}.*`);
  }
}

function typeOf({ type, items, prefixItems, anyOf, enum: choices, const: only, additionalProperties }: Schema): string {
  if (only !== undefined) return JSON.stringify(only);
  if (choices) return choices.map((choice) => JSON.stringify(choice)).join(" or ");
  if (anyOf) return [...new Set(anyOf.map(typeOf))].join(" or ");
  if (prefixItems) return `[${prefixItems.map(typeOf).join(", ")}]`;
  if (items) return `array of ${typeOf(items)}`;
  if (typeof additionalProperties === "object") return `object of ${typeOf(additionalProperties)}`;
  return type === undefined ? "any value" : [type].flat().join(" or ");
}
