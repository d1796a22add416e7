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
  readonly material?: { readonly specular: number; readonly shininess: number; readonly reflectance: number };
}

export interface SceneBody {
  readonly name: string;
  readonly parent: number;
  /** kg. */
  readonly mass: number;
  /** Centre of mass in the body's frame, m. */
  readonly centre: readonly [number, number, number];
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
  /** Vertices are x-y-z triples in metres, faces are triples of vertex positions. */
  readonly meshes: readonly { readonly vertices: readonly number[]; readonly faces: readonly number[] }[];
  /** `size` is MuJoCo's [x half size, y half size, height, depth below zero]; `data` is row-major in [0, 1]. */
  readonly heightFields: readonly {
    readonly rows: number;
    readonly columns: number;
    readonly size: readonly number[];
    readonly data: readonly number[];
  }[];
  /** Half of the model's size and its middle, in metres. */
  readonly extent: number;
  readonly center: readonly number[];
}
