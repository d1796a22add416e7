// Writes the robot's shells: `node models/humanoid/assets/loft.mjs` makes one OBJ file per entry of SHELLS beside this file.
// A shell is a stack of superellipses along z, closed by rounded caps. It is what the robot looks like; nothing collides with it or weighs anything.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Vertices around, rings between the first and last section, and the height of a cap's rings in m (at least three of them). */
const AROUND = 28;
const ALONG = 9;
const CAP_RING = 0.01;

/**
 * Sections from bottom to top, in m: [z, front, back, half width, centre x]. `roundness` 2 is an ellipse, larger is boxier.
 * `caps` are the heights of the rounded ends below the first and above the last section.
 */
export const SHELLS = {
  head: {
    roundness: 2.2,
    caps: [0.018, 0.082],
    sections: [
      [-0.078, 0.05, 0.044, 0.044, 0.012],
      [-0.055, 0.072, 0.062, 0.06, 0.006],
      [-0.02, 0.089, 0.088, 0.077, 0],
      [0.012, 0.093, 0.097, 0.0825, 0],
      [0.03, 0.092, 0.096, 0.082, 0],
    ],
  },
  visor: {
    roundness: 3,
    caps: [0.014, 0.014],
    sections: [
      [-0.03, 0.074, 0.01, 0.056, 0.018],
      [-0.016, 0.081, 0.01, 0.064, 0.018],
      [0.014, 0.0825, 0.01, 0.066, 0.018],
      [0.032, 0.08, 0.01, 0.062, 0.018],
    ],
  },
  chest: {
    roundness: 2.6,
    caps: [0.02, 0.022],
    sections: [
      [0.09, 0.068, 0.066, 0.086, 0],
      [0.15, 0.09, 0.082, 0.116, 0],
      [0.22, 0.108, 0.092, 0.143, 0],
      [0.28, 0.106, 0.092, 0.154, 0],
      [0.325, 0.084, 0.08, 0.14, 0],
      [0.34, 0.066, 0.066, 0.118, 0],
    ],
  },
  pelvis: {
    roundness: 2.6,
    caps: [0.022, 0.014],
    sections: [
      [-0.03, 0.066, 0.07, 0.084, 0],
      [-0.005, 0.077, 0.082, 0.112, 0],
      [0.03, 0.081, 0.086, 0.124, 0],
      [0.052, 0.076, 0.08, 0.114, 0],
    ],
  },
  thigh: {
    roundness: 2.2,
    caps: [0.012, 0.03],
    sections: [
      [-0.285, 0.044, 0.042, 0.041, 0],
      [-0.22, 0.053, 0.05, 0.047, 0],
      [-0.13, 0.065, 0.06, 0.056, 0.002],
      [-0.05, 0.067, 0.062, 0.058, 0.002],
      [0.01, 0.058, 0.056, 0.052, 0],
    ],
  },
  shin: {
    roundness: 2.2,
    caps: [0.012, 0.014],
    sections: [
      [-0.294, 0.03, 0.032, 0.031, 0],
      [-0.22, 0.037, 0.041, 0.036, 0],
      [-0.12, 0.046, 0.058, 0.046, 0],
      [-0.06, 0.045, 0.05, 0.045, 0],
      [-0.035, 0.041, 0.042, 0.04, 0],
    ],
  },
  greave: {
    roundness: 2.2,
    caps: [0.02, 0.02],
    sections: [
      [-0.23, 0.027, 0.006, 0.019, 0.013],
      [-0.17, 0.033, 0.006, 0.025, 0.013],
      [-0.1, 0.038, 0.006, 0.029, 0.013],
      [-0.07, 0.036, 0.006, 0.026, 0.013],
    ],
  },
  foot: {
    roundness: 2.6,
    caps: [0.004, 0.012],
    sections: [
      [-0.052, 0.115, 0.098, 0.047, 0.02],
      [-0.038, 0.108, 0.094, 0.045, 0.02],
      [-0.022, 0.078, 0.08, 0.04, 0.01],
      [-0.006, 0.046, 0.056, 0.034, 0],
      [0.004, 0.038, 0.044, 0.03, 0],
    ],
  },
  sole: {
    roundness: 2.7,
    caps: [0.004, 0.003],
    sections: [
      [-0.066, 0.114, 0.098, 0.048, 0.02],
      [-0.058, 0.119, 0.103, 0.051, 0.02],
      [-0.051, 0.118, 0.102, 0.05, 0.02],
    ],
  },
  upper_arm: {
    roundness: 2.2,
    caps: [0.01, 0.02],
    sections: [
      [-0.166, 0.034, 0.034, 0.032, 0],
      [-0.11, 0.041, 0.041, 0.038, 0],
      [-0.05, 0.046, 0.046, 0.043, 0],
      [-0.015, 0.042, 0.042, 0.04, 0],
    ],
  },
  forearm: {
    roundness: 2.2,
    caps: [0.006, 0.012],
    sections: [
      [-0.175, 0.027, 0.027, 0.025, 0],
      [-0.12, 0.033, 0.033, 0.031, 0],
      [-0.06, 0.039, 0.039, 0.036, 0],
      [-0.03, 0.036, 0.036, 0.034, 0],
    ],
  },
  hand: {
    roundness: 2.2,
    caps: [0.014, 0.01],
    sections: [
      [-0.262, 0.014, 0.016, 0.009, 0.008],
      [-0.24, 0.02, 0.021, 0.0115, 0.008],
      [-0.212, 0.025, 0.026, 0.015, 0.004],
      [-0.19, 0.021, 0.022, 0.017, 0],
    ],
  },
  pack: {
    roundness: 3,
    caps: [0.02, 0.02],
    sections: [
      [-0.07, 0.01, 0.05, 0.058, -0.06],
      [-0.03, 0.01, 0.056, 0.07, -0.06],
      [0.03, 0.01, 0.058, 0.078, -0.06],
      [0.06, 0.01, 0.052, 0.07, -0.06],
    ],
  },
};

/** The OBJ text of one shell. */
export function objText(name) {
  const { vertices, faces } = loft(SHELLS[name]);
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

const here = fileURLToPath(import.meta.url);
if (process.argv[1] === here) {
  for (const name of Object.keys(SHELLS)) writeFileSync(here.replace("loft.mjs", `${name}.obj`), objText(name));
}
