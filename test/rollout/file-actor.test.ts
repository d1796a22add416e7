import { expect, it } from "vitest";
import { BATCH, graphFunction, input, loadOnnxSession, tanh, writeOnnx } from "../../src/graph/index.ts";
import { FileActor } from "../../src/rollout/file-actor.ts";

/** From small actions to those that float32 cannot tell from 1. */
const RAW = Float32Array.from({ length: 2001 }, (_, i) => (i - 1000) / 50);

it("a file that answers with squashed actions has them applied as it gave them, however near 1", async () => {
  const bytes = writeOnnx(graphFunction("squash", { actions: tanh(input("obs", [BATCH, 1])) }));
  const session = await loadOnnxSession(bytes, "a.onnx");
  const names = { source: "a.onnx", digest: "", input: "obs", output: "actions", noise: null, batch: null };
  const sizes = { obsSize: 1, actionSize: 1, targets: null, draws: null, flow: null };
  const acted = async (squash: "tanh" | "none") => {
    const action = new Float32Array(RAW.length);
    const actor = new FileActor(async () => session, { kind: "file", bytes, squash, ...names, ...sizes }, RAW.length);
    await actor.act(RAW, new Float32Array(0), action);
    return action;
  };
  const [given, raw] = [await acted("none"), await acted("tanh")];
  await session.dispose();
  // ONNX Runtime's tanh passes 1 by 1.2e-7, which is taken for 1; half a unit in the last place of float32 near 1 is 3e-8.
  raw.forEach((action, i) => {
    expect(Math.abs(Math.tanh(action) - Math.max(-1, Math.min(1, given[i]!))), `action ${RAW[i]}`).toBeLessThan(6e-8);
    expect(Math.abs(Math.tanh(action) - Math.tanh(RAW[i]!)), `action ${RAW[i]}`).toBeLessThan(3e-7);
  });
});
