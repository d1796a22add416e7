/** Scenes that name files in every way that MJCF and URDF allow, each with whether MuJoCo 3.3.8 loads it. */
import { gmsh, heights, msh, obj, png, skn } from "./asset-files.ts";
import {
  arm,
  attached,
  compiler,
  extension,
  field,
  include,
  loaded,
  mesh,
  mjcf,
  naming,
  one,
  refused,
  robot,
  type SceneCase,
  texture,
  three,
  two,
  urdf,
  world,
} from "./scene-parts.ts";

export const includes: Readonly<Record<string, SceneCase>> = {
  "the scene's meshdir holds in an included file": loaded({
    "robot/scene.xml": mjcf(compiler('meshdir="shapes"'), include("parts/a.xml"), world("w")),
    "robot/parts/a.xml": mjcf(mesh("w.stl")),
    "robot/shapes/w.stl": two,
  }),
  "an included file's meshdir holds in the scene": loaded({
    "robot/scene.xml": naming("w.stl", include("parts/settings.xml")),
    "robot/parts/settings.xml": mjcf(compiler('meshdir="shapes"')),
    "robot/shapes/w.stl": two,
  }),
  "the last meshdir counts, the included one": loaded({
    "robot/scene.xml": mjcf(compiler('meshdir="first"'), mesh("w.stl"), world("w"), include("settings.xml")),
    "robot/settings.xml": mjcf(compiler('meshdir="last"')),
    "robot/first/w.stl": one,
    "robot/last/w.stl": two,
  }),
  "the last meshdir counts, the scene's": loaded({
    "robot/scene.xml": mjcf(include("settings.xml"), compiler('meshdir="last"'), mesh("w.stl"), world("w")),
    "robot/settings.xml": mjcf(compiler('meshdir="first"')),
    "robot/first/w.stl": one,
    "robot/last/w.stl": two,
  }),
  "a mesh beside the included file": loaded({
    "robot/scene.xml": mjcf(include("parts/a.xml"), world("w")),
    "robot/parts/a.xml": mjcf(mesh("w.stl")),
    "robot/parts/w.stl": one,
  }),
  "a mesh beside the scene counts, not one beside the included file": loaded({
    "robot/scene.xml": mjcf(include("parts/a.xml"), world("w")),
    "robot/parts/a.xml": mjcf(mesh("w.stl")),
    "robot/parts/w.stl": one,
    "robot/w.stl": three,
  }),
  "a nested include beside the including file": loaded({
    "robot/scene.xml": mjcf(include("parts/a.xml"), world("w")),
    "robot/parts/a.xml": mjcf(include("b.xml")),
    "robot/parts/b.xml": mjcf(mesh("w.stl")),
    "robot/w.stl": one,
  }),
  "a nested include named from the scene's folder": loaded({
    "robot/scene.xml": mjcf(include("parts/a.xml"), world("w")),
    "robot/parts/a.xml": mjcf(include("parts/b.xml")),
    "robot/parts/b.xml": mjcf(mesh("w.stl")),
    "robot/w.stl": one,
  }),
  "a nested include beside the scene and beside the including file": loaded({
    "robot/scene.xml": mjcf(include("parts/a.xml"), world("w")),
    "robot/parts/a.xml": mjcf(include("b.xml")),
    "robot/parts/b.xml": mjcf(mesh("one.stl")),
    "robot/b.xml": mjcf(mesh("two.stl")),
    "robot/one.stl": one,
    "robot/two.stl": two,
  }),
  "three levels of includes in sibling folders": loaded({
    "robot/scene.xml": mjcf(include("../common/a.xml"), world("w")),
    "common/a.xml": mjcf(compiler('meshdir="../meshes"'), include("../more/b.xml")),
    "more/b.xml": mjcf(include("deep/c.xml")),
    "more/deep/c.xml": mjcf(mesh("w.stl")),
    "meshes/w.stl": two,
  }),
  "a file that is included twice": refused({
    "robot/scene.xml": mjcf(include("a.xml"), include("a.xml")),
    "robot/a.xml": mjcf(),
  }),
  "an include that is missing": refused({ "robot/scene.xml": mjcf(include("parts/a.xml")) }),
  "an included file without extension": loaded({
    "robot/scene.xml": mjcf(include("parts/a"), world("w")),
    "robot/parts/a": mjcf(mesh("w.stl")),
    "robot/w.stl": one,
  }),
  "an include inside of a body": loaded({
    "robot/scene.xml": mjcf(mesh("w.stl"), `<worldbody><body>${include("arm.mjcf")}</body></worldbody>`),
    "robot/arm.mjcf": `<mujocoinclude>${arm("w")}</mujocoinclude>`,
    "robot/w.stl": one,
  }),
};

