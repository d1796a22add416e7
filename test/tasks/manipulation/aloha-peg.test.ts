/** AlohaSinglePegInsertion against the catalogue's formulas, at states that are made by hand. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Environment, registry, withLesson } from "../../../src/tasks/index.ts";
import { observation, startRanges, taskEnvironments } from "../registered-tasks.ts";
import { shareOf } from "./scripts.ts";

const NOTHING = new Float32Array(14);
/** Where the coordinates of the socket and the peg begin. */
const [SOCKET, PEG] = [16, 23];
/** Of a step of 5 ms: the catalogue's two steps of 2.5 ms. */
const UNIT = 2 / 19.9;
const SQUARE = [1, 0, 0, 0];

type Point = readonly number[];

let env: Environment;
beforeAll(async () => {
  env = await Environment.create(registry.get("AlohaSinglePegInsertion"));
});
afterAll(() => env.delete());
beforeEach(() => env.start(1, 0));

const distance = (a: Point, b: Point) => Math.hypot(...a.map((value, i) => value - b[i]!));
const site = (name: string) => [...env.sim.siteXpos].slice(3 * env.sim.siteId(name)).slice(0, 3);
const body = (name: string) => [...env.sim.xpos].slice(3 * env.sim.bodyId(name)).slice(0, 3);
const third = (name: string) => [...env.sim.xmat].slice(9 * env.sim.bodyId(name) + 6).slice(0, 3);
/** A linear fall to a tenth at the margin. */
const linear = (beyond: number, margin: number) => Math.max(0, 1 - (0.9 * Math.max(0, beyond)) / margin);
const turnedY = (angle: number) => [Math.cos(angle / 2), 0, Math.sin(angle / 2), 0];

/** One step with socket and peg at rest there. @returns the reward's terms by name, in units of weight 1 */
function withParts(socket: Point, peg: Point): Record<string, number> {
  const { sim } = env;
  sim.qpos.set(socket.length === 3 ? [...socket, ...SQUARE] : socket, SOCKET);
  sim.qpos.set(peg.length === 3 ? [...peg, ...SQUARE] : peg, PEG);
  sim.qvel.fill(0);
  env.step(1, 0, NOTHING, 0);
  return Object.fromEntries(env.rewardNames.map((name, i) => [name, env.rewardTerms[i]! / UNIT]));
}

