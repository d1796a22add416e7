/** Bodies whose centres of mass or shapes differ from the compiled ones: nine feet stand on nine tiles, and all touch. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { ModelField } from "../../src/physics/model/model-fields.ts";
import {
  centreOfMass,
  defineTask,
  direct,
  Environment,
  type ModelChange,
  type Randomiser,
} from "../../src/tasks/index.ts";

const GRID = [-0.3, 0, 0.3];
const PLACES = GRID.flatMap((x) => GRID.map((y) => `${x} ${y}`));
const RADIUS = 0.02;
const tiles = PLACES.map((at) => `<geom type="box" size="0.1 0.1 0.1" pos="${at} -0.1"/>`).join("");
const feet = PLACES.map((at, i) => `<geom name="foot${i}" size="${RADIUS}" pos="${at} 0"/>`).join("");

const folder = mkdtempSync(join(tmpdir(), "flowgait-table-"));
writeFileSync(
  join(folder, "table.xml"),
  `<mujoco><worldbody>${tiles}
    <body name="table"><freejoint/><inertial pos="0 0 0.01" mass="1" diaginertia="0.1 0.1 0.1"/>${feet}</body>
    <body name="ball" pos="4 0 1"><freejoint/><geom size="0.1"/></body>
    <body name="lump" pos="2 0 1"><joint name="lift" type="slide"/>
      <geom name="lump" type="box" size="0.1 0.2 0.3" pos="0.2 0 0" euler="20 0 0"/></body>
  </worldbody><actuator><motor joint="lift"/></actuator></mujoco>`,
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const alive: Environment[] = [];
afterEach(() => {
  for (const env of alive.splice(0)) env.delete();
});

async function create(changed: {
  randomise?: Record<string, Randomiser>;
  model?: Record<string, ModelChange>;
}): Promise<Environment> {
  const env = await Environment.create(
    defineTask({
      name: "Table",
      scene: join(folder, "table.xml"),
      timing: { controlHz: 50, physicsHz: 500, episodeSeconds: 1 },
      action: direct(),
      observe: { height: { of: (s) => s.sim.qpos[2] } },
      reward: { none: { weight: 1, of: () => 0 } },
      ...changed,
    }),
  );
  alive.push(env);
  return env;
}

/** Of each of four environments, with the table's frame at a height. */
function contacts(env: Environment, height: number): number[] {
  return [0, 1, 2, 3].map((n) => {
    env.start(5, n);
    env.sim.qpos[2] = height;
    env.sim.forward();
    return env.sim.data.ncon;
  });
}

/** One number of every foot, set by a randomiser of one's own. */
function feetSet(field: ModelField, axis: number, value: number): Randomiser {
  return {
    description: { kind: "feet", field, axis, value },
    bind: (sim) => {
      const elements = PLACES.map((_, i) => ({ field, index: 3 * sim.geomId(`foot${i}`) + axis }));
      return {
        elements,
        draw: (_, edit) => {
          for (const { index } of elements) edit(field, index, () => value);
        },
      };
    },
  };
}

/** The same as a change of the task's own. */
function feetChanged(field: ModelField, axis: number, value: number): ModelChange {
  return {
    description: { field, axis, value },
    apply: (sim) => {
      for (let i = 0; i < PLACES.length; i++) sim.modelFields[field][3 * sim.geomId(`foot${i}`) + axis] = value;
    },
  };
}

const DEPTH = 0.001;
const all = [9, 9, 9, 9];

describe("contacts are all found", () => {
  it("where the centre of mass differs", async () => {
    expect(contacts(await create({}), RADIUS - DEPTH)).toEqual(all);
    expect(contacts(await create({ randomise: { centre: centreOfMass("table", 0.1) } }), RADIUS - DEPTH)).toEqual(all);
    const moved: ModelChange = {
      description: {},
      apply: (sim) => void sim.modelFields.body_ipos.set([0.1, 0.1, 0.1], 3 * sim.bodyId("table")),
    };
    expect(contacts(await create({ model: { moved } }), RADIUS - DEPTH)).toEqual(all);
  });

  it("where shapes have moved", async () => {
    const height = 0.2 + RADIUS - DEPTH;
    expect(contacts(await create({ randomise: { lower: feetSet("geom_pos", 2, -0.2) } }), height)).toEqual(all);
    expect(contacts(await create({ model: { lower: feetChanged("geom_pos", 2, -0.2) } }), height)).toEqual(all);
  });

  it("where shapes have another size", async () => {
    const height = 0.08 - DEPTH;
    expect(contacts(await create({ randomise: { thicker: feetSet("geom_size", 0, 0.08) } }), height)).toEqual(all);
    expect(contacts(await create({ model: { thicker: feetChanged("geom_size", 0, 0.08) } }), height)).toEqual(all);
    expect(contacts(await create({ randomise: { thinner: feetSet("geom_size", 0, 0.01) } }), height)).toEqual([
      0, 0, 0, 0,
    ]);
  });
});

describe("a centre of mass that differs", () => {
  it("is where it was drawn, though it was compiled into the middle of its body", async () => {
    const env = await create({ randomise: { centre: centreOfMass("ball", 0.1) } });
    const { sim } = env;
    const drawn = [0, 1].map((n) => {
      contacts(env, n);
      const at = 3 * sim.bodyId("ball");
      const offset = [0, 1, 2].map((axis) => sim.xipos[at + axis] - sim.xpos[at + axis]);
      expect(offset).toEqual([...sim.modelFields.body_ipos.subarray(at, at + 3)].map((x) => expect.closeTo(x, 12)));
      return Math.hypot(...offset);
    });
    expect(Math.min(...drawn)).toBeGreaterThan(0.01);
  });

  it("leaves the body's shape where it is, though it was compiled into the shape's middle", async () => {
    const env = await create({ randomise: { centre: centreOfMass("lump", 0.1) } });
    contacts(env, 1);
    const { sim } = env;
    const shape = 3 * sim.geomId("lump");
    expect([...sim.geomXpos.subarray(shape, shape + 3)]).toEqual([2.2, 0, 1].map((x) => expect.closeTo(x, 12)));
    const centre = 3 * sim.bodyId("lump");
    expect(Math.abs(sim.xipos[centre] - 2.2)).toBeGreaterThan(0.01);
  });
});
