/**
 * A worker without physics, for measurements and for tests that start very many: answers every unit with the bytes that `lightAnswer` gives,
 * after a nap. Arguments: address of the queue, milliseconds of the nap, bytes of an answer. Prints a line when it is at work.
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { announcementSchema } from "../../src/queue/announcement.ts";
import { openQueue } from "../../src/queue/connection.ts";
import { sessionsKey } from "../../src/queue/keys.ts";
import { pack } from "../../src/queue/parcel.ts";
import { parseQueueUrl } from "../../src/queue/queue-url.ts";
import { Stint } from "../../src/queue/stint.ts";
import type { TakenUnit } from "../../src/queue/take-host.ts";

/** Its path, compiled. */
export const lightWorker = fileURLToPath(import.meta.url);

/** Writes what a unit comes to: the hash of both parcels, and zeros. */
export function lightAnswer(common: Uint8Array, input: Uint8Array, into: Uint8Array): Uint8Array {
  into.set(createHash("sha256").update(common).update(input).digest());
  return into;
}

async function work(url: string, napMs: number, size: number): Promise<void> {
  const connection = await openQueue(parseQueueUrl(url, "--queue"), () => {});
  const into = new Uint8Array(size);
  const answer = async ({ unit, worker, common, input }: TakenUnit) => {
    if (napMs > 0) await sleep(napMs);
    return pack({ unit, worker }, [lightAnswer(common, input, into)], "crc32");
  };
  const start = async () => ({ answer, close: async () => {} });
  const id = `light-${process.pid}`;
  for (;;) {
    for (const [session, text] of Object.entries(await connection.redis.hgetall(sessionsKey("flowgait")))) {
      const run = announcementSchema.parse(JSON.parse(text));
      const places = { task: "", modelDir: "" };
      process.stdout.write("at work\n");
      const options = {
        id,
        name: id,
        threads: 1,
        session,
        run,
        places,
        start,
        isCalledAway: async () => false,
        report: () => {},
      };
      await Stint.work(connection, options, new AbortController().signal);
    }
    await sleep(50);
  }
}

if (process.argv[1] === lightWorker) await work(process.argv[2]!, Number(process.argv[3]), Number(process.argv[4]));
