/** The short form of the check, for the moment before a training begins: what is off in one line, or nothing. */
import type { TrainConfig } from "../config/config.ts";
import { createEngine } from "../graph/index.ts";
import { checkTask } from "./check-task.ts";
import { alarm } from "./check-words.ts";
import { QUICK } from "./sizes.ts";

/** Computing time after which a training begins without the result, s. Not time on the clock, so that other programs change nothing. */
const PATIENCE_SECONDS = 5;

/** Thrown between two stages. */
class TooSlow extends Error {}

/**
 * One line about what is off in the task, or "" where nothing is or it takes more than five seconds of one core to find out.
 * @param command that prints the whole report
 * @throws UserError where the task is at fault
 */
export async function quickCheck(config: TrainConfig, command: string): Promise<string> {
  const begun = process.cpuUsage();
  const engine = await createEngine("ort");
  try {
    const sizes = { ...QUICK, seed: config.seed };
    const report = await checkTask({ config, sizes, engine }, () => {
      const { user, system } = process.cpuUsage(begun);
      if (user + system > 1e6 * PATIENCE_SECONDS) throw new TooSlow();
    });
    return alarm(report, command);
  } catch (error) {
    if (error instanceof TooSlow) return "";
    throw error;
  } finally {
    await engine.dispose();
  }
}
