/** The reward doctor: what a learner will find first in a task, and what it will never find, before anything is trained. */
import type { TrainConfig } from "../config/config.ts";
import type { Check } from "../export/doctor/check.ts";
import type { Engine } from "../graph/index.ts";
import { Environment, type Task } from "../tasks/index.ts";
import { type KnownPolicy, policyBehaviour, randomly, scripted, standStill, untrained } from "./behaviours.ts";
import { type Evidence, type LateTerm, learnable, type Standing } from "./evidence.ts";
import { watch } from "./foreknowledge.ts";
import { withKnown } from "./known-reports.ts";
import {
  actionCheck,
  commandCheck,
  constantObservationCheck,
  foreknowledgeCheck,
  scaleCheck,
} from "./observation-checks.ts";
import { clipCheck, fallingCheck, finiteCheck, noiseCheck, reachCheck, standingCheck } from "./pay-checks.ts";
import { hiddenCommands, idleActions } from "./probes.ts";
import { type Behaviour, type Rehearsal, rehearse } from "./rehearsal.ts";
import { searched, soonestFall } from "./search.ts";
import type { CheckSizes } from "./sizes.ts";
import { openSubject, type Subject } from "./subject.ts";
import { balanceCheck, constantCheck, signsCheck, unpaidCheck } from "./term-checks.ts";

/** A policy with the lesson whose action mapping it acts by. */
export interface GivenPolicy extends KnownPolicy {
  /** The task with the policy's own lesson */
  readonly task: Task;
}

/** What one behaviour earns. */
export interface BehaviourReport {
  readonly name: string;
  readonly about: string;
  /** Mean length of an episode, s, and share of episodes that nothing ended */
  readonly seconds: number;
  readonly survived: number;
  /** Reward per second, and discounted reward from the start */
  readonly perSecond: number;
  readonly value: number;
  /** Weighted reward per second by term */
  readonly terms: Readonly<Record<string, number>>;
}

/** The report. */
export interface TaskCheck {
  readonly task: string;
  readonly algorithm: string;
  readonly lesson: string;
  readonly gamma: number;
  /** s after which the discount has fallen to 1/e */
  readonly horizonSeconds: number;
  readonly checks: readonly Check[];
  /** From the one that is worth most on */
  readonly behaviours: readonly BehaviourReport[];
}

/** What is checked, and with what. */
export interface CheckRequest {
  readonly config: TrainConfig;
  readonly sizes: CheckSizes;
  readonly engine: Engine;
  readonly policy?: GivenPolicy | null;
}

/**
 * Checks a task.
 * @param tell receives the present stage in a few words
 * @throws UserError where the task is at fault
 */
export async function checkTask(request: CheckRequest, tell: (stage: string) => void = () => {}): Promise<TaskCheck> {
  const { config, sizes } = request;
  const subject = await openSubject(config, sizes);
  try {
    const evidence = await gathered(subject, request, tell);
    const { name, timing } = subject.task;
    const { gamma } = subject;
    return {
      ...{ task: name, algorithm: config.algorithm.name, lesson: config.lesson, gamma },
      horizonSeconds: 1 / ((1 - gamma) * timing.controlHz),
      checks: CHECKS.map((check) => withKnown(name, check(evidence))),
      behaviours: reported(evidence),
    };
  } finally {
    subject.delete();
  }
}

const CHECKS: readonly ((evidence: Evidence) => Check)[] = [
  standingCheck,
  fallingCheck,
  reachCheck,
  noiseCheck,
  clipCheck,
  constantCheck,
  unpaidCheck,
  balanceCheck,
  signsCheck,
  commandCheck,
  constantObservationCheck,
  scaleCheck,
  foreknowledgeCheck,
  actionCheck,
  finiteCheck,
];

async function gathered(subject: Subject, request: CheckRequest, tell: (stage: string) => void): Promise<Evidence> {
  const { sizes, gamma, env } = subject;
  const { engine } = request;
  const plan = { seed: sizes.seed, episodes: sizes.episodes, gamma, learns: true };
  const run = (behaviour: Behaviour) => rehearse(behaviour, plan);
  tell("zero and random actions");
  const still = await run(standStill(subject));
  const script = scripted(subject);
  const scriptRun = script && (await run(script));
  const random = await run(randomly(subject));
  const first = await untrained(subject, engine, sizes.episodes);
  const untrainedRun = await run(first);
  tell("falling at once, and a short search for what pays");
  const fall = await soonestFall(subject);
  const fallRun = fall && (await run(fall));
  const search = await searched(subject);
  const searchRun = await run(search);
  const policy = request.policy ? await openPolicy(subject, request.policy, engine) : null;
  try {
    tell("commands");
    const policyRun = policy && (await run(policy.behaviour));
    const standing = await standingOf(subject, still, policy?.behaviour ?? null);
    tell("starts anywhere, and what is to come");
    const scattered = await scatteredRun(subject);
    const partial = {
      ...{ subject, still, script: scriptRun, fall: fallRun, random, untrained: untrainedRun, search: searchRun },
      ...{ policy: policyRun, scattered, standing, late: [], revealing: [] },
      hiddenCommands: hiddenCommands(env, sizes.seed),
      idleActions: idleActions(env, sizes.seed),
      watch: await watch(subject),
    };
    const late = await lateTerms(partial, [standStill(subject), search]);
    return { ...partial, late, revealing: await revealing(partial) };
  } finally {
    policy?.env.delete();
  }
}

