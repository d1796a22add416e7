/** The pre-deployment examination of an exported controller: its contract, its behaviour, and a robustness sweep. */

import type { EpisodePlan } from "../../rollout/episode-batch.ts";
import { describeTask, Environment, identifiedWords, type Task, type TaskDescription } from "../../tasks/index.ts";
import type { SecondOpinion } from "../physics/second-opinion.ts";
import type { StoredController } from "../read-controller.ts";
import { finiteCheck, type Sensitivity, saturationCheck, sensitivityCheck, staysUpCheck } from "./behaviour-checks.ts";
import type { Check } from "./check.ts";
import { fail } from "./check.ts";
import { examined } from "./examined.ts";
import type { ForeignController } from "./foreign-controller.ts";
import { Observed } from "./observed.ts";
import { NOMINAL, type TrialResult, Trials, type TrialWorld } from "./trial.ts";

/** How much is run. */
export interface ExaminationSizes {
  readonly episodes: number;
  /** Time limit of each episode, s */
  readonly seconds: number;
  readonly seed: number;
  /** False leaves the table of worlds out. */
  readonly table: boolean;
  /** Whether the delays that the task randomises act in every episode; default false. */
  readonly delays?: boolean;
}

/** One cell of the table. */
export interface WorldResult extends TrialResult {
  readonly world: TrialWorld;
}

/** What was found. */
export interface Examination {
  readonly task: string;
  readonly sizes: ExaminationSizes;
  /** Identified physics, and delays that act, one sentence each. */
  readonly identified: readonly string[];
  readonly checks: readonly Check[];
  /** In the unchanged task; null if the controller does not fit the robot, so that nothing could be run. */
  readonly nominal: TrialResult | null;
  /** Every combination of the table's values; empty where it was omitted. */
  readonly worlds: readonly WorldResult[];
  /** Null where it was not asked for. */
  readonly physics: SecondOpinion | null;
}

/** Values of the table. */
export const WORLD_AXES = {
  push: [0, 0.5, 1],
  friction: [0.6, 1, 1.4],
  latency: [0, 1, 2],
  mass: [0.8, 1, 1.2],
} as const;

/** @param tell receives the present stage in a few words */
export async function examine(
  stored: StoredController | ForeignController,
  task: Task,
  sizes: ExaminationSizes,
  tell: (stage: string) => void,
): Promise<Examination> {
  const robot = await describedTask(task);
  const { delays = false } = sizes;
  const identified = identifiedWords(task, delays);
  const subject = examined(stored, robot);
  const { task: told, checks } = subject;
  if (told.obsSize !== robot.obsSize || told.action.names.length !== robot.actionSize) {
    const found = `${told.obsSize} observations and ${told.action.names.length} actions, ${task.name} has ${robot.obsSize} and ${robot.actionSize}`;
    const blocked = fail("behaviour", `cannot run: ${found}`, "choose the task that the policy was trained on");
    return {
      task: task.name,
      sizes,
      identified,
      checks: [...checks, blocked],
      nominal: null,
      worlds: [],
      physics: null,
    };
  }
  const controller = await subject.open(sizes.episodes);
  const plan: EpisodePlan = { seed: sizes.seed, firstEpisode: 0, episodes: sizes.episodes };
  const base = robot.mechanism.joints.find(({ type }) => type === "free")?.name ?? null;
  const { outputKind: output, noiseSize } = subject;
  const settings = { plan, seconds: sizes.seconds, base, output, noiseSize, delays };
  const trials = new Trials(task, controller, settings);
  try {
    const patient = new Patient(trials, tell, base !== null);
    const observed = new Observed(subject);
    const nominal = await patient.nominal(observed);
    const behaviour = [
      staysUpCheck(nominal),
      finiteCheck(nominal, sizes.episodes),
      subject.normaliser(observed),
      saturationCheck(observed),
    ];
    const sensitivities = await patient.sensitivities();
    behaviour.push(...sensitivities.map((sensitivity) => sensitivityCheck(sensitivity, nominal)));
    const worlds = sizes.table ? await patient.table() : [];
    return { task: task.name, sizes, identified, checks: [...checks, ...behaviour], nominal, worlds, physics: null };
  } finally {
    trials.delete();
    await controller.close();
  }
}

