/**
 * What a symmetric policy costs: CPU time of the jobs of one iteration, with mirrored rows and with a symmetric policy, in turn in one process.
 * CPU time and turns, so that other programs on the machine weigh little. `node dist/bench/symmetry.js [task …]`
 */
import { surrogateOf } from "../src/algorithms/update-functions.ts";
import { rowsPerIteration, type TrainConfig } from "../src/config/config.ts";
import { scheduleOf } from "../src/config/schedule-field.ts";
import { createEngine } from "../src/graph/index.ts";
import { iterationLayout } from "../src/learner/iteration-layout.ts";
import { iterationSizes, policySpec, updatePlan, updateSpec } from "../src/learner/networks.ts";
import { Updater } from "../src/learner/updater.ts";
import { median } from "../src/math/median.ts";
import { Rng } from "../src/math/rng.ts";
import { criticLayout } from "../src/policy/critic.ts";
import { initialise } from "../src/policy/parameters.ts";
import { startOfRun } from "../src/policy/run-clock.ts";
import { Environment, mirrorOf, resolveTask } from "../src/tasks/index.ts";
import { resolveTrainConfig } from "../src/tasks/requested-config.ts";
import { byteLengthOf, sharedViews } from "../src/threads/shared-layout.ts";
import { ShardCollector, trainingEnv } from "../src/train/shard-collector.ts";
import { stateOf, trajectoryOf } from "../src/train/trajectory.ts";

const TASKS = ["HumanoidJoystick", "Go1JoystickFlatTerrain", "G1JoystickFlatTerrain"];
const TURNS = 7;

/** One shard's collection and preparation, and one gradient part of each network. */
type Jobs = Readonly<Record<"collect" | "prepare" | "actor" | "critic", () => Promise<unknown>>>;

async function jobsOf(config: TrainConfig): Promise<Jobs> {
  const env = await trainingEnv(await Environment.create(await resolveTask(config.task, config)), config);
  const engine = await createEngine(config.engine);
  const [plan, spec, sizes] = [updatePlan(config), updateSpec(config, env), iterationSizes(config, env)];
  const views = sharedViews(iterationLayout(sizes), new SharedArrayBuffer(byteLengthOf(iterationLayout(sizes))));
  initialise(surrogateOf(spec.algorithm).layout, new Rng().seek(1, 0), views.actor);
  initialise(criticLayout(spec.critic), new Rng().seek(1, 1), views.critic);
  views.std.fill(1);
  views.order.forEach((_, i) => {
    const unit = i % plan.units;
    views.order[i] = i % 2 === 1 ? ~unit : unit;
  });
  const { seed, episodeSteps, stagger: staggered } = config;
  const lasting = { period: scheduleOf(config.noisePeriod), envs: config.envs };
  const acting = { seed, episodeSteps, staggered, noise: lasting, policy: policySpec(config, env), sizes };
  const collector = await ShardCollector.create(env, engine, acting);
  const { noise } = collector;
  const updater = await Updater.create({ engine, spec, plan, sizes, views, seed, noise, mirror: mirrorOf(env) });
  const policy = { weights: views.actor, mean: views.mean, std: views.std };
  const memory = {
    before: stateOf(views, sizes, 0, 0),
    after: stateOf(views, sizes, 1, 0),
    trajectory: trajectoryOf(views, sizes, 0),
  };
  const part = { iteration: 0, minibatch: 0, firstPart: 0, parts: 1 };
  return {
    collect: () => collector.collect({ shard: 0, clock: startOfRun, actionNoise: 0 }, policy, memory),
    prepare: () => updater.prepare(0, startOfRun),
    actor: () => updater.gradient({ network: "actor", ...part }),
    critic: () => updater.gradient({ network: "critic", ...part }),
  };
}

/** Milliseconds of CPU time, of all threads of the process. */
async function cpuMs(job: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await job();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function measure(task: string): Promise<void> {
  const configs = [false, true].map((symmetricPolicy) =>
    resolveTrainConfig({
      task,
      algorithm: "fpo++",
      overrides: { mirror: true, algorithm: { name: "fpo++", symmetricPolicy } },
    }),
  );
  const both = await Promise.all(configs.map(jobsOf));
  const names = Object.keys(both[0]) as (keyof Jobs)[];
  const found = both.map(() => ({ collect: 0, prepare: 0, actor: 0, critic: 0 }));
  for (const name of names) {
    const times: number[][] = [[], []];
    for (let turn = 0; turn <= TURNS; turn++)
      for (const [i, jobs] of both.entries()) {
        const ms = await cpuMs(jobs[name]);
        if (turn > 0) times[i].push(ms); // the first warms up
      }
    times.forEach((list, i) => {
      found[i][name] = median(list);
    });
  }
  found.forEach((ms, i) => {
    const config = configs[i];
    const plan = updatePlan(config);
    const steps = rowsPerIteration(config);
    const gradients = config.algorithm.epochs * plan.minibatches * plan.parts;
    const microseconds = (sum: number) => Math.round((1000 * sum) / steps);
    const row = { task, policy: i === 0 ? "mirrored rows" : "symmetric", ...ms };
    const collect = microseconds(config.shards * ms.collect);
    const update = microseconds(config.shards * ms.prepare + gradients * (ms.actor + ms.critic));
    console.log(JSON.stringify({ ...row, collectMicrosecondsPerStep: collect, updateMicrosecondsPerStep: update }));
  });
}

for (const task of process.argv.length > 2 ? process.argv.slice(2) : TASKS) await measure(task);
process.exit(0);
