/** Settings of earlier versions, so that their runs and checkpoints still load: a schedule used to be three settings. */
import { canonicalSchedule } from "./schedule-field.ts";

type Plain = Readonly<Record<string, unknown>>;

/** A setting with those that described its decrease. */
interface OlderSchedule {
  readonly key: string;
  /** Name of the setting with the last value, or the value itself */
  readonly end: string | number;
  readonly over: string;
}

const RUN: readonly OlderSchedule[] = [{ key: "noisePeriod", end: 1, over: "noisePeriodFallSteps" }];
const ALGORITHM: readonly OlderSchedule[] = [
  { key: "normalPull", end: "normalPullEnd", over: "normalPullFallSteps" },
  { key: "actionNoise", end: "actionNoiseEnd", over: "actionNoiseFallSteps" },
  { key: "clipTarget", end: "clipTargetEnd", over: "clipTargetFallSteps" },
  { key: "learningRate", end: 0, over: "learningRateDecaySteps" },
];

/** The configuration with today's settings. Anything else is returned unchanged. */
export function withTodaysSettings(config: unknown): unknown {
  if (!isPlain(config)) return config;
  const { algorithm } = config;
  return { ...joined(config, RUN), ...(isPlain(algorithm) ? { algorithm: joined(algorithm, ALGORITHM) } : {}) };
}

function joined(settings: Plain, schedules: readonly OlderSchedule[]): Plain {
  const all = { ...settings };
  for (const { key, end, over } of schedules) {
    if (!(over in all)) continue;
    const last = typeof end === "number" ? end : all[end];
    if (all[over] !== 0 && all[key] !== last) all[key] = canonicalSchedule(`${all[key]}..${last} over ${all[over]}`);
    delete all[over];
    if (typeof end === "string") delete all[end];
  }
  return all;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