async function describedTask(task: Task): Promise<TaskDescription> {
  const env = await Environment.create(task);
  try {
    return describeTask(env);
  } finally {
    env.delete();
  }
}

/** Runs trials and remembers them, since worlds repeat. */
class Patient {
  readonly #trials: Trials;
  readonly #tell: (stage: string) => void;
  readonly #canBePushed: boolean;
  readonly #results = new Map<string, TrialResult>();

  constructor(trials: Trials, tell: (stage: string) => void, canBePushed: boolean) {
    this.#trials = trials;
    this.#tell = tell;
    this.#canBePushed = canBePushed;
  }

  async nominal(observed: Observed): Promise<TrialResult> {
    this.#tell("running the unchanged task");
    const result = await this.#trials.run(
      NOMINAL,
      (_tick, obs, done) => observed.addObservations(obs, done),
      (out, done) => observed.addOutputs(out, done),
    );
    this.#results.set(JSON.stringify(NOMINAL), result);
    return result;
  }

  async #run(world: TrialWorld): Promise<TrialResult> {
    const key = JSON.stringify(world);
    const result = this.#results.get(key) ?? (await this.#trials.run(world));
    this.#results.set(key, result);
    return result;
  }

  async sensitivities(): Promise<Sensitivity[]> {
    const list: Sensitivity[] = [];
    for (const { name, worlds, fix } of SENSITIVITIES) {
      this.#tell(`running the task with changed ${name}`);
      const trials = [];
      for (const [what, change, harsh = false] of worlds)
        trials.push({ what, harsh, result: await this.#run({ ...NOMINAL, ...change }) });
      list.push({ name, trials, fix });
    }
    return list;
  }

  async table(): Promise<WorldResult[]> {
    const results: WorldResult[] = [];
    const { push: pushes, friction: frictions, latency: latencies, mass: masses } = WORLD_AXES;
    for (const push of this.#canBePushed ? pushes : [0]) {
      for (const mass of masses) {
        this.#tell(`robustness sweep: pushes of ${push} m/s, ${mass} × mass`);
        for (const friction of frictions)
          for (const latency of latencies) {
            const world = { ...NOMINAL, push, friction, latency, mass };
            results.push({ world, ...(await this.#run(world)) });
          }
      }
    }
    return results;
  }
}

const SENSITIVITIES: readonly {
  readonly name: string;
  /** What is changed, how, and whether it is more than a robot should meet. */
  readonly worlds: readonly (readonly [string, Partial<TrialWorld>, boolean?])[];
  readonly fix: string;
}[] = [
  {
    name: "latency",
    worlds: [
      ["1 step of latency", { latency: 1 }],
      ["2 steps of latency", { latency: 2 }, true],
      ["3 steps of latency", { latency: 3 }, true],
    ],
    fix: "make the control loop faster, or train with --randomise.actionDelay and --randomise.observationDelay",
  },
  {
    name: "mass",
    worlds: [
      ["20 % lighter", { mass: 0.8 }],
      ["20 % heavier", { mass: 1.2 }],
    ],
    fix: "randomise masses in training, or weigh the robot and correct the model",
  },
  {
    name: "friction",
    worlds: [
      ["20 % less friction", { friction: 0.8 }],
      ["20 % more friction", { friction: 1.2 }],
    ],
    fix: "randomise the floor's friction in training",
  },
  {
    name: "sensor noise",
    worlds: [
      ["twice the noise", { sensorNoise: 2 }],
      ["four times the noise", { sensorNoise: 4 }, true],
    ],
    fix: "train with the noise of the robot's sensors, or filter them",
  },
];
