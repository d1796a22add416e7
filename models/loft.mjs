// Writes the shells of a robot's looks as OBJ files; each robot's `assets/shells.mjs` lists them. Nothing collides with a shell or weighs it.
// A shell is a stack of superellipses along z, closed by rounded caps.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Vertices around, rings between the first and last section, and the height of a cap's rings in m (at least three of them). */
const AROUND = 28;
const ALONG = 9;
const CAP_RING = 0.01;

/**
 * Writes one OBJ file per shell beside the file that lists them, when that file is the program that was started.
 * @param listing `import.meta.url` of the list
 */
export function writeShells(listing, shells) {
  const path = fileURLToPath(listing);
  if (process.argv[1] !== path) return;
  for (const [name, shell] of Object.entries(shells)) writeFileSync(path.replace("shells.mjs", `${name}.obj`), objText(name, shell));
}

/**
 * The OBJ text of one shell.
 * `sections` from bottom to top, in m: [z, front, back, half width, centre x]. `roundness` 2 is an ellipse, larger is boxier.
 * `caps` are the heights of the rounded ends below the first and above the last section.
 */
export function objText(name, shell) {
  const { vertices, faces } = loft(shell);
  const lines = [`# ${name} shell, written by loft.mjs`, `o ${name}`];
  for (const v of vertices) lines.push(`v ${v.map((x) => x.toFixed(5)).join(" ")}`);
  for (const f of faces) lines.push(`f ${f.map((i) => i + 1).join(" ")}`);
  return `${lines.join("\n")}\n`;
}

function loft({ sections, roundness, caps }) {
  const first = sections[0];
  const last = sections[sections.length - 1];
  const rings = [...cap(first, -caps[0]).reverse(), ...between(sections), ...cap(last, caps[1])];
  const vertices = rings.flatMap((ring) => outline(ring, roundness));
  const bottom = vertices.push([first[4], 0, first[0] - caps[0]]) - 1;
  const top = vertices.push([last[4], 0, last[0] + caps[1]]) - 1;
  const faces = [];
  for (let i = 0; i < AROUND; i++) {
    const j = (i + 1) % AROUND;
    const end = (rings.length - 1) * AROUND;
    faces.push([bottom, j, i], [top, end + i, end + j]);
    for (let r = 0; r < end; r += AROUND) faces.push([r + i, r + j, r + AROUND + j], [r + i, r + AROUND + j, r + AROUND + i]);
  }
  return { vertices, faces };
}

/** A quarter ellipse beyond an end section, without the pole. */
function cap([z, front, back, width, x], height) {
  const rings = Math.max(3, Math.round(Math.abs(height) / CAP_RING));
  return Array.from({ length: rings }, (_, i) => {
    const angle = ((i + 1) / (rings + 1)) * (Math.PI / 2);
    const s = Math.cos(angle);
    return [z + height * Math.sin(angle), front * s, back * s, width * s, x];
  });
}

/** Catmull-Rom rings through the sections. */
function between(sections) {
  const n = sections.length - 1;
  return Array.from({ length: ALONG + 1 }, (_, i) => {
    const at = (i / ALONG) * n;
    const k = Math.min(Math.floor(at), n - 1);
    const [a, b, c, d] = [Math.max(k - 1, 0), k, k + 1, Math.min(k + 2, n)].map((j) => sections[j]);
    return b.map((_, m) => catmullRom(a[m], b[m], c[m], d[m], at - k));
  });
}

function catmullRom(a, b, c, d, t) {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** Superellipse |x/r|^n + |y/w|^n = 1 whose front and back radii differ. */
function outline([z, front, back, width, x], roundness) {
  return Array.from({ length: AROUND }, (_, i) => {
    const angle = (2 * Math.PI * i) / AROUND;
    const [c, s] = [Math.cos(angle), Math.sin(angle)].map((v) => Math.sign(v) * Math.abs(v) ** (2 / roundness));
    return [x + c * (c > 0 ? front : back), s * width, z];
  });
}
