import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { CONTACT_SIZE, readContacts } from "../../src/physics/contacts.ts";
import { Hands } from "../../src/physics/hands.ts";
import { Simulation } from "../../src/physics/simulation.ts";
import { Environment, resolveTask } from "../../src/tasks/index.ts";

const DT = 0.02;

async function swimmer(): Promise<Simulation> {
  const sim = await Simulation.load(join(packageRoot, "scenes", "fish.xml"));
  onTestFinished(() => sim.delete());
  sim.forward();
  return sim;
}

describe("hands on a robot", () => {
  it("push it to the speed that was asked for, in the direction of its heading", async () => {
    const env = await Environment.create(await resolveTask("HumanoidJoystick"), { events: false, randomise: false });
    onTestFinished(() => env.delete());
    env.start(1, 0);
    const { sim } = env;
    const hands = new Hands(sim, DT);
    const [w, , , z] = sim.qpos.subarray(3, 7);
    const heading = 2 * Math.atan2(z, w);
    const momentum = () => {
      const masses = sim.modelFields.body_mass;
      const total = sim.names.all("body").reduce((sum, _, body) => sum + masses[body], 0);
      sim.forward();
      // of the whole tree about its own centre of mass: the velocity of that centre weighted by mass
      const velocity = [0, 0];
      for (let body = 1; body < sim.nbody; body++) {
        const [wx, wy, wz, vx, vy] = sim.cvel.subarray(6 * body, 6 * body + 6);
        const [x, y, zz] = [0, 1, 2].map((i) => sim.xipos[3 * body + i] - sim.subtreeCom[3 + i]);
        velocity[0] += (masses[body] / total) * (vx + wy * zz - wz * y);
        velocity[1] += (masses[body] / total) * (vy + wz * x - wx * zz);
      }
      return velocity;
    };
    for (let body = 1; body < sim.qvel.length; body++) sim.qvel[body] = 0;
    sim.qpos[2] += 2;
    const before = momentum();
    hands.push(Math.PI / 2, 1.5);
    for (let k = 0; k < 8; k++) {
      hands.apply();
      sim.step(Math.round(DT / sim.timestep));
    }
    const [dx, dy] = momentum().map((value, i) => value - before[i]);
    expect(Math.hypot(dx, dy)).toBeCloseTo(1.5, 2);
    expect(Math.cos(Math.atan2(dy, dx) - heading - Math.PI / 2)).toBeGreaterThan(0.999);
    expect(sim.xfrcApplied.every((value) => value === 0)).toBe(true);
  });

  it("draw a point of a body to where it is wanted, and let it go", async () => {
    const sim = await swimmer();
    const body = sim.bodyId("torso");
    const hands = new Hands(sim, DT);
    const target = [0, 1, 2].map((i) => sim.xpos[3 * body + i] + [0.3, -0.2, 0.1][i]) as [number, number, number];
    hands.hold({ body, point: [0, 0, 0], target });
    for (let k = 0; k < 400; k++) {
      hands.apply();
      sim.step(Math.round(DT / sim.timestep));
    }
    for (let i = 0; i < 3; i++) expect(sim.xpos[3 * body + i]).toBeCloseTo(target[i], 1);
    hands.hold(null);
    hands.apply();
    expect(sim.xfrcApplied.every((value) => value === 0)).toBe(true);
    hands.hold({ body: 0, point: [0, 0, 0], target });
    expect(hands.grip).toBeNull();
  });
});

describe("contacts", () => {
  it("carry the weight of a robot that has come to rest", async () => {
    const env = await Environment.create(await resolveTask("Go1JoystickFlatTerrain"), {
      events: false,
      randomise: false,
    });
    onTestFinished(() => env.delete());
    env.start(1, 0);
    const action = new Float32Array(env.actionSize);
    let newtons = 0;
    const [from, to] = [200, 400];
    for (let k = 0; k < to; k++) {
      env.step(1, 0, action, 0);
      const contacts = readContacts(env.sim);
      expect(contacts.length % CONTACT_SIZE).toBe(0);
      for (let n = 0; k >= from && n < contacts.length; n += CONTACT_SIZE) newtons += contacts[n + 5] / (to - from);
    }
    const weight = 9.81 * env.sim.modelFields.body_subtreemass[0];
    expect(newtons / weight).toBeCloseTo(1, 3);
  });
});
