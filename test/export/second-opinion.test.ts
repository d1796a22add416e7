import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPolicyFile } from "../../src/catalogue/policy-file.ts";
import { physicsCheck, physicsVerdict, worstFirst } from "../../src/export/physics/physics-check.ts";
import { physicsSection } from "../../src/export/physics/physics-section.ts";
import { type SecondOpinion, secondOpinion } from "../../src/export/physics/second-opinion.ts";
import { Environment, loadUserTask, PHYSICS_NAMES, type PhysicsName } from "../../src/tasks/index.ts";
import { pushPolicy, slipperyPush, triedPush } from "./slippery-push.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
const task = slipperyPush(folder);

async function opinionOn(
  push: number,
  gain: number,
  { physics = PHYSICS_NAMES, episodes = 1, workers = 1 } = {},
): Promise<SecondOpinion> {
  const found = await findPolicyFile(pushPolicy(join(folder, "push.onnx"), push, gain));
  const env = await Environment.create(await loadUserTask(task));
  const policy = await found.bind(env);
  env.delete();
  const subject = { policy, noise: "zero", task, variant: {} } as const;
  return secondOpinion(subject, { physics, episodes, seed: 1 }, workers, () => {});
}

const verdictsOf = ({ others }: SecondOpinion) =>
  Object.fromEntries(others.map((other) => [other.name, physicsVerdict(other)]));

afterAll(() => rmSync(folder, { recursive: true }));

describe("a second opinion", () => {
  let tried: SecondOpinion;
  beforeAll(async () => {
    tried = await opinionOn(await triedPush(task), 0);
  });

  it("flags a push that was fitted to one solver under every solver that comes to its end", () => {
    expect(tried.own).toMatchObject({ survived: 1, successRate: null, linVelError: null, notes: [] });
    expect(tried.own.about).toBe("MuJoCo 3.3.8, PGS solver with up to 1 iterations, pyramidal cones, Euler, 10 ms");
    const failing = { pgs: "fails", cg: "fails", newton: "fails", elliptic: "fails" };
    expect(verdictsOf(tried)).toMatchObject(failing);
    expect(physicsCheck(tried)).toMatchObject({ name: "other physics", verdict: "fail" });
    expect(physicsCheck(tried).found).toMatch(/^worst of \d+: \w+ \(.*\) keeps 0 % of its survival, loses \d/);
    expect(tried.others.find(({ name }) => name === tried.worst)).toMatchObject({ survived: 0, kept: 0 });
  });

  it("has nothing against a push that follows what it sees", async () => {
    const steady = await opinionOn(24, 400);
    expect(new Set(Object.values(verdictsOf(steady)))).toEqual(new Set(["holds"]));
    expect(physicsCheck(steady)).toMatchObject({ verdict: "pass" });
    expect(steady.others).toHaveLength(PHYSICS_NAMES.length - 2);
  });

  it("runs another build of MuJoCo and the doubled timestep, and says what is the task's own", () => {
    const words = Object.fromEntries(tried.others.map(({ name, about }) => [name, about]));
    expect(words.mujoco).toMatch(/^MuJoCo 3\.\d+\.\d+ \(@mujoco\/mujoco\)$/);
    expect(words["double-step"]).toBe("20 ms timestep in place of 10 ms");
    expect(tried.skipped).toEqual(
      (["pyramidal", "euler"] as PhysicsName[]).map((name) => ({ name, reason: "the task's own" })),
    );
  });

  it("warns where an integrator or a longer timestep loses all, which may be the simulation's fault, and fails elsewhere", () => {
    const lost = (name: PhysicsName, kept: number) => ({ ...tried.others[0]!, name, kept, returnLoss: 1 - kept });
    const opinion = (...others: ReturnType<typeof lost>[]) => ({
      ...tried,
      others,
      worst: worstFirst(others)[0]!.name,
    });
    expect(physicsCheck(opinion(lost("rk4", 0), lost("double-step", 0)))).toMatchObject({ verdict: "warn" });
    const mixed = opinion(lost("rk4", 0), lost("stiffer", 0.4), lost("newton", 0.3));
    expect(physicsCheck(mixed)).toMatchObject({
      verdict: "fail",
      found: expect.stringContaining("worst of 3: newton "),
    });
    expect(physicsCheck(opinion(lost("softer", 0.96)))).toMatchObject({ verdict: "pass", fix: "" });
    expect(physicsCheck({ ...tried, others: [], worst: null })).toMatchObject({ verdict: "skip" });
  });

  it("is a part of a page that names the worst physics and what it cost", () => {
    const html = physicsSection(tried);
    expect(html).toContain(`<b>${tried.worst}</b>`);
    expect(html).toContain("keeps 0 % of its survival");
    expect(html).toContain("Not run: pyramidal, the task's own");
    expect(physicsSection(null)).toBe("");
  });

  it("is the same with one thread and with two, bit for bit", async () => {
    const some = { physics: ["newton", "mujoco"] as const satisfies PhysicsName[], episodes: 5 };
    const [one, two] = [
      await opinionOn(9, 30, { ...some, workers: 1 }),
      await opinionOn(9, 30, { ...some, workers: 2 }),
    ];
    expect(two).toEqual(one);
    expect(one.others[0]!.returnMean).not.toBe(one.own.returnMean);
  });
});
