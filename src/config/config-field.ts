/** One documented configuration field: a zod schema with default, sentence, unit and the source of its default. Knows no field by name. */
import type { z } from "zod";

/** Groups of settings, in the order of forms and help texts. */
export const SETTING_GROUPS = [
  "Essentials",
  "Environments and machine",
  "Exploration",
  "Observations",
  "Flow policy",
  "Ratio and trust region",
  "Networks and optimiser",
  "Advantages and values",
  "Evaluation and checkpoints",
] as const;
/** A group's title. */
export type SettingGroup = (typeof SETTING_GROUPS)[number];

/** What every field of the configuration has in addition to its type. */
export interface FieldMeta {
  /** One sentence for help texts. */
  readonly description: string;
  /** Where the default comes from: a paper, a released configuration, or this project. */
  readonly source: string;
  /** Unit of the value, where it has one. */
  readonly unit?: string;
  /** The setting's group. */
  readonly group?: SettingGroup;
}

/** The fields, each in this group unless it names another. */
export function inGroup<Fields extends Readonly<Record<string, z.ZodType>>>(
  title: SettingGroup,
  fields: Fields,
): Fields {
  const grouped = Object.entries(fields).map(([name, schema]) => [
    name,
    schema.meta({ group: title, ...schema.meta() }),
  ]);
  return Object.fromEntries(grouped) as Fields;
}

/** Attaches a default and its documentation to a schema. */
export function field<T extends z.ZodType>(
  schema: T,
  value: z.util.NoUndefined<z.output<T>>,
  description: string,
  source: string,
  unit?: string,
): z.ZodDefault<T> {
  return schema.default(value).meta({ description, source, ...(unit === undefined ? {} : { unit }) });
}
