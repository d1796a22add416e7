/** Policies that are ONNX files: rows in, actions before the squash out, whatever number of rows a file wants at once. */
import { describe, expect, it } from "vitest";
import {
  BATCH,
  constant,
  createOrtEngine,
  graphFunction,
  input,
  matmul,
  tanh,
  writeOnnx,
} from "../../src/graph/index.ts";
import { ActorFactory } from "../../src/rollout/actor.ts";
import type { FilePolicy } from "../../src/rollout/jobs.ts";

const OBS = 3;
const ACTIONS = 2;
const ROWS = 5;
/** [OBS, ACTIONS] */
const WEIGHTS = [0.1, 0.2, -0.3, 0.4, 0.05, -0.1];

/** A linear policy, written with the given leading size, that squashes where asked. */
function filePolicy(batch: number | null, more: Partial<FilePolicy> = {}): FilePolicy {
  const obs = input("state", [batch ?? BATCH, OBS]);
  const linear = matmul(obs, constant(Float32Array.from(WEIGHTS), [OBS, ACTIONS]));
  const output = more.squash === "tanh" ? tanh(linear) : linear;
  return {
    kind: "file",
    source: "walk.onnx",
    bytes: writeOnnx(graphFunction("walk", { move: output })),
    digest: `${batch} ${more.squash}`,
    input: "state",
    obsSize: OBS,
    noise: null,
    output: "move",
    actionSize: ACTIONS,
    batch,
    squash: "none",
    targets: null,
    ...more,
  };
}

const observations = Float32Array.from({ length: ROWS * OBS }, (_, i) => Math.sin(i));

/** The same map by hand, before any squash. */
const expected = Array.from({ length: ROWS * ACTIONS }, (_, i) => {
  const row = Math.floor(i / ACTIONS);
  let sum = 0;
  for (let k = 0; k < OBS; k++) sum += observations[row * OBS + k] * WEIGHTS[k * ACTIONS + (i % ACTIONS)];
  return expect.closeTo(sum, 6);
});

async function actionsOf(policy: FilePolicy): Promise<number[]> {
  const engine = createOrtEngine();
  const actor = await new ActorFactory(engine).create(policy, "random", { seed: 1, firstRow: 0, rows: ROWS });
  const action = new Float32Array(ROWS * ACTIONS);
  await actor.act(observations, 0, action);
  await actor.act(observations, 1, action);
  return [...action];
}

describe("a policy that is a file", () => {
  it.each([
    { batch: null, what: "any number of rows" },
    { batch: 1, what: "one row" },
    { batch: 2, what: "two rows, the last of them spare" },
    { batch: 8, what: "more rows than there are" },
  ])("acts alike where it takes $what", async ({ batch }) => {
    expect(await actionsOf(filePolicy(batch))).toEqual(expected);
  });

  it("has its squash taken back, since the task squashes again", async () => {
    expect(await actionsOf(filePolicy(null, { squash: "tanh" }))).toEqual(expected);
  });

  it("has joint targets turned back into actions", async () => {
    const targets = { offset: [0.5, -1], scale: [0.25, 2] };
    const raw = await actionsOf(filePolicy(null));
    const actions = raw.map((value, i) => (value - targets.offset[i % 2]) / targets.scale[i % 2]);
    expect(await actionsOf(filePolicy(null, { targets }))).toEqual(actions.map((value) => expect.closeTo(value, 5)));
  });

  it("is refused in one line where it gives another number of values, or cannot be run", async () => {
    await expect(actionsOf(filePolicy(null, { actionSize: 3 }))).rejects.toThrow(
      'walk.onnx: output "move" gave 10 values for 5 observations, expected 3 each',
    );
    const { bytes } = filePolicy(null);
    const broken = actionsOf(filePolicy(null, { bytes: bytes.subarray(0, bytes.length - 40), digest: "broken" }));
    await expect(broken).rejects.toThrow(/^walk\.onnx: ONNX Runtime cannot run it: [^\n]*$/);
  });
});