describe("the reward of AlohaSinglePegInsertion", () => {
  it("pays for hands at their parts, and for home poses while both are", () => {
    const { sim } = env;
    for (const joint of ["left/waist", "right/elbow"]) sim.qpos[sim.joint(joint).qposAddress]! += 0.5;
    const terms = withParts([-0.05, 0, 0.4], [0.2, 0, 0.3]);
    const left = linear(distance(body("socket"), site("left/gripper")) - 0.001, 0.3);
    const right = linear(distance(body("peg"), site("right/gripper")) - 0.001, 0.3);
    expect(left * right).toBeGreaterThan(0.05);
    const home = sim.keyframeQpos("home");
    const pose = (from: number) => {
      const off = Math.hypot(...[0, 1, 2, 3, 4, 5].map((i) => sim.qpos[from + i]! - home[from + i]!));
      return 0.3 * left * right * 0.1 ** (((off - 0.01) / 2) ** 2);
    };
    expect(terms.left).toBeCloseTo(left, 12);
    expect(terms.right).toBeCloseTo(right, 12);
    // gaussian: exp(−½ d² · −2 ln 0.1) = 0.1^(d²); the pose has moved a little since
    expect(terms.leftPose).toBeCloseTo(pose(0), 12);
    expect(terms.rightPose).toBeCloseTo(pose(8), 12);
    expect(terms.leftPose).toBeLessThan(0.3 * left * right * 0.95);
    expect(terms.tableClear).toBeCloseTo(0.3, 12);
  });

  it("pays for parts at their places, and for their uprightness there", () => {
    const upright = withParts([-0.05, 0, 0.15], [0.05, 0.1, 0.15]);
    const slip = distance(body("peg"), [0.05, 0, 0.15]);
    expect(upright).toMatchObject({ socketLift: 4, socketUp: 0.5 });
    expect(upright.pegLift).toBeCloseTo(4 * linear(slip - 0.01, 0.15), 12);
    expect(upright.pegUp).toBeCloseTo(0.125 * upright.pegLift!, 12);
    const tilted = withParts([-0.05, 0, 0.15, ...turnedY(0.2)], [0.3, 0, 0.15]);
    // cos 0.2 = 0.98007, 0.00993 below 0.99: 1 − 0.9 · 0.00993/0.03
    expect(tilted.socketUp).toBeCloseTo(0.5 * 0.70199, 3);
    expect(tilted).toMatchObject({ pegLift: 0, pegUp: 0 });
  });

  it("pays for the peg's tip near the socket's middle, but only on the hole's axis", () => {
    const at = (x: number, y: number) => withParts([-0.05, 0, 0.4], [-0.05 + 0.048 + x, y, 0.4]).insertion;
    expect(at(0, 0)).toBeCloseTo(8, 12);
    expect(at(0.051, 0)).toBeCloseTo(8 * 0.55, 6);
    expect(at(0.051, 0.0045)).toBeCloseTo(8 * linear(Math.hypot(0.051, 0.0045) - 0.001, 0.1), 6);
    expect(at(0.051, 0.0055)).toBe(0);
    expect(at(-0.02, 0)).toBeCloseTo(8 * linear(0.019, 0.1), 2);
  });

  it("loses 0.3 while a finger touches the table", () => {
    const { sim } = env;
    const touches = () => sim.names.all("sensor").some((name) => sim.sensordata[sim.sensor(name).address]! > 0);
    const seen = Array.from({ length: 40 }, (_, i) => {
      sim.qpos[sim.joint("right/shoulder").qposAddress] = -0.1 + 0.02 * i;
      sim.qpos[sim.joint("right/elbow").qposAddress] = 1.3;
      return { terms: withParts([-0.2, 0.2, 0.022], [-0.2, -0.2, 0.011]), touching: touches() };
    });
    for (const { terms, touching } of seen) expect(terms.tableClear).toBeCloseTo(touching ? 0 : 0.3, 12);
    expect(new Set(seen.map(({ touching }) => touching)).size).toBe(2);
  });
});

describe("an episode of AlohaSinglePegInsertion", () => {
  it("begins with the keyframe's arms and controls, and parts within 10 cm of its places", () => {
    const { sim } = env;
    const { low, high } = startRanges(env, () => [...sim.qpos.subarray(SOCKET)]);
    const home = sim.keyframeQpos("home");
    expect([...sim.qpos.subarray(0, SOCKET)]).toEqual([...home.subarray(0, SOCKET)]);
    expect([...sim.ctrl]).toEqual([...sim.keyframeControls("home")]);
    for (const part of [SOCKET, PEG])
      for (let i = part; i < part + 7; i++) {
        const [least, most] = [low[i - SOCKET]! - home[i]!, high[i - SOCKET]! - home[i]!];
        const reach = i < part + 2 ? 0.1 : 0;
        expect(least).toBeGreaterThanOrEqual(-reach - 1e-12);
        expect(most).toBeLessThanOrEqual(reach + 1e-12);
        expect(most - least).toBeGreaterThanOrEqual(1.9 * reach);
      }
  });

  it("ends when a part is gone", () => {
    const ended = (socket: Point, peg: Point) => {
      withParts(socket, peg);
      return env.terminated;
    };
    expect(ended([0.99, 0, 0.3], [0, 0.99, 0.3])).toBe(false);
    expect(ended([1.01, 0, 0.3], [0, 0, 0.3])).toBe(true);
    expect(ended([0, 0, 0.3], [0, -1.01, 0.3])).toBe(true);
    expect(ended([0, 0, 0.3], [0, 0, 1.01])).toBe(true);
  });

  it("is a success with the peg's tip within 5 mm of the socket's middle", () => {
    const reached = (x: number) => {
      withParts([-0.05, 0, 0.4], [-0.05 + 0.048 + x, 0, 0.4]);
      return env.goal?.reached;
    };
    expect([0.004, -0.004, 0.006, -0.006].map(reached)).toEqual([true, true, false, false]);
  });
});

