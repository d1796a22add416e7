/** Checks what pages send about trainings, field by field; the rest is in client-message.ts. */
import { z } from "zod";
import { MAX_FORM_SETTINGS, MAX_RUN_KEY, MAX_SETTING_TEXT } from "./protocol.ts";

const name = z.string().min(1).max(100);
const key = z.string().min(1).max(MAX_RUN_KEY);
const subject = { task: key, controller: name.nullable() };
const form = z.strictObject({
  task: key,
  preset: name,
  algorithm: name.nullable(),
  settings: z.array(z.tuple([name, z.string().max(MAX_SETTING_TEXT)])).max(MAX_FORM_SETTINGS),
  from: key.nullable(),
});

/** One schema per message, distinguished by `type`. */
export const trainingMessageSchemas = [
  z.strictObject({ type: z.literal("plan"), id: z.int().min(0), form }),
  z.strictObject({ type: z.literal("runs") }),
  z.strictObject({ type: z.literal("curves"), run: key }),
  z.strictObject({ type: z.literal("download"), run: key, what: z.enum(["run", "controller", "page"]) }),
  z.strictObject({ type: z.literal("train"), form }),
  z.strictObject({ type: z.literal("stopTraining") }),
  z.strictObject({ type: z.literal("resumeTraining"), run: key, steps: z.int().min(1).max(1e12).nullable() }),
  z.strictObject({ type: z.literal("portrait"), ...subject }),
  z.strictObject({ type: z.literal("robot"), subject: z.strictObject(subject).nullable() }),
  z.strictObject({ type: z.literal("incident"), kind: z.enum(["fall", "nan"]).nullable() }),
] as const;
