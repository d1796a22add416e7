/** Where the threads of a process spent their time, from the files that Node's --cpu-prof writes, one per thread. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What a thread may be doing. "javascript" is everything else, garbage collection included. */
export type Activity = "engine" | "physics" | "javascript" | "waiting";

/** Seconds by activity of one thread. */
export type ThreadSeconds = Readonly<Record<Activity, number>>;

/** The parts of a .cpuprofile file that are read; times in µs of the machine's monotonic clock. */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
}

/**
 * Seconds of every thread between two moments.
 * @param folder of the .cpuprofile files
 * @param begin µs of the monotonic clock, as `end`
 */
export async function threadSeconds(folder: string, begin: number, end: number): Promise<ThreadSeconds[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".cpuprofile"));
  const profiles = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
  return profiles.map((text) => secondsOf(JSON.parse(text) as CpuProfile, begin, end));
}

function secondsOf({ nodes, startTime, samples, timeDeltas }: CpuProfile, begin: number, end: number): ThreadSeconds {
  const activities = new Map(nodes.map(({ id, callFrame }) => [id, activityOf(callFrame)]));
  const seconds = { engine: 0, physics: 0, javascript: 0, waiting: 0 };
  let time = startTime;
  samples.forEach((node, i) => {
    time += timeDeltas[i];
    if (time >= begin && time < end) seconds[activities.get(node)!] += timeDeltas[i] / 1e6;
  });
  return seconds;
}

/** Native code counts for the function that called it, so what calls ONNX Runtime stands for it. */
function activityOf({ functionName, url }: CallFrame): Activity {
  if (functionName === "(idle)" || (functionName === "sleepWhile" && url.endsWith("/descent-board.js")))
    return "waiting";
  if (url.includes("/onnxruntime-node/dist/backend")) return "engine";
  return url.startsWith("wasm:") || url.includes("/mujoco-js/") ? "physics" : "javascript";
}
