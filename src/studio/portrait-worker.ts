/** Entry point of the thread that makes pictures of robots: simulates some seconds of a controller, or takes the pose that a task starts in. */
import { deflateSync } from "node:zlib";
import { findShipped } from "../catalogue/policy-reference.ts";
import { Drive } from "../drive/drive.ts";
import type { NamedPolicy } from "../drive/drive-orders.ts";
import { createEngine, type Engine } from "../graph/index.ts";
import { describeScene } from "../physics/looks/scene-description.ts";
import { posesNow } from "../rollout/pose-tape.ts";
import { type Portrait, packScene, type StreamScene } from "../stream/protocol.ts";
import { commandRangesOf } from "../tasks/command-ranges.ts";
import type { Environment } from "../tasks/index.ts";
import { answerJobs } from "../threads/answer-jobs.ts";
import { closedLoop } from "./closed-loop.ts";
import type { PortraitJob } from "./portraits.ts";

const FRAMES_PER_SECOND = 25;
/** Simulated before the picture begins, where a robot walks, s. */
const WARM_UP_SECONDS = 2;
/** Length of a picture of a walking robot, of which the best loop is taken, and of others, s. */
const WALK_SECONDS = 3.2;
const TASK_SECONDS = 4;
/** Share of the fastest commanded walk. */
const PACE = 0.6;

const ZERO: NamedPolicy = { key: "zero", data: { kind: "zero" }, noise: "zero" };

await answerJobs<null, PortraitJob>(async () => {
  const engine = createEngine("ort");
  return { run: (job) => portrait(job, engine) };
});

async function portrait({ task, controller }: PortraitJob, engine: Engine): Promise<string> {
  const found = controller === null ? null : await findShipped(controller);
  const setup = { task, ...found?.variant, seed: 1, disturbances: false, policy: ZERO, command: null };
  const drive = await Drive.create(setup, engine, () => 0);
  try {
    if (found !== null) await perform(drive, { ...ZERO, key: found.reference, data: await found.bind(drive.env) });
    const frames = found === null ? [poseOf(drive)] : await film(drive);
    const { scene } = packScene(drawable(describeScene(drive.env.sim)));
    const made: Portrait = { scene, framesPerSecond: FRAMES_PER_SECOND, frames };
    return deflateSync(JSON.stringify(made)).toString("base64");
  } finally {
    drive.delete();
  }
}

/** The controller takes over; a robot that can be steered walks ahead. */
async function perform(drive: Drive, policy: NamedPolicy): Promise<void> {
  await drive.apply({ kind: "policy", policy });
  const [forward] = commandRangesOf(drive.env);
  if (forward === undefined) return;
  await drive.apply({ kind: "command", values: [PACE * forward[1], 0, 0] });
  for (let step = 0; step < WARM_UP_SECONDS * drive.env.controlHz; step++) await drive.advance();
}

async function film(drive: Drive): Promise<number[][]> {
  const walks = commandRangesOf(drive.env).length > 0;
  const { controlHz } = drive.env;
  const count = (walks ? WALK_SECONDS : TASK_SECONDS) * FRAMES_PER_SECOND;
  const frames = [poseOf(drive)];
  for (let step = 1; frames.length < count; step++) {
    await drive.advance();
    if (step * FRAMES_PER_SECOND >= frames.length * controlHz) frames.push(poseOf(drive));
  }
  return walks ? closedLoop(frames, rootOf(drive.env)) : frames;
}

function poseOf(drive: Drive): number[] {
  return posesNow(drive.env);
}

/** The first body of the robot. */
function rootOf({ sim }: Environment): number {
  return Math.min(1, sim.nbody - 1);
}

/** What a small picture shows of a scene: no textures, no skins, nothing that bends. */
function drawable({ textures: _, skins: __, flexes: ___, ...scene }: StreamScene): StreamScene {
  const geoms = scene.geoms.map(({ material, ...geom }) => {
    if (material === undefined) return geom;
    const { texture: ____, ...finish } = material;
    return { ...geom, material: finish };
  });
  return { ...scene, geoms, meshes: scene.meshes.map(({ vertices, faces }) => ({ vertices, faces })) };
}
