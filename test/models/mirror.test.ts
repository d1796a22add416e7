import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";

/** Mesh vertices are rounded to 10 µm. */
const LENGTH_TOLERANCE = 2e-5;
const MESH = 7;
/**
 * Robots by scene, with what is uneven in them. The published G1's shoulders differ by 10 µm, one product of its shins' inertias has the
 * same sign on both sides (1 %), and both hip rolls have the range of the left one. The published T1's legs differ in mass
 * or centre of mass, its shoulders in one product of inertia, and the corners of both its feet are counted from the left.
 */
const ROBOTS = [
  { scene: "humanoid-flat", bodyTolerance: 1e-9, inertiaTolerance: 1e-9, uneven: {} },
  {
    scene: "g1-flat",
    bodyTolerance: 1.01e-5,
    inertiaTolerance: 0.01,
    uneven: { range: ["left_hip_roll_joint"] },
  },
  {
    scene: "t1-flat",
    bodyTolerance: 1e-9,
    inertiaTolerance: 1e-6,
    uneven: {
      body: ["AL1", "Hip_Pitch_Left", "Hip_Roll_Left", "Hip_Yaw_Left", "Shank_Left", "left_foot_link"],
      geom: ["left_foot_1", "left_foot_2", "left_foot_3", "left_foot_4"],
    },
  },
  { scene: "h1-flat", bodyTolerance: 1e-9, inertiaTolerance: 1e-6, uneven: {} },
] satisfies readonly Robot[];

interface Robot {
  readonly scene: string;
  /** m */
  readonly bodyTolerance: number;
  readonly inertiaTolerance: number;
  /** Names of the left elements that the right ones do not mirror. */
  readonly uneven: { readonly [kind in "body" | "range" | "geom"]?: readonly string[] };
}

let sim: Simulation;

type Named = "body" | "joint" | "geom" | "site" | "actuator";

/** What the counterpart of a left element is called; other names stay as they are. */
function rightOf(name: string): string {
  return name
    .replace("left", "right")
    .replace("Left", "Right")
    .replace(/^AL(?=\d)/, "AR");
}

/** Ids of every left element with those of its right counterpart. */
function pairs(kind: Named): { name: string; left: number; right: number }[] {
  const names = sim.names.all(kind).filter((name) => rightOf(name) !== name);
  return names.map((name) => ({ name, left: sim.id(kind, name), right: sim.id(kind, rightOf(name)) }));
}

function row(field: Float64Array, id: number, width: number): number[] {
  return Array.from(field.subarray(width * id, width * (id + 1)));
}

function close(a: readonly number[], b: readonly number[], tolerance = 1e-9): boolean {
  return a.length === b.length && a.every((value, i) => Math.abs(value - b[i]) <= tolerance);
}

function mirrored([x, y, z]: readonly number[]): number[] {
  return [x, -y, z];
}

/** Rotations seen in the mirror of the x–z plane: the axis is a pseudo-vector. */
function mirroredQuat([w, x, y, z]: readonly number[]): number[] {
  return [w, -x, y, -z];
}

/** R diag(d) Rᵀ of a body, row by row. */
function inertia(body: number): number[] {
  const [w, x, y, z] = row(sim.model.body_iquat, body, 4);
  const d = row(sim.model.body_inertia, body, 3);
  const r = [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
  return r.flatMap((a) => r.map((b) => a.reduce((sum, value, k) => sum + value * d[k] * b[k], 0)));
}

/** In the mirror the products of inertia with y change sign. */
function mirroredInertia([xx, xy, xz, yx, yy, yz, zx, zy, zz]: readonly number[]): number[] {
  return [xx, -xy, xz, -yx, yy, -yz, zx, -zy, zz];
}

/** Third column of the rotation: the axis of capsules and cylinders, whose sign means nothing. */
function longAxis([w, x, y, z]: readonly number[]): number[] {
  return [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)];
}

function parallel(a: readonly number[], b: readonly number[]): boolean {
  return Math.abs(Math.abs(a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) - 1) < 1e-9;
}

/** Names of the pairs that `differs` finds unequal. */
function unequal(kind: Named, equal: (left: number, right: number) => boolean): string[] {
  return pairs(kind)
    .filter(({ left, right }) => !equal(left, right))
    .map(({ name }) => name);
}