export const folders: Readonly<Record<string, SceneCase>> = {
  "assetdir holds for meshes and pictures": loaded({
    "robot/scene.xml": mjcf(
      compiler('assetdir="../assets"'),
      mesh("w.stl"),
      '<asset><texture name="t" type="2d" file="t.png"/></asset>',
      world("w"),
    ),
    "assets/w.stl": two,
    "assets/t.png": png(),
  }),
  "meshdir after assetdir": loaded({
    "robot/scene.xml": naming("w.stl", compiler('assetdir="a"'), compiler('meshdir="m"')),
    "robot/a/w.stl": one,
    "robot/m/w.stl": two,
  }),
  "assetdir after meshdir": loaded({
    "robot/scene.xml": naming("w.stl", compiler('meshdir="m"'), compiler('assetdir="a"')),
    "robot/a/w.stl": one,
    "robot/m/w.stl": two,
  }),
  "assetdir and meshdir of one element": loaded({
    "robot/scene.xml": naming("w.stl", compiler('meshdir="m" assetdir="a"')),
    "robot/a/w.stl": one,
    "robot/m/w.stl": two,
  }),
  "texturedir is not for meshes": refused({
    "robot/scene.xml": naming("w.stl", compiler('texturedir="t"')),
    "robot/t/w.stl": one,
  }),
  "a meshdir far up": loaded(
    { "a/b/c/scene.xml": naming("w.stl", compiler('meshdir="../../../x/y"')), "x/y/w.stl": one },
    { scene: "a/b/c/scene.xml" },
  ),
  "a folder in the file's name below meshdir": loaded({
    "robot/scene.xml": naming("deep/w.stl", compiler('meshdir="m/"')),
    "robot/m/deep/w.stl": one,
  }),
  "meshes of one name in two folders": loaded({
    "robot/scene.xml": mjcf(mesh("a/x.stl", "a"), mesh("b/x.stl", "b"), world("a", "b")),
    "robot/a/x.stl": one,
    "robot/b/x.stl": three,
  }),
  "a picture in texturedir": loaded({
    "robot/scene.xml": texture('type="2d" file="t.png"', compiler('texturedir="../pictures"')),
    "pictures/t.png": png(),
  }),
  "six pictures of a cube": loaded({
    "robot/scene.xml": texture(
      'type="cube" fileright="r.png" fileleft="l.png" fileup="u.png" filedown="d.png" filefront="f.png" fileback="b.png"',
      compiler('texturedir="t"'),
    ),
    ...Object.fromEntries([..."rludfb"].map((side, i) => [`robot/t/${side}.png`, png(10 + i)])),
  }),
  "a cube without its upper picture": refused({
    "robot/scene.xml": texture('type="cube" fileright="r.png" fileup="u.png"'),
    "robot/r.png": png(),
  }),
  "heights above the scene's folder": loaded({ "robot/scene.xml": field('file="../h.png"'), "h.png": png(60) }),
  "heights in meshdir, not texturedir": loaded({
    "robot/scene.xml": field('file="h.png"', compiler('meshdir="m" texturedir="t"')),
    "robot/m/h.png": png(10),
    "robot/t/h.png": png(80),
    "robot/h.png": png(40),
  }),
  "heights in MuJoCo's own format": loaded({ "robot/scene.xml": field('file="h.bin"'), "robot/h.bin": heights(0.2) }),
  "heights that are missing": refused({ "robot/scene.xml": field('file="../h.png"'), "robot/h.png": png() }),
  "a skin": loaded({
    "robot/scene.xml": mjcf(mesh("w.stl"), '<asset><skin name="s" file="s.skn"/></asset>', world("w")),
    "robot/w.stl": one,
    "robot/s.skn": skn("w"),
  }),
  "a deformable body of a Gmsh file": loaded({
    "robot/scene.xml": mjcf(
      compiler('meshdir="m"'),
      '<worldbody><flexcomp name="f" type="gmsh" dim="3" file="f.msh" mass="1"/></worldbody>',
    ),
    "robot/m/f.msh": gmsh(),
  }),
  "a deformable body of a mesh file": loaded({
    "robot/scene.xml": mjcf('<worldbody><flexcomp name="f" type="mesh" dim="2" file="m/f.obj" mass="1"/></worldbody>'),
    "robot/m/f.obj": obj(),
  }),
  "meshes of three formats": loaded({
    "robot/scene.xml": mjcf(mesh("a.STL", "a"), mesh("b.obj", "b"), mesh("c.msh", "c"), world("a", "b", "c")),
    "robot/a.STL": one,
    "robot/b.obj": obj(0.2),
    "robot/c.msh": msh(0.3),
  }),
};

