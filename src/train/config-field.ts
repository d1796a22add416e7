/** One documented configuration field: a zod schema with default, sentence, unit and the source of its default. Knows no field by name. */
import type { z } from "zod";

/** What every field of the configuration carries besides its type. */
export interface FieldMeta {
  /** One sentence for help texts. */
  readonly description: string;
  /** Where the default comes from: a paper, a released configuration, or this project. */
  readonly source: string;
  /** Unit of the value, where it has one. */
  readonly unit?: string;
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
