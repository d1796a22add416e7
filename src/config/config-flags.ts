/** Every setting of a configuration schema as a kebab-case dotted flag, with its documentation. Reads the schema; parses and prints nothing. */
import { z } from "zod";
import { trainConfigSchema } from "./config.ts";
import type { FieldMeta } from "./config-field.ts";
import { scheduledNumber } from "./schedule-field.ts";

/** One setting that can be given on the command line. */
export interface ConfigFlag extends FieldMeta {
  /** Without dashes in front: `algorithm.learning-rate`. */
  readonly name: string;
  /** Where the value goes in the configuration. */
  readonly path: readonly string[];
  readonly kind: "number" | "schedule" | "boolean" | "string" | "choice" | "numbers";
  /** Of kind "choice". */
  readonly choices: readonly string[];
  /** Whether a number must be whole. */
  readonly whole: boolean;
  /** Checks a coerced value. */
  readonly schema: z.ZodType;
  /** One default, or one per algorithm where only some have the setting or where they differ. */
  readonly defaults: readonly FlagDefault[];
}

/** A default, and the algorithm it belongs to; null where it belongs to all. */
export interface FlagDefault {
  readonly algorithm: string | null;
  readonly value: unknown;
}

/** The flags of a training run, in the schema's order; `task` and the algorithm's name are positional or have their own flag. */
export const trainFlags: readonly ConfigFlag[] = collectFlags(trainConfigSchema).filter((flag) => flag.name !== "task");

/** What a configuration has at a flag's path; undefined where its algorithm has no such setting. */
export function settingAt(config: object, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], config);
}

/** Walks a schema: objects nest with dots, a discriminated union's branches are merged field by field. */
export function collectFlags(schema: z.ZodObject, prefix: readonly string[] = [], branch: string | null = null) {
  const flags = new Map<string, ConfigFlag>();
  for (const [key, field] of Object.entries(schema.shape)) {
    for (const flag of fieldFlags(field as z.ZodType, [...prefix, key], branch)) merge(flags, flag);
  }
  return [...flags.values()];
}

/** `learningRate` → `learning-rate` */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function fieldFlags(field: z.ZodType, path: readonly string[], branch: string | null): ConfigFlag[] {
  const schema =
    field instanceof z.ZodDefault || field instanceof z.ZodPrefault ? (field.unwrap() as z.ZodType) : field;
  if (schema instanceof z.ZodObject) return collectFlags(schema, path, branch);
  if (schema instanceof z.ZodDiscriminatedUnion) return unionFlags(schema, path);
  if (schema instanceof z.ZodLiteral) return [];
  // settings of the task, whose names are the task's
  if (schema instanceof z.ZodOptional) return [];
  const meta = field.meta() as FieldMeta | undefined;
  if (meta === undefined) throw new TypeError(`config: ${path.join(".")} has no description`);
  const value = field instanceof z.ZodDefault ? field.parse(undefined) : undefined;
  return [
    {
      name: path.map(kebabCase).join("."),
      path,
      ...kindOf(schema, path),
      schema,
      defaults: [{ algorithm: branch, value }],
      description: meta.description,
      source: meta.source,
      group: meta.group,
      ...(meta.unit === undefined ? {} : { unit: meta.unit }),
    },
  ];
}

function unionFlags(union: z.ZodDiscriminatedUnion, path: readonly string[]): ConfigFlag[] {
  return union.options.flatMap((option) => {
    const branch = option as z.ZodObject;
    const discriminator = branch.shape[union.def.discriminator] as z.ZodLiteral;
    return collectFlags(branch, path, String(discriminator.value));
  });
}

function kindOf(schema: z.ZodType, path: readonly string[]): Pick<ConfigFlag, "kind" | "choices" | "whole"> {
  const plain = { choices: [], whole: false };
  if (schema instanceof z.ZodBoolean) return { ...plain, kind: "boolean" };
  if (schema instanceof z.ZodNumber) return { ...plain, kind: "number", whole: schema.format === "safeint" };
  if (schema instanceof z.ZodEnum) return { ...plain, kind: "choice", choices: schema.options.map(String) };
  if (schema instanceof z.ZodUnion)
    return { ...plain, kind: "schedule", whole: scheduledNumber(schema).format === "safeint" };
  if (schema instanceof z.ZodString) return { ...plain, kind: "string" };
  if (schema instanceof z.ZodArray && schema.element instanceof z.ZodNumber)
    return { ...plain, kind: "numbers", whole: schema.element.format === "safeint" };
  throw new TypeError(`config: ${path.join(".")} has a type that flags cannot express`);
}

function merge(flags: Map<string, ConfigFlag>, flag: ConfigFlag): void {
  const known = flags.get(flag.name);
  flags.set(flag.name, known === undefined ? flag : { ...known, defaults: [...known.defaults, ...flag.defaults] });
}