export const absolute: Readonly<Record<string, SceneCase>> = {
  "an absolute mesh": loaded({ "robot/scene.xml": naming("@/far/w.stl"), "far/w.stl": one }),
  "an absolute mesh in spite of meshdir": loaded({
    "robot/scene.xml": naming("@/far/w.stl", compiler('meshdir="m"')),
    "far/w.stl": one,
    "robot/m/w.stl": two,
  }),
  "an absolute meshdir": loaded({ "robot/scene.xml": naming("w.stl", compiler('meshdir="@/far"')), "far/w.stl": one }),
  "an absolute include": loaded({
    "robot/scene.xml": mjcf(include("@/far/a.xml"), world("w")),
    "far/a.xml": mjcf(include("b.xml")),
    "far/b.xml": mjcf(mesh("w.stl")),
    "robot/w.stl": one,
  }),
  "an absolute attached model": loaded({
    "robot/scene.xml": attached("@/far/m.xml"),
    "far/m.xml": robot("w.stl"),
    "far/w.stl": two,
  }),
  "absolute heights and pictures": loaded({
    "robot/scene.xml": field('file="@/far/h.png"', '<asset><texture name="t" type="2d" file="@/far/t.png"/></asset>'),
    "far/h.png": png(60),
    "far/t.png": png(),
  }),
  "an absolute mesh of a URDF that keeps paths": loaded(
    { "robot/r.urdf": urdf("@/far/w.stl", extension('strippath="false"')), "far/w.stl": two },
    { scene: "robot/r.urdf" },
  ),
  "an absolute mesh that is missing": refused({ "robot/scene.xml": naming("@/far/w.stl"), "robot/w.stl": one }),
  "an absolute path with dots": loaded({ "robot/scene.xml": naming("@/robot/../far/./w.stl"), "far/w.stl": one }),
  "a mesh that is a folder": refused({ "robot/scene.xml": naming("@/far.stl"), "far.stl/w.stl": one }),
};