describe.each(ROBOTS)(
  "the right side of the robot in $scene",
  ({ scene, bodyTolerance, inertiaTolerance, uneven }: Robot) => {
    beforeAll(async () => {
      sim = await Simulation.load(join(packageRoot, "scenes", `${scene}.xml`));
    });

    afterAll(() => sim.delete());

    it("has a counterpart of every left element and nothing more", () => {
      for (const kind of ["body", "joint", "geom", "site", "actuator"] as const) {
        const names = sim.names.all(kind);
        expect(pairs(kind).length).toBeGreaterThan(0);
        expect(names.filter((name) => /^right|Right|^AR\d/.test(name)).length).toBe(pairs(kind).length);
      }
    });

    it("mirrors bodies: place, mass, centre of mass, inertia", () => {
      const { model } = sim;
      const equal = (l: number, r: number) =>
        model.body_mass[l] === model.body_mass[r] &&
        close(mirrored(row(model.body_pos, l, 3)), row(model.body_pos, r, 3), bodyTolerance) &&
        close(mirroredQuat(row(model.body_quat, l, 4)), row(model.body_quat, r, 4)) &&
        close(mirrored(row(model.body_ipos, l, 3)), row(model.body_ipos, r, 3), bodyTolerance) &&
        close(mirroredInertia(inertia(l)), inertia(r), inertiaTolerance * model.body_inertia[3 * l]);
      expect(unequal("body", equal)).toEqual(uneven.body ?? []);
    });

    it("mirrors joints: axes and inertial constants", () => {
      const { model } = sim;
      const equal = (l: number, r: number) => {
        const dofs = [model.jnt_dofadr[l], model.jnt_dofadr[r]];
        return (
          close(row(model.jnt_axis, l, 3), row(model.jnt_axis, r, 3)) &&
          [model.dof_damping, model.dof_armature, model.dof_frictionloss].every((f) => f[dofs[0]] === f[dofs[1]])
        );
      };
      expect(unequal("joint", equal)).toEqual([]);
    });

    it("mirrors ranges: pitch keeps its own, roll and yaw turn it round", () => {
      const { model } = sim;
      const equal = (l: number, r: number) => {
        const [low, high] = row(model.jnt_range, l, 2);
        const expected = model.jnt_axis[3 * l + 1] === 1 ? [low, high] : [-high, -low];
        return close(expected, row(model.jnt_range, r, 2));
      };
      expect(unequal("joint", equal)).toEqual(uneven.range ?? []);
    });

    it("mirrors actuators: gains and force limits", () => {
      const { model } = sim;
      const equal = (l: number, r: number) =>
        close(row(model.actuator_gainprm, l, 10), row(model.actuator_gainprm, r, 10)) &&
        close(row(model.actuator_biasprm, l, 10), row(model.actuator_biasprm, r, 10)) &&
        close(row(model.actuator_forcerange, l, 2), row(model.actuator_forcerange, r, 2));
      expect(unequal("actuator", equal)).toEqual([]);
    });

    it("mirrors geoms and sites: kind, size, place, direction", () => {
      const { model } = sim;
      const equal = (l: number, r: number) =>
        model.geom_type[l] === model.geom_type[r] &&
        model.geom_dataid[l] === model.geom_dataid[r] &&
        model.geom_conaffinity[l] === model.geom_conaffinity[r] &&
        model.geom_matid[l] === model.geom_matid[r] &&
        close(row(model.geom_size, l, 3), row(model.geom_size, r, 3)) &&
        close(mirrored(row(model.geom_pos, l, 3)), row(model.geom_pos, r, 3), LENGTH_TOLERANCE) &&
        (model.geom_type[l] === MESH ||
          parallel(mirrored(longAxis(row(model.geom_quat, l, 4))), longAxis(row(model.geom_quat, r, 4))));
      expect(unequal("geom", equal)).toEqual(uneven.geom ?? []);
      const site = (l: number, r: number) => close(mirrored(row(model.site_pos, l, 3)), row(model.site_pos, r, 3));
      expect(unequal("site", site)).toEqual([]);
    });

    it("mirrors the poses of its keyframes", () => {
      const wrong = (pose: string) =>
        pairs("joint").filter(({ name, left, right }) => {
          sim.resetToKeyframe(pose);
          const sign = sim.model.jnt_axis[3 * left + 1] === 1 ? 1 : -1;
          const angle = sim.qpos[sim.joint(name).qposAddress];
          return sim.qpos[sim.model.jnt_qposadr[right]] !== sign * angle;
        });
      expect(sim.names.all("keyframe").flatMap(wrong)).toEqual([]);
    });
  },
);