describe("AlohaSinglePegInsertion", () => {
  it("observes coordinates, places and the parts' third rows in the catalogue's order", () => {
    for (let t = 0; t < 5; t++) env.step(1, 0, NOTHING, 0);
    const { sim } = env;
    expect(env.obsSize).toBe(82);
    expect(observation(env)).toEqual(
      [
        ...sim.qpos,
        ...sim.qvel,
        ...site("left/gripper"),
        ...body("socket"),
        ...site("right/gripper"),
        ...body("peg"),
        ...site("socket_entrance"),
        ...site("peg_end2"),
        ...third("socket"),
        ...third("peg"),
      ].map(Math.fround),
    );
  });

  it("moves targets by 0.01 for an action of 1 or more, grippers within their ranges", () => {
    const before = [...env.sim.ctrl];
    env.step(1, 0, Float32Array.of(1, -1, 0.5, 3, 0, -9, -1, 1, -1, 0.5, 3, 0, -9, -1), 0);
    const moved = [0.01, -0.01, 0.005, 0.01, 0, -0.01, -0.01];
    expect([...env.sim.ctrl]).toEqual([...moved, ...moved].map((by, i) => expect.closeTo(before[i]! + by, 12)));
    for (let t = 0; t < 4; t++) env.step(1, 0, new Float32Array(14).fill(-1), 0);
    expect([env.sim.ctrl[6], env.sim.ctrl[13]]).toEqual([0.002, 0.002]);
  });
});

describe("the lesson stages of AlohaSinglePegInsertion", () => {
  it("begins with parts on the table, in the hands, and with the peg's tip in the hole, all about as often; hands hold them", async () => {
    const { lesson } = withLesson(registry.get("AlohaSinglePegInsertion"), "stages");
    const learner = await Environment.create(lesson!.training);
    const { sim } = learner;
    const at = (name: string) => [...sim.xpos].slice(3 * sim.bodyId(name)).slice(0, 3);
    const found = { table: 0, held: 0, inserted: 0 };
    for (let n = 0; n < 30; n++) {
      learner.start(5, n);
      const before = [at("socket"), at("peg")];
      const [apart, height] = [before[1]![0]! - before[0]![0]!, before[0]![2]!];
      if (height < 0.03) found.table++;
      else if (apart < 0.0905) found.inserted++;
      else found.held++;
      for (let t = 0; t < 100; t++) learner.step(5, n, NOTHING, 0);
      // arms give way to gravity by some 15 mm
      [at("socket"), at("peg")].forEach((place, i) => {
        expect(distance(place, before[i]!)).toBeLessThan(height < 0.03 ? 0.001 : 0.025);
      });
      expect(learner.terminated).toBe(false);
    }
    learner.delete();
    for (const count of Object.values(found)) expect(count).toBeGreaterThanOrEqual(5);
  });
});

describe("the lesson shown", () => {
  const create = taskEnvironments();

  // On its own the script succeeds in 87.5 % of 200 starts.
  it("AlohaSinglePegInsertion: its script puts the peg in in most starts", async () => {
    const shown = await create(withLesson(registry.get("AlohaSinglePegInsertion"), "shown").lesson!.training);
    expect(shareOf(shown, 20, ({ longest }) => longest > 0)).toBeGreaterThanOrEqual(0.75);
  });
});
