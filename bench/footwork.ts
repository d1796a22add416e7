/**
 * Finds the G1's footwork (src/tasks/locomotion/g1-footwork.ts) by an evolution strategy, on all cores:
 *   node dist/bench/footwork.js footwork.json [--minutes 15] [--seed 1]
 * The file is written every few generations and gone on from when it is there; commands grow as the robot keeps its feet.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { processOutput } from "../src/files/output.ts";
import { type Candidate, EvolutionStrategy, type Strategy } from "../src/math/evolution-strategy.ts";
import { Rng, STREAM } from "../src/math/rng.ts";
import type { Answer, Footwork, SwayOf } from "../src/tasks/locomotion/g1-footwork.ts";
import { EPISODE, type Outcome, type Trial } from "./footwork-trial.ts";

const POPULATION = 24;
const EPISODES = 8;
const FEWEST_COMMANDS = 0.25; // share of their ranges
const COMMAND_STEP = 0.015;
const STANDING = 0.15; // share of the episodes with a zero command
const LONG_ENOUGH = 0.65; // of an episode, from which on commands grow
const KEPT_EVERY = 5; // generations

/** What a search begins from: what one would say of any robot that balances, far from enough. */
const GUESS: Footwork = {
  stance: [0.15, -0.35, 0.2, 0.05, 0],
  swing: [-0.45, 0.9, -0.45],
  sways: [
    ["hip_roll", 0.4, -0.4],
    ["ankle_roll", 0, -0.4],
    ["hip_yaw", 0, 0],
    ["waist_yaw", 0, 0],
    ["shoulder_pitch", 0, 0],
  ],
  answers: [
    ["hip_pitch", "command", 0, 0, 0, 0],
    ["hip_pitch", "linVel", 0, -0.15, 0.13, 0],
    ["hip_pitch", "gravity", 0, -0.5, 0, 0],
    ["hip_pitch", "gyro", 1, -0.05, 0, 0],
    ["ankle_pitch", "command", 0, 0, 0, -0.3],
    ["ankle_pitch", "linVel", 0, 0, 0, 0.3],
    ["ankle_pitch", "gravity", 0, 0, 0, 1],
    ["ankle_pitch", "gyro", 1, 0, 0, 0.1],
    ["hip_roll", "command", 1, 0.2, 0, 0],
    ["hip_roll", "linVel", 1, 0.15, -0.1, 0],
    ["hip_roll", "gravity", 1, 0.5, 0, 0],
    ["hip_roll", "gyro", 0, -0.05, 0, 0],
    ["ankle_roll", "command", 1, 0, 0, 0],
    ["ankle_roll", "linVel", 1, 0, 0, -0.2],
    ["ankle_roll", "gravity", 1, 0, 0, -1],
    ["ankle_roll", "gyro", 0, 0, 0, 0.1],
    ["hip_yaw", "command", 2, 0.13, -0.18, 0],
    ["hip_yaw", "gyro", 2, 0, 0, 0],
    ["knee", "command", 0, 0, 0, 0],
    ["knee", "linVel", 0, 0, 0, 0],
    ["knee", "gravity", 0, 0, 0, 0],
    ["knee", "gyro", 1, 0, 0, 0],
    ["shoulder_pitch", "command", 0, 0, 0, 0],
    ["shoulder_pitch", "linVel", 0, 0, 0, 0],
    ["waist_yaw", "command", 2, 0, 0, 0],
    ["waist_yaw", "gyro", 2, 0, 0, 0],
  ],
};

/** How far its numbers move at step 1: rad, and rad per unit of what an answer follows. */
const SCALE: Footwork = {
  stance: [0.05, 0.05, 0.05, 0.03, 0.03],
  swing: [0.1, 0.15, 0.1],
  sways: GUESS.sways.map(([joint]) => [joint, 0.1, 0.3]),
  answers: GUESS.answers.map(([joint, follows, axis]) => {
    const size = { gravity: 0.1, gyro: joint === "hip_yaw" ? 0.1 : 0.03 }[follows] ?? 0.1;
    return [joint, follows, axis, size, size, size];
  }),
};

function numbersOf({ stance, swing, sways, answers }: Footwork): number[] {
  return [
    ...stance,
    ...swing,
    ...sways.flatMap(([, ...figures]) => figures),
    ...answers.flatMap(([, , , ...factors]) => factors),
  ];
}

