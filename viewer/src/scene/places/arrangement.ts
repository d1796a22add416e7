/** How the shown environments are arranged: which layout, how large its cells, how far the camera and the shadows must reach. */
import type { Vector2 } from "three";
import type { StreamScene } from "../../../../src/stream/protocol.ts";
import type { ShownPose } from "../../stream/playback.ts";
import { cellCentre, gridColumns, type LayoutKind, layoutKind, type SceneFacts, sceneFacts } from "./layout.ts";
import { bodyRadius, grownSize, measureScene, type SceneSize } from "./measure.ts";

/** Distances of two robots that the camera steps back for, as shares of their height. */
const SPREADS = [1, 1.6, 2.6, 4.2, 7, 11] as const;
/** Air below what has no floor, as a share of its height. */
const FLOATING = 0.25;

/** A scene, how many environments of it are shown, and the sizes that follow. */
export class Arrangement {
  readonly scene: StreamScene;
  readonly facts: SceneFacts;
  /** Null until a pose was measured. */
  size: SceneSize | null = null;
  /** Distance of two robots that are compared, m; in steps, so that the camera does not follow every one of theirs. */
  spread = 0;
  kind: LayoutKind = "roam";
  count = 0;

  constructor(scene: StreamScene) {
    this.scene = scene;
    this.facts = sceneFacts(scene);
  }

  /** Arranges `count` environments. */
  setCount(count: number): void {
    this.count = count;
    this.kind = layoutKind(this.facts, count);
  }

  /** Measures a pose; true when the size changed. */
  measure({ poses, points }: ShownPose): boolean {
    const seen = measureScene(this.scene, poses, points);
    const size = this.size ? grownSize(this.size, seen) : seen;
    if (size === this.size) return false;
    this.size = size;
    return true;
  }

  /** Notes how far two robots that are compared are apart, m; 0 for one. */
  setSpread(metres: number): void {
    const { height } = this;
    const needed = metres === 0 ? 0 : (SPREADS.find((share) => share * height >= metres) ?? SPREADS.at(-1)!) * height;
    // Once apart, the picture does not come closer with every step towards each other.
    if (needed > this.spread || needed === 0) this.spread = needed;
  }

  /** Radius of a ball around what is drawn of a body, around its origin, m. */
  radiusOf(body: number): number {
    return bodyRadius(this.scene, body);
  }

  /** Height of a robot, m. */
  get height(): number {
    return this.size?.height ?? 1;
  }

  /** How far the environment in cell `n`, whose robot is about `anchor`, is moved from where it is. */
  shiftOf(n: number, anchor: Vector2): [number, number] {
    if (this.kind === "roam" || this.kind === "together") return [0, 0];
    const [row, column] = cellCentre(n, this.count);
    const [dx, dy] = this.cell();
    return this.kind === "cells" ? [row * dx, column * dy] : [row * dx - anchor.x, column * dy - anchor.y];
  }

  /** Sides of a cell of the grid, m. */
  cell(): [number, number] {
    const { height, reach, half } = this.size!;
    if (this.kind === "cells") return [Math.max(2.3 * half[0], 0.8 * height), Math.max(2.3 * half[1], 0.8 * height)];
    const side = Math.max(1.15 * height, 2.2 * reach);
    return [side, side];
  }

  /** What has no floor, such as a fish, floats above one. */
  floorHeight(): number {
    const { facts, size } = this;
    const { bottom = 0, height = 0 } = size ?? {};
    return facts.floorHeight ?? (facts.hasTerrain ? bottom : bottom - FLOATING * height);
  }

  /** Half width and half height of what the camera is to show, with some air around it. */
  framing(): [number, number] {
    const { height, reach } = this.size!;
    const halfHeight = Math.max(0.5 * height, 0.4 * reach);
    if (this.count === 1) {
      const halfWidth = Math.max(0.75 * reach, 0.75 * halfHeight);
      return [halfWidth + 0.5 * this.spread, 1.45 * halfHeight + 0.3 * this.spread];
    }
    const halfGrid = this.halfGrid();
    return [1.5 * halfGrid, 0.9 * halfGrid + halfHeight];
  }

  /** Half of the sides of a robot that stays where it is with what is around it, m; null of others, and in a grid. */
  box(): readonly [number, number, number] | null {
    const { facts, size, count } = this;
    return facts.isFixed && size && count === 1 && this.spread === 0 ? [...size.half, 0.5 * size.height] : null;
  }

  /** How far shadows and clear ground reach from the middle. */
  reach(): number {
    const { height, reach } = this.size!;
    const own = Math.max(0.8 * height, reach);
    return this.count === 1 ? own + this.spread : 1.24 * this.halfGrid() + own;
  }

  /** Half of a side of the grid, as if it were square, m. */
  private halfGrid(): number {
    return (Math.hypot(...this.cell()) / Math.SQRT2 / 2) * gridColumns(this.count);
  }
}