export const stripped: Readonly<Record<string, SceneCase>> = {
  strippath: loaded({
    "robot/scene.xml": naming("C:/cad/export/w.stl", compiler('strippath="true"')),
    "robot/w.stl": one,
  }),
  "strippath and meshdir": loaded({
    "robot/scene.xml": naming("/cad/export/w.stl", compiler('strippath="true" meshdir="m"')),
    "robot/m/w.stl": one,
  }),
  "strippath of an included file": loaded({
    "robot/scene.xml": naming("no/such/w.stl", include("s.xml")),
    "robot/s.xml": mjcf(compiler('strippath="true"')),
    "robot/w.stl": one,
  }),
  "strippath with backslashes": loaded({
    "robot/scene.xml": naming("C:\\cad\\w.stl", compiler('strippath="true"')),
    "robot/w.stl": one,
  }),
  "strippath of a picture": loaded({
    "robot/scene.xml": texture('type="2d" file="D:/art/t.png"', compiler('strippath="true"')),
    "robot/t.png": png(),
  }),
  backslashes: loaded({ "robot/scene.xml": naming("shapes\\w.stl"), "robot/shapes/w.stl": one }),
  "backslashes in meshdir": loaded({
    "robot/scene.xml": naming("w.stl", compiler('meshdir="a\\b"')),
    "robot/a/b/w.stl": one,
  }),
  "backslashes in an include": loaded({
    "robot/scene.xml": mjcf(include("parts\\a.xml"), world("w")),
    "robot/parts/a.xml": mjcf(mesh("w.stl")),
    "robot/w.stl": one,
  }),
  "a URDF's package": loaded(
    { "robot/r.urdf": urdf("package://r/meshes/w.stl"), "robot/w.stl": two },
    { scene: "robot/r.urdf" },
  ),
  "a URDF's package, not found where it lies": refused(
    { "robot/r.urdf": urdf("package://r/meshes/w.stl"), "robot/meshes/w.stl": two },
    { scene: "robot/r.urdf" },
  ),
  "a URDF with meshdir": loaded(
    { "robot/r.urdf": urdf("package://r/w.stl", extension('meshdir="../meshes"')), "meshes/w.stl": two },
    { scene: "robot/r.urdf" },
  ),
  "a URDF that keeps paths": loaded(
    { "robot/r.urdf": urdf("meshes/w.stl", extension('strippath="false"')), "robot/meshes/w.stl": two },
    { scene: "robot/r.urdf" },
  ),
  "a URDF that keeps package paths": refused(
    { "robot/r.urdf": urdf("package://r/w.stl", extension('strippath="false"')), "robot/r/w.stl": two },
    { scene: "robot/r.urdf" },
  ),
  "an attached URDF": loaded({
    "robot/scene.xml": attached("../r/r.urdf"),
    "r/r.urdf": urdf("package://r/meshes/w.stl"),
    "r/w.stl": two,
  }),
  "a URDF that bears the name of MJCF": loaded({ "robot/scene.xml": urdf("package://r/w.stl"), "robot/w.stl": two }),
};

export const attachments: Readonly<Record<string, SceneCase>> = {
  "an attached model's own meshdir": loaded(
    {
      "scenes/scene.xml": attached("../models/r/r.xml", compiler('meshdir="wrong"')),
      "models/r/r.xml": robot("w.stl", compiler('meshdir="m"')),
      "models/r/m/w.stl": two,
      "scenes/wrong/w.stl": one,
    },
    { scene: "scenes/scene.xml" },
  ),
  "an attached model with includes": loaded({
    "robot/scene.xml": attached("../r/r.xml"),
    "r/r.xml": robot("w.stl", include("parts/s.xml")),
    "r/parts/s.xml": mjcf(compiler('meshdir="m"')),
    "r/m/w.stl": two,
  }),
  "an attached model that attaches another": loaded({
    "robot/scene.xml": attached("../b/b.xml"),
    "b/b.xml": mjcf(
      '<asset><model name="c" file="c/c.xml"/></asset><worldbody><body name="b"><joint axis="1 0 0"/><geom size="0.1" pos="0 0.1 0"/><attach model="c" body="b" prefix="c_"/></body></worldbody>',
    ),
    "b/c/c.xml": robot("w.stl", compiler('meshdir="m"')),
    "b/c/m/w.stl": two,
  }),
  "two attached models with meshes of one name": loaded({
    "robot/scene.xml": mjcf(
      '<asset><model name="p" file="p/r.xml"/><model name="q" file="q/r.xml"/></asset><worldbody><attach model="p" body="b" prefix="p_"/><attach model="q" body="b" prefix="q_"/></worldbody>',
    ),
    "robot/p/r.xml": robot("w.stl"),
    "robot/q/r.xml": robot("w.stl"),
    "robot/p/w.stl": one,
    "robot/q/w.stl": three,
  }),
  "a model named inside of an included file": loaded({
    "robot/scene.xml": mjcf(include("parts/a.xml"), '<worldbody><attach model="m" body="b" prefix=""/></worldbody>'),
    "robot/parts/a.xml": mjcf('<asset><model name="m" file="m/r.xml"/></asset>'),
    "robot/parts/m/r.xml": robot("w.stl"),
    "robot/parts/m/w.stl": two,
  }),
  "an attached model that is missing": refused({ "robot/scene.xml": attached("../r/r.xml") }),
  "an attached model whose mesh is missing": refused({
    "robot/scene.xml": attached("../r/r.xml"),
    "r/r.xml": robot("w.stl"),
    "robot/w.stl": one,
  }),
};

