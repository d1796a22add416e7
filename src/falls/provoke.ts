/** Drives a policy until it falls: with all of its task's disturbances, and commands that change. */
import { Drive } from "../drive/drive.ts";
import type { DriveCourse, DriveSetup, LoggedChange } from "../drive/drive-orders.ts";
import type { Engine } from "../graph/index.ts";
import { Rng, STREAM } from "../math/rng.ts";
import type { Environment } from "../tasks/index.ts";
import { changed } from "./fall.ts";

/** How long one drive lasts, s, and how many there are. */
const DRIVE_SECONDS = 20;
const DRIVES = 20;
/** s between two commands */
const COMMAND_SECONDS = [1.5, 4] as const;

/**
 * A drive that ends with its first fall.
 * @param setup its seed is that of the first drive
 * @returns null where the robot stays up in all of them
 */
export async function provokeFall(
  setup: DriveSetup,
  engine: Engine,
  tell: (seconds: number) => void = () => {},
): Promise<DriveCourse | null> {
  for (let i = 0; i < DRIVES; i++) {
    const one = { ...setup, seed: (setup.seed + i) % 2 ** 32, disturbances: true };
    const drive = await Drive.create(one, engine, () => 0);
    try {
      const course = await untilFall(drive, one);
      if (course !== null) return course;
    } finally {
      drive.delete();
    }
    tell((i + 1) * DRIVE_SECONDS);
  }
  return null;
}

async function untilFall(drive: Drive, setup: DriveSetup): Promise<DriveCourse | null> {
  const { env } = drive;
  const steps = Math.round(DRIVE_SECONDS * env.controlHz);
  const log = drawnCommands(env, setup.seed, steps);
  for (let made = 0; drive.step < steps; ) {
    made = await changed(drive, log, made);
    await drive.advance();
    if (drive.falls > 0) return { setup, log: log.slice(0, made), steps: drive.step, digest: "" };
  }
  return null;
}

function drawnCommands({ task, controlHz }: Environment, seed: number, steps: number): LoggedChange[] {
  const { command } = task;
  if (command?.names.length !== 3) return [];
  const rng = new Rng().seek(seed, STREAM.probe, 5);
  const values = new Float64Array(3);
  const log: LoggedChange[] = [];
  for (let step = 0; step < steps; step += Math.round(rng.uniform(...COMMAND_SECONDS) * controlHz)) {
    command.sample(rng, values);
    const [vx, vy, yawRate] = [...values].map((value) => Number(value.toFixed(3)));
    log.push({ step, change: { kind: "command", values: [vx!, vy!, yawRate!] } });
  }
  return log;
}
