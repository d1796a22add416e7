/** A worker that lies: takes units like others, computes them, and sends something else. */
import type { Job } from "bullmq";
import { openQueue } from "../../src/queue/connection.ts";
import { sessionKeys, sessionsKey } from "../../src/queue/keys.ts";
import { hashOf, openParcel } from "../../src/queue/parcel.ts";
import { parseQueueUrl } from "../../src/queue/queue-url.ts";
import { TakeHost, type TakenUnit } from "../../src/queue/take-host.ts";
import { packWeights, type SharedSetup, type UnitName } from "../../src/queue/units.ts";
import { putResult } from "../../src/queue/worker-writes.ts";

/** Makes an answer out of a unit. */
export type Lie = (host: TakeHost, taken: TakenUnit) => Promise<Uint8Array>;

/** Tells the lies one after the other, for the only run there is, and leaves. @returns job data as they were stored, in bytes */
export async function tellLies(url: string, task: string, lies: readonly Lie[]): Promise<number[]> {
  const connection = await openQueue(parseQueueUrl(url, "--queue"), () => {});
  const { redis, packages, address } = connection;
  const [session = ""] = await redis.hkeys(sessionsKey(address.prefix));
  const keys = sessionKeys(address.prefix, session);
  const shared = openParcel((await redis.getBuffer(keys.setup))!).header as SharedSetup;
  const host = await TakeHost.create({ ...shared, task });
  const sizes: number[] = [];
  const left = [...lies];
  const { promise, resolve, reject } = deferred();
  const tell = async ({ id, data }: Job<UnitName>) => {
    sizes.push(JSON.stringify(await redis.hgetall(`${address.prefix}:${session}:${id}`)).length);
    const common = (await redis.getBuffer(keys.common(data.common)))!;
    const input = (await redis.getBuffer(keys.input(data.round, data.index)))!;
    const result = await left.shift()!(host, { kind: data.kind, unit: data, worker: "liar", common, input });
    await putResult(redis, keys, { unit: data, result, id: "liar" });
    if (left.length === 0) resolve();
  };
  const options = { connection: connection.another(), prefix: address.prefix, concurrency: 1 };
  const worker = new packages.Worker<UnitName>(session, tell, options);
  worker.on("failed", (_, error) => reject(error));
  await promise;
  await worker.close();
  connection.close();
  return sizes;
}

/** A right answer with one bit changed. */
export const flippedBit: Lie = async (host, taken) => {
  const answer = Buffer.from(await host.run(taken));
  answer[answer.length >> 1]! ^= 4;
  return answer;
};

/** What the unit comes to with weights of 0. */
export const otherWeights: Lie = async (host, taken) => {
  const { actorSize, obsSize, privilegedSize } = host.sizes;
  const seen = obsSize + privilegedSize;
  const weights = new Float32Array(actorSize);
  const common = packWeights({ weights, mean: new Float32Array(seen), std: new Float32Array(seen).fill(1) });
  return host.run({ ...taken, common, unit: { ...taken.unit, common: hashOf(common) } });
};

/** A right answer to another unit. */
export const otherUnit: Lie = (host, taken) =>
  host.run({ ...taken, unit: { ...taken.unit, index: taken.unit.index + 1 } });

function deferred() {
  let resolve: () => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