export const names: Readonly<Record<string, SceneCase>> = {
  entities: loaded({ "robot/scene.xml": naming("nut &amp; bolt.stl"), "robot/nut & bolt.stl": one }),
  "quotes and brackets": loaded({ "robot/scene.xml": naming("it&apos;s &lt;w&gt;.stl"), "robot/it's <w>.stl": one }),
  "numbered entities": loaded({ "robot/scene.xml": naming("&#119;&#x26;.stl"), "robot/w&.stl": one }),
  "spaces, umlauts, # and %": loaded(
    { "größe 1/scene.xml": naming("Räder #1/50%20 関節.stl"), "größe 1/Räder #1/50%20 関節.stl": one },
    { scene: "größe 1/scene.xml" },
  ),
  "single quotes and line breaks": loaded({
    "robot/scene.xml": mjcf("<asset><mesh\n name='w'\n file\n=\n'w.stl'/></asset>", world("w")),
    "robot/w.stl": one,
  }),
  "a name without extension, with its type": loaded({
    "robot/scene.xml": mjcf('<asset><mesh name="w" file="w" content_type="model/stl"/></asset>', world("w")),
    "robot/w": one,
  }),
  "a name without extension": refused({ "robot/scene.xml": naming("w"), "robot/w": one }),
  "a mesh that takes its name from the file": loaded({
    "robot/scene.xml": mjcf('<asset><mesh file="deep/w.stl"/></asset>', world("w")),
    "robot/deep/w.stl": one,
  }),
  "a file named in a comment": loaded({
    "robot/scene.xml": mjcf(`<!-- ${mesh("no.stl", "no")} -->`, mesh("w.stl"), world("w")),
    "robot/w.stl": one,
  }),
  "a byte order mark": loaded({ "robot/scene.xml": `\uFEFF${naming("w.stl")}`, "robot/w.stl": one }),
  "a mesh of bad contents": refused({ "robot/scene.xml": naming("w.stl"), "robot/w.stl": "no mesh" }),
  "an empty name": refused({ "robot/scene.xml": naming("") }),
  "a scene without extension": loaded({ "robot/scene": naming("w.stl"), "robot/w.stl": one }, { scene: "robot/scene" }),
};

export const links: Readonly<Record<string, SceneCase>> = {
  "a linked mesh": loaded(
    { "robot/scene.xml": naming("w.stl"), "store/4711": two },
    { links: { "robot/w.stl": "../store/4711" } },
  ),
  "a linked folder": loaded(
    { "robot/scene.xml": naming("w.stl", compiler('meshdir="m"')), "store/m/w.stl": two },
    { links: { "robot/m": "@/store/m" } },
  ),
  "a linked scene finds files beside the link": loaded(
    { "store/scene.xml": naming("w.stl"), "store/w.stl": one, "robot/w.stl": two },
    { links: { "robot/scene.xml": "../store/scene.xml" } },
  ),
  "a scene in a linked folder": loaded(
    { "store/r/scene.xml": naming("../w.stl"), "store/w.stl": two, "w.stl": one },
    { links: { robot: "store/r" } },
  ),
  "heights beside a link to a folder": loaded(
    { "robot/scene.xml": field('file="l/../h.png"'), "store/h.png": png(60), "store/m/x": "", "robot/h.png": png(20) },
    { links: { "robot/l": "../store/m" } },
  ),
  "a link that leads nowhere": refused(
    { "robot/scene.xml": naming("w.stl") },
    { links: { "robot/w.stl": "gone.stl" } },
  ),
  "links in a circle": refused(
    { "robot/scene.xml": naming("w.stl") },
    { links: { "robot/w.stl": "v.stl", "robot/v.stl": "w.stl" } },
  ),
};