function footworkOf(numbers: ArrayLike<number>): Footwork {
  const rest = Array.from(numbers);
  const take = <T>(like: T) => rest.splice(0, (like as readonly number[]).length) as T;
  const { stance, swing, sways, answers } = GUESS;
  return {
    stance: take(stance),
    swing: take(swing),
    sways: sways.map(([joint]): SwayOf => [joint, ...take([0, 0] as const)]),
    answers: answers.map(([joint, follows, axis]): Answer => [joint, follows, axis, ...take([0, 0, 0] as const)]),
  };
}

/** What is kept of a search. */
interface Kept extends Strategy {
  readonly generation: number;
  /** Share of the commands' ranges. */
  readonly commands: number;
  readonly footwork: Footwork;
}

const output = processOutput();
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: "string", default: "15" }, seed: { type: "string", default: "1" } },
});
const [file = "footwork.json"] = positionals;
const seed = numberOf("seed");
const minutes = numberOf("minutes");
const scale = numbersOf(SCALE);
const kept: Kept = existsSync(file)
  ? (JSON.parse(readFileSync(file, "utf8")) as Kept)
  : {
      mean: numbersOf(GUESS),
      spread: scale.map(() => 1),
      step: 0.5,
      generation: 0,
      commands: FEWEST_COMMANDS,
      footwork: GUESS,
    };
const search = new EvolutionStrategy(kept, scale, POPULATION);
const rng = new Rng();
const processes = await Promise.all(Array.from({ length: availableParallelism() }, ready));

function numberOf(flag: "seed" | "minutes"): number {
  const found = Number(values[flag]);
  if (found >= 0 && found < Infinity) return found;
  process.stderr.write(`footwork: --${flag}: got "${values[flag]}", expected a number, 0 or more\n`);
  process.exit(2);
}

async function ready(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL("./footwork-process.js", import.meta.url)));
  await once(child, "message");
  return child;
}

let { commands, generation } = kept;
for (const end = Date.now() + 60_000 * minutes; Date.now() < end; generation++) {
  rng.seek(seed, STREAM.weights, generation);
  const candidates = Array.from({ length: POPULATION }, () => search.draw(rng));
  const outcomes = await tried(candidates, { seed: seed * 1_000_003 + generation, commands: drawCommands() });
  const ranked = candidates
    .map((candidate, i) => ({ ...candidate, ...outcomes[i]! }))
    .sort((a, b) => b.score - a.score);
  search.tell(ranked);
  const length = outcomes.reduce((sum, outcome) => sum + outcome.length, 0) / POPULATION;
  if (length > LONG_ENOUGH * EPISODE) commands = Math.min(1, commands + COMMAND_STEP);
  if (generation % KEPT_EVERY === 0) keep(length);
}
keep(Number.NaN);
for (const child of processes) child.disconnect();

/** Candidates are shared out among the processes. */
async function tried(
  candidates: readonly Candidate[],
  { seed, commands }: Omit<Trial, "footwork">,
): Promise<Outcome[]> {
  const share = Math.ceil(candidates.length / processes.length);
  const parts = processes.map(async (child, k) => {
    const footwork = candidates.slice(k * share, (k + 1) * share).map(({ numbers }) => footworkOf(numbers));
    child.send({ footwork, seed, commands } satisfies Trial);
    const [outcomes] = (await once(child, "message")) as [Outcome[]];
    return outcomes;
  });
  return (await Promise.all(parts)).flat();
}

function drawCommands(): Trial["commands"] {
  return Array.from({ length: EPISODES }, (_, n) => {
    // one always goes straight on
    if (n === 0) return [commands * (rng.uniform() < 0.7 ? 1 : -0.8), 0, 0] as const;
    if (rng.uniform() < STANDING) return [0, 0, 0] as const;
    const [vx, vy, yaw] = [1, 0.5, 1].map((range) => commands * rng.uniform(-range, range)) as [number, number, number];
    return [vx, vy, yaw] as const;
  });
}

function keep(length: number): void {
  const { strategy } = search;
  const footwork = footworkOf(strategy.mean.map((number) => Number(number.toFixed(2))));
  writeFileSync(`${file}.new`, JSON.stringify({ ...strategy, generation, commands, footwork } satisfies Kept));
  renameSync(`${file}.new`, file);
  const lasted = Number.isNaN(length) ? "" : `, ${length.toFixed(0)} of ${EPISODE} steps on its feet`;
  const told = `commands ${(100 * commands).toFixed(0)} %, step ${strategy.step.toFixed(3)}`;
  output.result(`generation ${generation}${lasted}, ${told}\n`);
}
