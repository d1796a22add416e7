/** Small files of every kind that a scene can name. */
import { crc32, deflateSync } from "node:zlib";

const FACES = [
  [0, 2, 1],
  [0, 1, 3],
  [0, 3, 2],
  [1, 2, 3],
];

/** Corners of a tetrahedron with edges of `size`, m. */
function corners(size: number): number[][] {
  return [
    [0, 0, 0],
    [size, 0, 0],
    [0, 2 * size, 0],
    [0, 0, size],
  ];
}

/** A tetrahedron as binary STL. */
export function stl(size = 0.1): Buffer {
  const triangles = FACES.map((face) =>
    Buffer.concat([floats(0, 0, 0), ...face.map((i) => floats(...corners(size)[i]!)), Buffer.alloc(2)]),
  );
  return Buffer.concat([Buffer.alloc(80), integers(FACES.length), ...triangles]);
}

/** The same as Wavefront OBJ. */
export function obj(size = 0.1): string {
  const lines = [
    ...corners(size).map((p) => `v ${p.join(" ")}`),
    ...FACES.map((f) => `f ${f.map((i) => i + 1).join(" ")}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** The same in MuJoCo's own mesh format. */
export function msh(size = 0.1): Buffer {
  return Buffer.concat([integers(4, 0, 0, 4), floats(...corners(size).flat()), integers(...FACES.flat())]);
}

/** One tetrahedron as a Gmsh 4.1 text file. */
export function gmsh(size = 0.1): string {
  const points = corners(size).map((p) => p.join(" "));
  return [
    "$MeshFormat\n4.1 0 8\n$EndMeshFormat",
    `$Nodes\n1 4 1 4\n3 1 0 4\n1\n2\n3\n4\n${points.join("\n")}\n$EndNodes`,
    "$Elements\n1 1 1 1\n3 1 4 1\n1 1 2 3 4\n$EndElements\n",
  ].join("\n");
}

/** A tetrahedron's skin that hangs on one body. */
export function skn(body: string): Buffer {
  const name = Buffer.alloc(40);
  name.write(body);
  const bone = [name, floats(0, 0, 0), floats(1, 0, 0, 0), integers(4), integers(0, 1, 2, 3), floats(1, 1, 1, 1)];
  return Buffer.concat([integers(4, 0, 4, 1), floats(...corners(0.1).flat()), integers(...FACES.flat()), ...bone]);
}

/** Heights in [0, 1] of a field of 4 by 4, in MuJoCo's own format. */
export function heights(slope: number): Buffer {
  return Buffer.concat([integers(4, 4), floats(...Array.from({ length: 16 }, (_, i) => slope * (i % 4) + i / 100))]);
}

/** A grey picture of 4 by 4 that gets brighter to the right. */
export function png(slope = 20): Buffer {
  const rows = Array.from({ length: 4 }, () => [0, ...[0, 1, 2, 3].map((column) => slope * column)]).flat();
  const header = Buffer.concat([bigEndian(4), bigEndian(4), Buffer.from([8, 0, 0, 0, 0])]);
  const chunks = [chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.from(rows))), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), ...chunks]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  return Buffer.concat([bigEndian(data.length), body, bigEndian(crc32(body))]);
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function integers(...values: number[]): Buffer {
  return Buffer.from(Int32Array.from(values).buffer);
}

function floats(...values: number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer);
}
