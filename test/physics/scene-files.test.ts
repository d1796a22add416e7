import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/math/user-error.ts";
import { readNamedFiles, readScene } from "../../src/physics/scene-files.ts";
import { Simulation } from "../../src/physics/simulation.ts";
import { stl } from "./asset-files.ts";
import { Oracle, type Verdict } from "./oracle.ts";
import * as groups from "./scene-cases.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "flowgait-scenes-")));
let oracle: Oracle;
const cases = Object.entries(groups).flatMap(([group, scenes]) =>
  Object.entries(scenes).map(([name, one], i) => ({ group, name, one, folder: join(root, `${group}-${i}`) })),
);

beforeAll(async () => {
  for (const { one, folder } of cases) {
    for (const [path, content] of Object.entries(one.files))
      write(join(folder, path), typeof content === "string" ? content.replaceAll("@", folder) : content);
    for (const [path, target] of Object.entries(one.links ?? {})) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      symlinkSync(target.replaceAll("@", folder), join(folder, path));
    }
  }
  oracle = await Oracle.of(root);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

async function verdict(path: string): Promise<Verdict> {
  let sim: Simulation | undefined;
  try {
    sim = await Simulation.load(path);
    sim.step(5);
    return { sum: sim.qpos.reduce((a, b) => a + b, 0) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { words: error.message };
  } finally {
    sim?.delete();
  }
}

describe("flowgait loads what MuJoCo loads, with the same bits, and refuses in its words", () => {
  it.each(cases)("$group: $name", async ({ one, folder }) => {
    const path = join(folder, one.scene ?? "robot/scene.xml");
    const theirs = oracle.load(path);
    const ours = await verdict(path);
    expect(theirs.sum !== undefined, theirs.words).toBe(one.loads);
    if (one.loads) expect(ours).toEqual(theirs);
    else expect(ours.words).toContain(`scene ${path}: ${theirs.words}`);
  });
});

describe("a scene's files", () => {
  const scene = (name: string, parts: string) => {
    const path = join(root, name, "scene.xml");
    write(path, `<mujoco>\n${parts}\n</mujoco>`);
    return path;
  };
  const MESH = '<asset><mesh name="w" file="w.stl"/></asset>';
  const FALLING = `${MESH}<worldbody><body><freejoint/><geom type="mesh" mesh="w"/></body></worldbody>`;

  it("are named by element, attribute, file and line when they are missing", async () => {
    const mesh = scene("missing", '<compiler meshdir="shapes"/>\n<include file="parts/a.xml"/>');
    const part = join(root, "missing/parts/a.xml");
    write(part, `<mujoco><!-- <mesh file="w.stl"/> \n\n-->\n<asset><mesh file="w&amp;.stl"/></asset></mujoco>`);
    const looked = ["parts", "shapes"].map((folder) => join(root, "missing", folder, "w&.stl"));
    expect((await verdict(mesh)).words).toBe(
      `scene ${mesh}: Error: Error opening file '${looked[0]}': No such file or directory; named by <mesh file="w&amp;.stl"> in ${part}, line 4; also looked for ${looked[1]}`,
    );
    const cube = scene("cube", "<asset>\n<texture name='t' type='cube'\n fileup='deep\\u.png'/></asset>");
    expect((await verdict(cube)).words).toBe(
      `scene ${cube}: Error: Error opening file '${join(root, "cube/deep/u.png")}': No such file or directory; named by <texture fileup='deep\\u.png'> in ${cube}, line 3`,
    );
    const model = scene("model", '<asset><model name="m" file="../m.xml"/></asset>');
    expect((await verdict(model)).words).toContain(
      `'${join(root, "m.xml")}': No such file or directory, Element 'model', line 2; named by <model file="../m.xml"> in ${model}, line 2`,
    );
  });

  it("are read anew after they changed, even within a second", async () => {
    const path = scene("changed", FALLING);
    const masses: number[] = [];
    for (const size of [0.1, 0.2]) {
      write(join(root, "changed/w.stl"), stl(size));
      const sim = await Simulation.load(path);
      masses.push(sim.modelFields.body_mass[1]!);
      sim.delete();
    }
    expect(masses[1]! / masses[0]!).toBeCloseTo(8, 4);
  });

  it("are those that MuJoCo opens, and no others", async () => {
    const path = scene("opened", `<compiler meshdir="../store"/>${FALLING}`);
    write(join(root, "opened/other.stl"), stl());
    write(join(root, "store/w.stl"), stl());
    expect([...(await readScene(path)).keys()]).toEqual([path, join(root, "store/w.stl")]);
    const named = await readScene(`/user${path}`, { "/user": "" });
    expect([...named.keys()]).toEqual([`/user${path}`, `/user${join(root, "store/w.stl")}`]);
  });

  it("are told apart by relative and absolute names, and a scene that does not compile by its own name", async () => {
    const far = join(root, "far/w.stl");
    write(far, stl());
    const path = scene("apart", FALLING.replace('file="w.stl"', `file="${far}"`));
    const { relative, absolute } = await readNamedFiles(path);
    expect([[...relative.keys()], [...absolute.keys()]]).toEqual([[path], [far]]);
    const broken = scene("apart-broken", FALLING.replace('file="w.stl"', 'file="none.stl"'));
    await expect(readNamedFiles(broken)).rejects.toThrow(
      new RegExp(`^scene ${broken}: .*'${join(root, "apart-broken/none.stl")}'.* in ${broken}, line`),
    );
  });
});
