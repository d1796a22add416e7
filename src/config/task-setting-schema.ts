/** Schema of the settings whose names are the task's own. */
import { z } from "zod";

const value = z.union([z.number(), z.boolean(), z.string(), z.array(z.number()).readonly()]);

/** Values by name; absent where nothing differs from the task as declared. */
export const taskSettings = z.record(z.string(), value).optional();
