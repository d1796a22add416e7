/** An overlay: what was identified of a robot's joints, as a file that trainings, evaluations and the doctor take. */
import { z } from "zod";

/** Raised when older readers could no longer use the file. */
export const OVERLAY_VERSION = 1;

const about = <T extends z.ZodType>(type: T, description: string): T => type.describe(description) as T;
const positive = z.number().min(0);

/** Values of a joint; absent ones stay those of the model. */
const jointSchema = z.strictObject({
  armature: about(positive, "kg·m², inertia of the rotor at the joint (kg where it slides).").optional(),
  frictionLoss: about(positive, "N·m, dry friction (N where the joint slides).").optional(),
  damping: about(positive, "N·m·s/rad of the joint itself.").optional(),
  kp: about(z.number().positive(), "N·m/rad, stiffness of the position servo at the joint.").optional(),
  kd: about(positive, "N·m·s/rad, damping of the position servo at the joint.").optional(),
  delay: about(positive.max(1), "s, by which targets reach the servo late.").optional(),
});

const fitSchema = z.strictObject({
  model: about(z.number(), "What the model has."),
  value: about(z.number(), "What fits the log."),
  low: about(z.number(), "Lower end of the 95 % confidence interval."),
  high: about(z.number(), "Upper end of the 95 % confidence interval."),
  excitation: about(
    z.enum(["good", "fair", "weak"]),
    "How well the log determines the value: good within 5 %, fair within 20 %, weak beyond that.",
  ),
});

/** The whole file. */
export const overlaySchema = z
  .strictObject({
    overlay: z.literal(OVERLAY_VERSION),
    joints: about(z.record(z.string(), jointSchema), "What differs from the model, by the names of its joints."),
    identified: about(
      z.strictObject({
        packageVersion: z.string(),
        robot: about(z.string(), "The scene in which the values were found."),
        log: about(z.strictObject({ name: z.string(), sha256: z.string() }), "The recording."),
        seconds: about(z.number(), "Length of the recording."),
        rmsBefore: about(z.number(), "rad, error of the model's joint positions against the recording."),
        rmsAfter: about(z.number(), "rad, the same with the values that fit."),
        fits: about(
          z.record(z.string(), z.record(z.string(), fitSchema)),
          "By joint and value. `totalDamping` is damping + kd, which a log cannot tell apart.",
        ),
      }),
      "How the values were found; absent where they were written by hand.",
    ).optional(),
  })
  .meta({ title: "flowgait overlay" });

/** A checked overlay. */
export type Overlay = z.infer<typeof overlaySchema>;
/** The values of one joint. */
export type OverlayJoint = z.infer<typeof jointSchema>;
/** How one value was found. */
export type OverlayFit = z.infer<typeof fitSchema>;

/** The values as settings of a task: `physics.<joint>.<value>`. */
export function overlaySettings({ joints }: Overlay): Record<string, number> {
  return Object.fromEntries(
    Object.entries(joints).flatMap(([joint, values]) =>
      Object.entries(values).map(([name, value]) => [`physics.${joint}.${name}`, value]),
    ),
  );
}

/** The schema for other programs (JSON Schema, draft 2020-12). */
export function overlayJsonSchema(): unknown {
  return z.toJSONSchema(overlaySchema);
}
