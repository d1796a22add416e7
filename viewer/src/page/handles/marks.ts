/** Rings around what may be moved by hand, drawn over the picture as SVG: part of the page, not of the picture. */

/** A handle as it is marked, in CSS pixels. */
export interface Mark {
  readonly name: string;
  readonly kind: "goal" | "object";
  readonly at: readonly [number, number];
  readonly radius: number;
  /** Where it stands on the ground below; null where that is not shown. */
  readonly foot: readonly [number, number] | null;
  /** Whether its ring turns it. */
  readonly canTurn: boolean;
  readonly look: "" | "hovered" | "held" | "out";
}

/** Angles at which a ring that turns has beads, rad. */
const BEADS = [0, 1, 2, 3].map((n) => (n + 0.5) * (Math.PI / 2));

/** Draws all marks. @param edges pairs of points, CSS pixels */
export function drawMarks(marks: readonly Mark[], edges: readonly (readonly [number, number])[]): void {
  const svg = document.querySelector<SVGSVGElement>(".handle-marks");
  if (!svg) return;
  let box = "";
  for (let k = 0; k + 1 < edges.length; k += 2) box += `M${point(edges[k])}L${point(edges[k + 1])}`;
  svg.querySelector(".handle-box")!.setAttribute("d", box);
  for (const group of svg.querySelectorAll<SVGGElement>("g")) {
    const mark = marks.find(({ name }) => name === group.dataset.handle);
    group.setAttribute("class", mark ? `handle ${mark.kind} ${mark.look}` : "handle away");
    if (mark) drawMark(group, mark);
  }
}

function drawMark(group: SVGGElement, { at: [x, y], radius, foot, canTurn }: Mark): void {
  const set = (name: string, d: string) => group.querySelector(`.${name}`)!.setAttribute("d", d);
  set("ring", circle(x, y, radius));
  set(
    "beads",
    canTurn ? BEADS.map((a) => circle(x + radius * Math.cos(a), y + radius * Math.sin(a), 3.5)).join("") : "",
  );
  set("drop", foot ? `M${point([x, y])}L${point(foot)}` : "");
  set("foot", foot ? circle(foot[0], foot[1], 7) : "");
}

function circle(x: number, y: number, r: number): string {
  return `M${(x - r).toFixed(1)} ${y.toFixed(1)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
}

function point([x, y]: readonly [number, number]): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
