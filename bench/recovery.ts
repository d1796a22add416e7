/**
 * How many kicks a controller catches, and how many of the others the robot could have caught (recovery-trial.ts):
 *   node dist/bench/recovery.js G1JoystickFlatTerrain [--speeds 0.8,1.2,1.6,2] [--command 0.5,0,0] [--kicks 8] [--generations 40]
 * The policy is a run, a checkpoint, an ONNX file or a controller that ships, for a robot whose first joint is its free one.
 */
import { parseArgs } from "node:util";
import { findPolicy } from "../src/catalogue/policy-reference.ts";
import { processOutput } from "../src/files/output.ts";
import { UserError } from "../src/math/user-error.ts";
import { type Catch, RecoveryTrial } from "./recovery-trial.ts";

const EXPECTED = {
  speeds: "speeds in m/s, such as 0.8,1.2",
  command: "forward and leftward speed in m/s and turning rate in rad/s, such as 0.5,0,0",
  kicks: "a whole number, 1 or more",
  generations: "a whole number, 0 or more",
} as const;

/** A value that begins with a minus is written --command=-0.5,0,0. */
function given() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        speeds: { type: "string", default: "0.8,1.2,1.6,2" },
        command: { type: "string", default: "0.5,0,0" },
        kicks: { type: "string", default: "8" },
        generations: { type: "string", default: "40" },
      },
    });
  } catch (error) {
    fail((error as Error).message.replaceAll("\n", " "));
  }
}

function numbersOf(flag: "speeds" | "command"): number[] {
  const found = values[flag].split(",").map(Number);
  const fits = flag === "command" ? found.length === 3 : found.every((speed) => speed >= 0);
  if (fits && found.every(Number.isFinite)) return found;
  refuse(flag);
}

function countOf(flag: "kicks" | "generations", least: number): number {
  const found = Number(values[flag]);
  if (Number.isInteger(found) && found >= least) return found;
  refuse(flag);
}

function refuse(flag: keyof typeof EXPECTED): never {
  fail(`--${flag}: got "${values[flag]}", expected ${EXPECTED[flag]}`);
}

async function trialOf(reference: string): Promise<RecoveryTrial> {
  const policy = await findPolicy(reference);
  if (policy.task === null) fail(`${reference} does not say which task it is for`);
  return RecoveryTrial.create(policy, policy.task);
}

function fail(message: string): never {
  process.stderr.write(`recovery: ${message}\n`);
  process.exit(2);
}

const output = processOutput();
const { positionals, values } = given();
const [reference] = positionals;
if (reference === undefined)
  fail("got no policy, expected a run, a checkpoint, an .onnx file or the name of one that ships");
const trial = await trialOf(reference).catch((error: Error) => {
  if (error instanceof UserError) fail(error.message);
  throw error;
});
const command = numbersOf("command") as [number, number, number];
const [kicks, generations] = [countOf("kicks", 1), countOf("generations", 0)];
const tallies = new Map<number, { kicks: number; caught: number; found: number }>();
for await (const one of trial.run({ speeds: numbersOf("speeds"), command, kicks, generations })) tell(one);

function tell({ speed, direction, caught, generations }: Catch): void {
  const tally = tallies.get(speed) ?? { kicks: 0, caught: 0, found: 0 };
  tallies.set(speed, tally);
  tally.kicks++;
  if (caught) tally.caught++;
  if (generations !== null) tally.found++;
  const came = caught ? "caught" : generations === null ? "fell" : `fell, could be caught (generation ${generations})`;
  const sum = `${tally.caught} caught and ${tally.found} more that could be, of ${tally.kicks}`;
  output.result(`${speed} m/s at ${Math.round((direction * 180) / Math.PI)}°: ${came}; so far ${sum}\n`);
}