/** The policy in the training form under its own action mapping. */
async function openPolicy(subject: Subject, given: GivenPolicy, engine: Engine) {
  const { form, steps, sizes } = subject;
  const { action, track } = given.task;
  const task = { ...form, action, track: { ...track, ...form.track }, episodeSteps: steps };
  const env = await Environment.create(task, { noise: false, looks: false });
  const rows = { seed: sizes.seed, rows: sizes.episodes };
  return { env, behaviour: await policyBehaviour(given, env, engine, rows) };
}

/** Of the larger end of a command's range. */
const HELD = 0.7;

/** Null where the task follows no velocity command. */
async function standingOf(subject: Subject, still: Rehearsal, policy: Behaviour | null): Promise<Standing | null> {
  const { env, sizes, gamma } = subject;
  const { command, measured } = env.task;
  if (command === undefined || command.names.length !== 3 || measured === undefined) return null;
  const commands = command.ranges.flatMap(([low, high], axis) =>
    [...new Set([low, high])]
      .filter((end) => end !== 0)
      .map((end) => [0, 1, 2].map((i) => (i === axis ? HELD * end : 0))),
  );
  const episodes = policy === null ? Math.ceil(sizes.episodes / 3) : sizes.episodes;
  const held = (behaviour: Behaviour, one: readonly number[]) =>
    rehearse(behaviour, { seed: sizes.seed, episodes, gamma, learns: true, command: one });
  const all = async (behaviour: Behaviour) => {
    const runs: Rehearsal[] = [];
    for (const one of commands) runs.push(await held(behaviour, one));
    return runs;
  };
  const idle = standStill(subject);
  const atZero = await held(idle, [0, 0, 0]);
  const stands = still.survived > 0;
  return {
    commands,
    atZero,
    ignoring: stands ? await all(idle) : [],
    policy: stands && policy ? await all(policy) : [],
  };
}

async function scatteredRun(subject: Subject): Promise<Rehearsal> {
  const { sizes, gamma, scatter } = subject;
  scatter.on = true;
  try {
    // Settled starts are kept by seed.
    return await rehearse(randomly(subject), {
      seed: sizes.seed + 1,
      episodes: SCATTERED * sizes.episodes,
      gamma,
      limit: SCATTERED_STEPS,
    });
  } finally {
    scatter.on = false;
  }
}

const SCATTERED = 60;
const SCATTERED_STEPS = 2;
/** How long episodes are without an end, s and control steps. */
const ENDLESS = { seconds: 20, steps: 1200 };

/** Positive terms that paid nothing, but pay where nothing ends an episode. */
async function lateTerms(evidence: Evidence, behaviours: readonly Behaviour[]): Promise<LateTerm[]> {
  const { subject } = evidence;
  const { form, sizes, gamma } = subject;
  const runs = [...learnable(evidence), ...(evidence.policy === null ? [] : [evidence.policy])];
  const unpaid = evidence.still.terms.flatMap(({ name }, k) =>
    form.reward[name]!.weight > 0 && runs.every(({ terms }) => terms[k]!.most <= 0) ? [k] : [],
  );
  if (unpaid.length === 0) return [];
  const episodeSteps = Math.min(ENDLESS.steps, Math.round(ENDLESS.seconds * form.timing.controlHz));
  const env = await Environment.create({ ...form, terminate: {}, episodeSteps }, { noise: false, looks: false });
  const first = new Map<number, number>();
  const after = () => {
    for (const k of unpaid)
      if (env.rewardTerms[k]! > 0 && env.episodeStep < (first.get(k) ?? Infinity)) first.set(k, env.episodeStep);
  };
  try {
    for (const { name, about, act } of behaviours)
      await rehearse({ name, about, env, act, after }, { seed: sizes.seed, episodes: 2, gamma, learns: true });
  } finally {
    env.delete();
  }
  return [...first].map(([k, step]) => ({ name: evidence.still.terms[k]!.name, seconds: step / env.controlHz }));
}

/** Values that stay the same in an episode, differ between environments, and do not where nothing is randomised. */
async function revealing(evidence: Evidence): Promise<number[]> {
  const { subject, still, random, untrained: first } = evidence;
  const { env, sizes, gamma } = subject;
  const runs = [still, random, first].map(({ observed }) => observed);
  const stays = (i: number) => runs.every(({ within }) => within[i] === 0);
  const differs = (i: number) => runs.some(({ least, most }) => least[i]! < most[i]!);
  const suspects = [...Array(env.obsSize).keys()].filter((i) => stays(i) && differs(i));
  if (suspects.length === 0 || Object.keys(env.task.randomise).length === 0) return [];
  const same = await Environment.create(env.task, { noise: false, looks: false, randomise: false });
  try {
    const idle = { ...standStill(subject), env: same };
    const plan = { seed: sizes.seed, episodes: sizes.episodes, gamma, learns: true, limit: 2 };
    const { observed } = await rehearse(idle, plan);
    return suspects.filter((i) => observed.least[i] === observed.most[i]);
  } finally {
    same.delete();
  }
}

function reported(evidence: Evidence): BehaviourReport[] {
  const { policy } = evidence;
  const all = [...(policy === null ? [] : [policy]), ...learnable(evidence)];
  return all
    .sort((a, b) => b.value - a.value)
    .map(({ name, about, seconds, survived, perSecond, value, terms }) => ({
      ...{ name, about, seconds, survived, perSecond, value },
      terms: Object.fromEntries(terms.map((term) => [term.name, term.perSecond])),
    }));
}
