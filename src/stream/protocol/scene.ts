/** What a page must know to draw one environment: bodies, shapes, joints and strings, as MuJoCo has them. */

export type GeomType = "plane" | "sphere" | "capsule" | "ellipsoid" | "cylinder" | "box" | "mesh" | "hfield";

/** One shape, in the frame of its body. Sizes are MuJoCo's half sizes in metres; quaternions are w-x-y-z. */
export interface SceneGeom {
  readonly name: string;
  readonly type: GeomType;
  readonly body: number;
  readonly size: readonly [number, number, number];
  readonly pos: readonly [number, number, number];
  readonly quat: readonly [number, number, number, number];
  readonly rgba: readonly [number, number, number, number];
  /** MuJoCo's geom group: 0 to 2 are drawn, 3 and above are collision shapes. */
  readonly group: number;
  readonly collides: boolean;
  readonly mesh?: number;
  readonly hfield?: number;
  readonly material?: SceneMaterial;
}

/** How a shape shines, in the values of MuJoCo's materials. */
export interface SceneMaterial {
  readonly specular: number;
  readonly shininess: number;
  readonly reflectance: number;
  readonly emission?: number;
  /** Place in `textures`; repeated along x and y so often per two metres where `uniform`, else per shape. */
  readonly texture?: {
    readonly index: number;
    readonly repeat: readonly [number, number];
    readonly uniform: boolean;
  };
}

/** A mesh that shapes refer to. */
export interface SceneMesh {
  /** x-y-z triples in metres. */
  readonly vertices: readonly number[];
  /** Triples of vertex positions. */
  readonly faces: readonly number[];
  /** [faces, 3, 2]. */
  readonly texcoords?: Float32Array;
}

/** Pixels, [height, width, channels]. The six faces of a cube stand below each other: +x, -x, +y, -y, +z, -z; a square one is on all of them. */
export interface SceneTexture {
  readonly name: string;
  readonly kind: "2d" | "cube" | "skybox";
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** A rope (1), a surface (2) or a body (3) whose vertices are streamed apart: `vertices` of them, from `first` on. */
export interface SceneFlex {
  readonly name: string;
  readonly dim: 1 | 2 | 3;
  /** m, around vertices, edges and faces. */
  readonly radius: number;
  readonly rgba: SceneGeom["rgba"];
  readonly group: number;
  /** Whether faces are shaded without smoothing. */
  readonly flat: boolean;
  readonly material?: SceneMaterial;
  readonly first: number;
  readonly vertices: number;
  /** Two vertices for each piece of a rope, else three for each face, counted from `first`. */
  readonly pieces: Uint32Array;
  /** [faces, 3, 2]. */
  readonly texcoords?: Float32Array;
}

/** A surface that bodies carry. */
export interface SceneSkin {
  readonly name: string;
  readonly rgba: SceneGeom["rgba"];
  readonly group: number;
  readonly material?: SceneMaterial;
  /** m, along the normals. */
  readonly inflate: number;
  /** [vertices, 3] while the bones were bound, m. */
  readonly positions: Float32Array;
  /** [faces, 3]. */
  readonly faces: Uint32Array;
  /** [vertices, 2]. */
  readonly texcoords?: Float32Array;
  /** Bodies with their places while they were bound; the next `count` of the entries below are each one's. */
  readonly bones: readonly {
    readonly body: number;
    readonly pos: readonly [number, number, number];
    readonly quat: readonly [number, number, number, number];
    readonly count: number;
  }[];
  /** [entries]. */
  readonly boneVertices: Uint32Array;
  readonly boneWeights: Float32Array;
}

/** A body: what carries it, and its mass. */
export interface SceneBody {
  readonly name: string;
  readonly parent: number;
  /** kg. */
  readonly mass: number;
  /** Centre of mass in the body's frame, m. */
  readonly centre: readonly [number, number, number];
  /** Whether it is welded to the world; absent where it is not, and in recordings that do not say. */
  readonly isFixed?: boolean;
}

/** A joint that turns or slides about an axis, in the frame of the body that it moves. */
export interface SceneJoint {
  readonly name: string;
  readonly body: number;
  readonly type: "hinge" | "slide";
  readonly pos: readonly [number, number, number];
  readonly axis: readonly [number, number, number];
}

/** A string, drawn straight from point to point. The points are in the frames of their bodies, in metres. */
export interface SceneString {
  readonly name: string;
  readonly radius: number;
  readonly rgba: readonly [number, number, number, number];
  readonly points: readonly { readonly body: number; readonly pos: readonly [number, number, number] }[];
}

/** Everything needed to draw one environment. Sent once per scene; poses refer to `bodies` by position. */
export interface StreamScene {
  /** Body 0 is the world; `parent` is a position in this list. */
  readonly bodies: readonly SceneBody[];
  readonly joints: readonly SceneJoint[];
  readonly geoms: readonly SceneGeom[];
  readonly strings: readonly SceneString[];
  /** Places that the model names, in the frames of their bodies, m; absent in recordings that do not say. */
  readonly sites?: readonly {
    readonly name: string;
    readonly body: number;
    readonly pos: readonly [number, number, number];
  }[];
  readonly meshes: readonly SceneMesh[];
  /** `size` is MuJoCo's [x half size, y half size, height, depth below zero]; `data` is row-major in [0, 1]. */
  readonly heightFields: readonly {
    readonly rows: number;
    readonly columns: number;
    readonly size: readonly number[];
    readonly data: readonly number[];
  }[];
  readonly flexes?: readonly SceneFlex[];
  readonly skins?: readonly SceneSkin[];
  readonly textures?: readonly SceneTexture[];
  /** What of the model cannot be drawn, in words. */
  readonly undrawn?: readonly string[];
  /** Half of the model's size and its middle, in metres. */
  readonly extent: number;
  readonly center: readonly number[];
}
