/** What the scenes of scene-cases.ts are made of. */
import { stl } from "./asset-files.ts";

/** A folder that holds a scene. In texts, `@` stands for the folder's absolute path. */
export interface SceneCase {
  readonly loads: boolean;
  /** Path of the scene; `robot/scene.xml` unless given. */
  readonly scene?: string;
  readonly files: Readonly<Record<string, string | Buffer>>;
  /** Targets of symbolic links, by path. */
  readonly links?: Readonly<Record<string, string>>;
}

/** An arm that swings under its mesh's weight. */
export const arm = (mesh: string) =>
  `<body name="${mesh}"><joint axis="0 1 0"/><geom type="mesh" mesh="${mesh}" pos="0.1 0 0.02"/></body>`;
export const world = (...meshes: string[]) => `<worldbody>${meshes.map(arm).join("")}</worldbody>`;
export const mesh = (file: string, name = "w") => `<asset><mesh name="${name}" file="${file}"/></asset>`;
export const compiler = (attributes: string) => `<compiler ${attributes}/>`;
export const include = (file: string) => `<include file="${file}"/>`;
export const mjcf = (...parts: string[]) => `<mujoco>${parts.join("\n")}</mujoco>`;
/** A scene of one arm whose mesh is named so. */
export const naming = (file: string, ...before: string[]) => mjcf(...before, mesh(file), world("w"));

export const link = (name: string, filename = "") => {
  const shape = filename && `<geometry><mesh filename="${filename}"/></geometry>`;
  const mass = `<inertial><origin xyz="0.1 0 0"/><mass value="1"/><inertia ixx="0.01" iyy="0.01" izz="0.01" ixy="0" ixz="0" iyz="0"/></inertial>`;
  return `<link name="${name}">${shape && `${mass}<visual>${shape}</visual><collision>${shape}</collision>`}</link>`;
};
export const urdf = (filename: string, extension = "") =>
  `<?xml version="1.0"?><robot name="r">${extension}${link("base")}${link("tip", filename)}<joint name="j" type="continuous"><parent link="base"/><child link="tip"/><axis xyz="0 1 0"/></joint></robot>`;
export const extension = (attributes: string) => `<mujoco><compiler ${attributes}/></mujoco>`;
/** A ball that rolls over a field of heights. */
export const field = (attributes: string, ...before: string[]) =>
  mjcf(
    ...before,
    `<asset><hfield name="h" size="1 1 0.5 0.1" ${attributes}/></asset>`,
    `<worldbody><geom type="hfield" hfield="h"/><body pos="0.1 0.1 0.32"><freejoint/><geom size="0.1"/></body></worldbody>`,
  );
export const texture = (attributes: string, ...before: string[]) =>
  mjcf(
    ...before,
    `<asset><texture name="t" ${attributes}/><material name="m" texture="t"/></asset>`,
    `<worldbody><geom size="1" material="m"/></worldbody>`,
  );
export const attached = (file: string, ...before: string[]) =>
  mjcf(
    ...before,
    `<asset><model name="m" file="${file}"/></asset><worldbody><frame pos="0 0 1"><attach model="m" prefix="a_"/></frame></worldbody>`,
  );
/** A robot in a body, as attached models are. */
export const robot = (file: string, ...before: string[]) =>
  mjcf(
    ...before,
    mesh(file),
    `<worldbody><body name="b"><joint axis="0 1 0"/><geom type="mesh" mesh="w" pos="0.1 0 0"/></body></worldbody>`,
  );

export const [one, two, three] = [stl(0.1), stl(0.15), stl(0.2)];
export const refused = (files: SceneCase["files"], rest: Partial<SceneCase> = {}): SceneCase => ({
  loads: false,
  files,
  ...rest,
});
export const loaded = (files: SceneCase["files"], rest: Partial<SceneCase> = {}): SceneCase => ({
  loads: true,
  files,
  ...rest,
});
