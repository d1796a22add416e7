/** Faded robots in the start pose, where poses of the shown environments have not come yet. */
import { Group, Vector2, Vector3 } from "three";
import type { SceneGeom, StreamScene } from "../../../../src/stream/protocol.ts";
import type { ShownPose } from "../../stream/playback.ts";
import type { Arrangement } from "../places/arrangement.ts";
import { Robots } from "./robots.ts";

const OPACITY = 0.22;

/** The robots that are waited for. */
export class Waiting {
  readonly group = new Group();
  /** Position of the first robot; null until one is drawn. */
  standIn: { readonly drawnAt: Vector3 } | null = null;
  /** How many were drawn last. */
  count = 0;
  private readonly robots: Robots;
  private readonly anchor = new Vector2();
  private built: { readonly scene: StreamScene; readonly capacity: number } | null = null;

  constructor(isPlain: boolean) {
    this.robots = new Robots(isPlain);
    this.group.add(this.robots.group);
  }

  /**
   * Draws the start pose in each of the cells.
   * @param cells numbers of the cells, in the order of the shown environments
   * @param laid called with where each stands, for the ground below it
   */
  place(
    arrangement: Arrangement,
    start: ShownPose | null,
    cells: readonly number[],
    laid: (at: Vector3, anchor: Vector2) => void,
  ): void {
    // On one terrain all would stand in the same place.
    const shown = arrangement.kind === "together" ? cells.slice(0, 1) : cells;
    this.count = start ? shown.length : 0;
    this.group.visible = this.count > 0;
    this.standIn = null;
    if (!start || this.count === 0) return;
    this.build(arrangement);
    const p = 7 * arrangement.facts.rootBody;
    const [x, y, z] = start.poses.subarray(p, p + 3);
    this.anchor.set(x, y);
    this.robots.begin();
    for (const n of shown) {
      const [dx, dy] = arrangement.shiftOf(n, this.anchor);
      this.robots.add(start, dx, dy);
      const at = new Vector3(x + dx, y + dy, z);
      this.standIn ??= { drawnAt: at };
      laid(at, this.anchor);
    }
    this.robots.end();
  }

  private build({ scene, count }: Arrangement): void {
    if (this.built?.scene === scene && this.built.capacity >= count) return;
    this.built = { scene, capacity: count };
    this.robots.build(faded(scene), count, ({ body }) => body !== 0);
    this.robots.group.traverse((part) => {
      part.castShadow = false;
    });
  }
}

function faded(scene: StreamScene): StreamScene {
  const fade = ({ rgba: [red, green, blue, alpha], ...geom }: SceneGeom): SceneGeom => ({
    ...geom,
    rgba: [red, green, blue, OPACITY * alpha],
  });
  return { ...scene, geoms: scene.geoms.map(fade) };
}
