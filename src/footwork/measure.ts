/** What a step makes of commands, what each joint's part in it does, and how much noise it bears: what a lesson's figures are made from. */
import type { SteppingSettings } from "../tasks/index.ts";
import type { JobThreads } from "../threads/job-threads.ts";
import type { Subject } from "./subject.ts";
import type { Outcome, Trial } from "./trial.ts";
import type { TrialJob } from "./trial-thread.ts";

type Command = Trial["commands"][number];

/** What the step makes of a command. */
export interface Following {
  readonly command: Command;
  readonly made: Outcome["twist"];
  readonly up: number;
}

/** What 0.1 rad more does that goes with a foot's phase, at all legs. */
export interface Response {
  readonly joints: readonly string[];
  readonly phase: "sine" | "cosine" | "lean";
  /** [3] m/s, m/s, rad/s more */
  readonly more: Outcome["twist"];
  /** Share of the time on its feet, less what it is without. */
  readonly up: number;
}

/** All that is measured of a step. */
export interface Measured {
  readonly following: readonly Following[];
  readonly responses: readonly Response[];
  /** rad of white noise on the legs' targets, and the share of the time on its feet with it */
  readonly endurance: readonly (readonly [noise: number, up: number])[];
}

const NUDGE = 0.1; // rad
const NUDGED_COMMAND = 0.2; // m/s, along which a nudge is laid
const NOISES = [0, 0.04, 0.06, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25] as const; // rad
const PHASES = ["sine", "cosine", "lean"] as const;
const HELD = 0.5; // share of a command's range
/** Seeds of measurements, apart from a search's. */
const SEED = 900_001;

/** What is to be measured, and by which threads. */
export interface Measurement {
  readonly subject: Subject;
  readonly step: SteppingSettings;
  readonly threads: JobThreads<TrialJob>;
  /** For each of its numbers. */
  readonly episodes: number;
}

/** Measures a step. @param tell called with what comes next, and how much of it is done */
export async function measure(
  { subject, step, threads, episodes }: Measurement,
  tell: (stage: string, done: number, total: number) => void,
): Promise<Measured> {
  const trialOf = (one: SteppingSettings, command: Command, noise = 0): Omit<Trial, "seed"> => ({
    steps: [one],
    commands: Array.from({ length: episodes }, () => command),
    noise,
  });
  const tried = async (stage: string, jobs: readonly Omit<Trial, "seed">[]) => {
    let done = 0;
    tell(stage, 0, jobs.length);
    const outcomes = jobs.map(async (job) => {
      const [outcome] = (await threads.answer({ kind: "try", seed: SEED, ...job })) as Outcome[];
      tell(stage, ++done, jobs.length);
      return outcome!;
    });
    return Promise.all(outcomes);
  };
  const held = heldCommands(subject);
  const following = await tried(
    "what it makes of commands",
    held.map((command) => trialOf(step, command)),
  );
  const nudges = nudgesOf(subject, step);
  const along: Command = [NUDGED_COMMAND, 0, 0];
  const [plain, ...nudged] = await tried(
    "what each joint does",
    [step, ...nudges.map((nudge) => nudge.step)].map((one) => trialOf(one, along)),
  );
  const endured = await tried(
    "how much noise it bears",
    NOISES.map((noise) => trialOf(step, [0, 0, 0], noise)),
  );
  return {
    following: following.map(({ twist, up }, i) => ({ command: held[i]!, made: twist, up })),
    responses: nudged.map(({ twist, up }, i) => ({
      joints: nudges[i]!.joints,
      phase: nudges[i]!.phase,
      more: twist.map((value, axis) => value - plain!.twist[axis]!) as unknown as Outcome["twist"],
      up: up - plain!.up,
    })),
    endurance: endured.map(({ up }, i) => [NOISES[i]!, up] as const),
  };
}

/** None, and half of each range either way. */
function heldCommands({ task }: Subject): Command[] {
  const held = task.command!.ranges.flatMap((range, axis) =>
    [...new Set([range[1], range[0]])].map(
      (end) => [0, 1, 2].map((i) => (i === axis ? HELD * end : 0)) as unknown as Command,
    ),
  );
  return [[0, 0, 0], ...held];
}

function nudgesOf({ legs: { legs } }: Subject, step: SteppingSettings) {
  return legs[0]!.joints.flatMap((_, place) => {
    const joints = legs.map((leg) => leg.joints[place]!);
    return PHASES.map((phase) => {
      const gain = NUDGE / NUDGED_COMMAND;
      const stride = {
        joints: joints.map(({ name }) => name),
        sine: [phase === "sine" ? gain : 0, 0, 0],
        cosine: [phase === "cosine" ? gain : 0, 0, 0],
        lean: [phase === "lean" ? gain : 0, 0, 0],
        share: joints.map(({ sign }) => sign),
      };
      return { joints: stride.joints, phase, step: { ...step, stride: [...(step.stride ?? []), stride] } };
    });
  });
}

/** The most noise with which a step is up for almost as long as without. */
export function borneNoise({ endurance }: Measured): number {
  const [[, undisturbed]] = endurance as [readonly [number, number]];
  const borne = endurance.filter(([noise, up]) => noise > 0 && up >= BORNE * undisturbed);
  return Math.max(NOISES[1], ...borne.map(([noise]) => noise));
}

const BORNE = 0.8;
