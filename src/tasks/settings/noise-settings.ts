/** `--noise <factor>` and `--noise.<term> <amount>` */
import type { ObservationTerm, Task } from "../define-task.ts";
import type { AnyMoment } from "../moment.ts";
import { type SensorNoise, scaledNoise } from "../sensor-noise.ts";
import type { Knob } from "./knob.ts";
import { inBothForms, type Section, type SettingValue } from "./section.ts";

/** Noise of what the policy sees. A term that has an amount of its own is not scaled; noise that a term shares follows the other term. */
export const noises: Section = {
  knobs: ({ observe }) => ({
    "": { value: 1, about: "Factor of the noise of every observation term.", least: 0 },
    ...Object.fromEntries(
      Object.entries(observe)
        .filter(([, { noise }]) => !isShared(noise))
        .map(([name, term]) => [name, knobOf(term)]),
    ),
  }),
  apply: (task, values) => {
    const observe = disturbed(task.observe, values);
    return inBothForms(task, () => ({ observe }));
  },
};

function knobOf({ noise, unit }: ObservationTerm<AnyMoment>): Knob {
  const what = Array.isArray(noise) ? "the largest of its values, the others in proportion" : "uniform";
  const about = isTogether(noise) ? `Strength of its noise (${noise.kind}).` : `Noise ± this, ${what}.`;
  return { value: amountOf(noise), about, least: 0, ...(unit === undefined ? {} : { unit }) };
}

function disturbed(observe: Task["observe"], values: ReadonlyMap<string, SettingValue>): Task["observe"] {
  const factor = Number(values.get("") ?? 1);
  return Object.fromEntries(
    Object.entries(observe).map(([name, term]) => {
      const own = values.get(name);
      const noise = own === undefined ? scaledNoise(term.noise, factor) : ofAmount(term.noise, Number(own));
      return [name, term.noise === undefined && own === undefined ? term : { ...term, noise }];
    }),
  );
}

function ofAmount(noise: SensorNoise | undefined, amount: number): SensorNoise {
  if (isTogether(noise)) return { ...noise, size: amount };
  const before = amountOf(noise);
  return before > 0 && noise !== undefined ? scaledNoise(noise, amount / before) : amount;
}

/** The largest, where values differ in it. */
function amountOf(noise: SensorNoise = 0): number {
  if (typeof noise === "number") return noise;
  if ("as" in noise) return 0;
  return "kind" in noise ? noise.size : Math.max(...noise);
}

function isShared(noise: SensorNoise = 0): boolean {
  return typeof noise === "object" && "as" in noise;
}

function isTogether(noise: SensorNoise = 0): noise is Extract<SensorNoise, { kind: string }> {
  return typeof noise === "object" && "kind" in noise;
}
