/** The thread that everybody's driven simulation runs on. */
import { expect, it, onTestFinished } from "vitest";
import type { DriveReport } from "../../src/drive/drive-orders.ts";
import { DriveThread } from "../../src/drive/drive-thread.ts";
import type { FilePolicy } from "../../src/rollout/policy-data.ts";

it("an order that fails is refused in words, and the simulation goes on with the policy it had", async () => {
  const zero = { key: "zero", data: { kind: "zero" }, noise: "zero" } as const;
  const setup = { task: "CartpoleBalance", seed: 1, policy: zero, disturbances: true, command: null };
  const reports: DriveReport[] = [];
  let [sawRefusal, sawStep] = [(_: string) => {}, (_: string) => {}];
  const refused = new Promise<string>((resolve) => {
    sawRefusal = resolve;
  });
  const wentOn = new Promise<string>((resolve) => {
    sawStep = resolve;
  });
  let refusedAt = Number.POSITIVE_INFINITY;
  const thread = await DriveThread.create(
    { setup },
    {
      report: (report) => {
        reports.push(report);
        if (report.kind === "refused") {
          refusedAt = reports.length;
          sawRefusal(report.message);
        }
        if (report.kind === "moment" && reports.length > refusedAt && report.moment.step > 5)
          sawStep(report.moment.policy);
      },
      lost: (reason) => sawRefusal(`lost: ${reason}`),
    },
  );
  onTestFinished(() => thread.close());
  const broken: FilePolicy = {
    ...{ kind: "file", source: "broken.onnx", bytes: Uint8Array.of(1, 2, 3), digest: "x", input: "obs", obsSize: 5 },
    ...{
      noise: null,
      output: "actions",
      actionSize: 1,
      batch: null,
      squash: "tanh",
      targets: null,
      draws: null,
      flow: null,
    },
  };
  const policy = { key: "broken.onnx", data: broken, noise: "zero" } as const;
  thread.send({ kind: "change", change: { kind: "policy", policy } });
  expect(await refused).toMatch(/^broken\.onnx: ONNX Runtime cannot run it: /);
  expect(await wentOn).toBe("zero");
});
