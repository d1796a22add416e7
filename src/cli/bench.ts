/** `flowgait bench [what]`: measures this machine. bench/ says what is measured and against which bound. */
import { type Output, resultJson } from "../files/output.ts";
import type { Bench } from "./commands/bench.ts";
import { formatNumber, formatTable } from "./table.ts";

/** Tasks that rates of collection, training and memory are given for, and of physics with others. */
const BENCH_TASKS = ["CheetahRun", "HumanoidJoystick"];

/** One task of each robot that handles objects: physics with many contacts. */
const HANDLING_TASKS = [
  "PandaPickCube",
  "PandaRobotiqPushCube",
  "LeapCubeRotateZAxis",
  "AeroCubeRotateZAxis",
  "AlohaHandOver",
];

/** What was measured: rates by name, of a task where it has several. */
type Rates = Readonly<Record<string, number | null>>;

/** Measures one after the other, and prints the results. */
export async function runBenches(wanted: readonly Bench[], options: { json?: boolean }, output: Output): Promise<void> {
  const document: Partial<Record<Bench, unknown>> = {};
  for (const name of wanted) {
    output.note(`measuring ${name} …`);
    const result = await measure(name);
    document[name] = result;
    if (options.json !== true) output.result(`${ratesText(name, result, await askedOf(name))}\n\n`);
  }
  if (options.json === true) resultJson(output, document);
}

async function measure(name: Bench): Promise<Readonly<Record<string, Rates | number | null>>> {
  switch (name) {
    case "physics": {
      const { benchPhysics } = await import("../../bench/physics.ts");
      return perTask(
        async (task) => ({ ...(await benchPhysics(task)) }),
        [...BENCH_TASKS, "HumanoidTrack", ...HANDLING_TASKS],
      );
    }
    case "learner": {
      const { benchLearner } = await import("../../bench/learner.ts");
      return { ...(await benchLearner()) };
    }
    case "collect": {
      const { benchCollect } = await import("../../bench/collect.ts");
      return perTask(async (task) => ({ ...(await benchCollect(task)) }));
    }
    case "training": {
      const { benchTraining } = await import("../../bench/training.ts");
      return perTask(async (task) => ({ ...(await benchTraining(task)) }));
    }
    case "memory": {
      const { benchMemory } = await import("../../bench/memory.ts");
      return perTask(async (task) => ({ ...(await benchMemory(task)) }));
    }
    case "stream": {
      const { benchStream } = await import("../../bench/stream.ts");
      return { ...(await benchStream()) };
    }
    case "queue": {
      const { benchQueue } = await import("../../bench/queue.ts");
      return { ...(await benchQueue()) };
    }
    default:
      return name satisfies never;
  }
}

/** What is promised of a bench's numbers, in words. */
async function askedOf(name: Bench): Promise<Readonly<Record<string, string>>> {
  if (name === "stream") return (await import("../../bench/stream.ts")).STREAM_ASKED;
  return name === "queue" ? (await import("../../bench/queue.ts")).QUEUE_ASKED : {};
}

async function perTask(
  bench: (task: string) => Promise<Rates>,
  tasks: readonly string[] = BENCH_TASKS,
): Promise<Record<string, Rates>> {
  const results: Record<string, Rates> = {};
  for (const task of tasks) results[task] = await bench(task);
  return results;
}

/**
 * A bench's numbers as a table.
 * @param asked what is promised of a number, in words
 */
export function ratesText(
  name: string,
  result: Readonly<Record<string, Rates | number | null>>,
  asked: Readonly<Record<string, string>>,
): string {
  const rows = Object.entries(result).flatMap(([key, value]) =>
    value === null || typeof value === "number"
      ? [[key, rateText(value), asked[key] ?? ""]]
      : Object.entries(value).map(([rate, number]) => [`${key} ${rate}`, rateText(number), ""]),
  );
  const heading = Object.keys(asked).length > 0 ? "asked" : "";
  const columns = [{ heading: "" }, { heading: "", align: "right" }, { heading }] as const;
  return `${name}\n${formatTable(columns, rows, "  ")}`;
}

function rateText(value: number | null): string {
  if (value === null) return "not measured";
  return value >= 1000 ? Math.round(value).toLocaleString("en") : formatNumber(value, 3);
}
