/**
 * The figures of the concept pages, computed from closed forms. Colours are readable on light and on dark pages.
 * Flow of a mixture Σ w N(m, s²) under x_t = t·ε + (1 − t)·a: V_k = (1 − t)²s² + t², responsibilities r_k ∝ w_k N(x; (1 − t)m_k, V_k), and
 * v = Σ r_k [(t − (1 − t)s²)/V_k · (x − (1 − t)m_k) − m_k].
 */
const WIDTH = 720;
const HEIGHT = 300;
const [NOISE, MODE, INK] = ["#8a93a3", "#e0812c", "#3b82d6"];
/** Where a point is drawn: t from 1 (left) to 0 (right), x in ± 3. */
const across = (t: number) => 130 + (1 - t) * (WIDTH - 260);
const up = (x: number) => HEIGHT / 2 - (x / 3) * (HEIGHT / 2 - 20);

interface Mode {
  readonly weight: number;
  readonly mean: number;
  readonly deviation: number;
}

const MODES: readonly Mode[] = [
  { weight: 0.6, mean: 1.4, deviation: 0.3 },
  { weight: 0.4, mean: -1.2, deviation: 0.25 },
];

function normal(x: number, mean: number, variance: number): number {
  return Math.exp(-((x - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
}

function spreadAt(mode: Mode, t: number): number {
  return (1 - t) ** 2 * mode.deviation ** 2 + t ** 2;
}

function densityAt(x: number, t: number): number {
  return MODES.reduce((sum, mode) => sum + mode.weight * normal(x, (1 - t) * mode.mean, spreadAt(mode, t)), 0);
}

function velocityAt(x: number, t: number): number {
  return MODES.reduce((sum, mode) => {
    const [middle, spread] = [(1 - t) * mode.mean, spreadAt(mode, t)];
    const share = (mode.weight * normal(x, middle, spread)) / densityAt(x, t);
    return sum + share * (((t - (1 - t) * mode.deviation ** 2) / spread) * (x - middle) - mode.mean);
  }, 0);
}

/** The points of a path from noise to action. */
function pathFrom(noise: number, steps: number): string {
  const points = [[1, noise]];
  for (let k = 0; k < steps; k++) {
    const [t, x] = points[k]!;
    points.push([1 - (k + 1) / steps, x! - velocityAt(x!, t!) / steps]);
  }
  return points.map(([t, x]) => `${across(t!).toFixed(1)},${up(x!).toFixed(1)}`).join(" ");
}

/** A density as a curve that leaves its side of the figure. @param side −1 to the left, 1 to the right */
function densityCurve(t: number, side: number): string {
  const points = Array.from({ length: 121 }, (_, k) => {
    const x = -3 + k / 20;
    return `${(across(t) + side * (8 + 85 * densityAt(x, t))).toFixed(1)},${up(x).toFixed(1)}`;
  });
  return points.join(" ");
}

function svg(title: string, parts: readonly string[]): string {
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="13">`;
  return `${[open, `<title>${title}</title>`, ...parts, "</svg>"].join("\n")}\n`;
}

function text(x: number, y: number, words: string, anchor = "middle", fill = NOISE): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}">${words}</text>`;
}

/** Paths from normal noise to the two modes of an action. */
export function flowFigure(): string {
  const noises = Array.from({ length: 31 }, (_, k) => -2.25 + 0.15 * k);
  const paths = noises.map(
    (noise) => `<polyline points="${pathFrom(noise, 60)}" fill="none" stroke="${INK}" opacity="0.55"/>`,
  );
  return svg("A flow carries normal noise to the two modes of an action", [
    ...paths,
    `<polyline points="${densityCurve(1, -1)}" fill="${NOISE}" fill-opacity="0.25" stroke="${NOISE}" stroke-width="2"/>`,
    `<polyline points="${densityCurve(0, 1)}" fill="${MODE}" fill-opacity="0.25" stroke="${MODE}" stroke-width="2"/>`,
    text(across(1) - 60, HEIGHT - 4, "noise, t = 1"),
    text(across(0) + 60, HEIGHT - 4, "action, t = 0", "middle", MODE),
  ]);
}

/** Objectives of one pair by its ratio, for good and for bad actions: the clip of PPO and the quadratic of ASPO, ε = 0.2. */
export function trustRegionFigure(): string {
  const clip = 0.2;
  const clipped = (ratio: number, a: number) => Math.min(ratio * a, Math.min(Math.max(ratio, 1 - clip), 1 + clip) * a);
  const aspo = (ratio: number, a: number) => ratio * a - (Math.abs(a) / (2 * clip)) * (ratio - 1) ** 2;
  const panel = (
    left: number,
    title: string,
    middle: number,
    curves: readonly (readonly [(ratio: number) => number, string, string])[],
  ) => {
    const [x, y] = [(ratio: number) => left + (ratio - 0.5) * 280, (value: number) => 140 - (value - middle) * 130];
    const drawn = curves.flatMap(([curve, colour, dash]) => {
      const ratios = Array.from({ length: 101 }, (_, k) => 0.5 + k / 100);
      const points = ratios.map((ratio) => `${x(ratio).toFixed(1)},${y(curve(ratio)).toFixed(1)}`).join(" ");
      return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash}"/>`;
    });
    const lines = [1 - clip, 1, 1 + clip].map(
      (ratio) => `<line x1="${x(ratio)}" x2="${x(ratio)}" y1="30" y2="262" stroke="${NOISE}" opacity="0.4"/>`,
    );
    const ticks = [1 - clip, 1, 1 + clip].map((ratio) => text(x(ratio), 280, ratio.toFixed(1)));
    return [...lines, ...drawn, ...ticks, text(left + 140, 20, title), text(left + 140, 297, "ratio")];
  };
  return svg("The objective of one pair by its ratio, for a good and a bad action", [
    ...panel(40, "good action, A = 1", 1, [[(ratio) => clipped(ratio, 1), INK, ""]]),
    ...panel(400, "bad action, A = −1", -1, [
      [(ratio) => clipped(ratio, -1), INK, "6 4"],
      [(ratio) => aspo(ratio, -1), MODE, ""],
    ]),
    text(408, 222, "dashed: PPO's clip", "start", INK),
    text(408, 242, "solid: ASPO", "start", MODE),
  ]);
}
