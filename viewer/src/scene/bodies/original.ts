/** The original's robot: translucent beside the branch or over it, and the paths of both since branching. */
import { Group, Mesh, MeshLambertMaterial, Vector3 } from "three";
import type { ShownPose } from "../../stream/playback.ts";
import { Sticks } from "../marks/sticks.ts";
import type { Arrangement } from "../places/arrangement.ts";
import { headingOf } from "../places/measure.ts";
import type { StagePalette } from "../surroundings/palette.ts";
import { Flexes } from "./flexes.ts";
import { Robots } from "./robots.ts";
import { Skins } from "./skins.ts";

/** How the original is shown. */
export interface OriginalView {
  /** Its number among the poses. */
  readonly environment: number;
  /** Control step at which the branch left it. */
  readonly start: number;
  /** Simulated seconds of the picture. */
  readonly time: number;
  /** Whether it stands beside the branch; else it stands where it was. */
  readonly isBeside: boolean;
}

/** Distance between the two while they do the same, as a share of the robot's height. */
const BESIDE = 0.95;
const OPACITY = 0.5;
/** Points of the paths, and their distance as a share of the robot's height. */
const WAY_POINTS = 500;
const WAY_STEP = 0.03;

interface WayPoint {
  readonly time: number;
  readonly branch: readonly [number, number];
  readonly original: readonly [number, number];
}

/** The original and both paths since the branch. */
export class Original {
  readonly group = new Group();
  /** Where it is drawn. */
  readonly drawnAt = new Vector3();
  private readonly robots: Robots;
  private readonly flexes: Flexes;
  private readonly skins: Skins;
  private readonly glass = new MeshLambertMaterial({ transparent: true, opacity: OPACITY });
  private readonly branchWay = new Sticks(WAY_POINTS, { opacity: 0.9 });
  private readonly originalWay = new Sticks(WAY_POINTS, { opacity: 0.9 });
  private readonly beside = new Vector3();
  private way: WayPoint[] = [];
  private built: Arrangement | null = null;
  private start: number | null = null;

  constructor(isPlain: boolean) {
    this.robots = new Robots(isPlain);
    this.flexes = new Flexes(isPlain);
    this.skins = new Skins(isPlain);
    this.group.add(this.robots.group, this.flexes.group, this.skins.group, this.branchWay.mesh, this.originalWay.mesh);
    this.group.visible = false;
  }

  /** Whether it is drawn. */
  get isShown(): boolean {
    return this.group.visible;
  }

  /** How far it is moved for the eye, m. */
  get shift(): Vector3 {
    return this.beside;
  }

  /** Takes the colours of a theme. */
  setPalette({ command, mass }: StagePalette): void {
    this.glass.color.set(mass);
    this.branchWay.mesh.material.color.set(command);
    this.originalWay.mesh.material.color.set(mass);
  }

  /** Chooses which shapes are shown. */
  setCollisions(shapes: boolean, collisions: boolean): void {
    for (const batch of [this.robots, this.flexes, this.skins]) batch.setChoice({ shapes, collisions });
  }

  /** Draws it next to the branch's robot, or nothing. */
  place(arrangement: Arrangement, view: OriginalView | null, branch?: ShownPose, original?: ShownPose): void {
    this.group.visible = view !== null && branch !== undefined && original !== undefined;
    if (!view || !branch || !original) {
      if (!view) this.start = null;
      return;
    }
    if (this.built !== arrangement) this.build(arrangement);
    const root = arrangement.facts.rootBody;
    if (this.start !== view.start) this.begin(view.start, headingOf(branch.poses, root));
    this.beside.setLength(view.isBeside ? BESIDE * arrangement.height : 1e-6);
    const { x: dx, y: dy } = this.beside;
    for (const batch of [this.robots, this.flexes, this.skins]) {
      batch.begin();
      batch.add(original, dx, dy);
      batch.end();
    }
    const [x, y, z] = original.poses.subarray(7 * root, 7 * root + 3);
    this.drawnAt.set(x + dx, y + dy, z);
    const [bx, by] = branch.poses.subarray(7 * root, 7 * root + 2);
    this.note({ time: view.time, branch: [bx, by], original: [x, y] }, WAY_STEP * arrangement.height);
    this.drawWays(arrangement.floorHeight() + 0.006 * arrangement.height, 0.008 * arrangement.height);
  }

  private build(arrangement: Arrangement): void {
    this.built = arrangement;
    this.robots.build(arrangement.scene, 1, ({ body }) => body !== 0);
    this.flexes.build(arrangement.scene, 1, this.glass);
    this.skins.build(arrangement.scene, 1, this.glass);
    this.robots.group.traverse((part) => {
      if (part instanceof Mesh) part.material = this.glass;
    });
  }

  /** Another fork: the original stands on the robot's left. */
  private begin(start: number, heading: number): void {
    this.start = start;
    this.way = [];
    this.beside.set(-Math.sin(heading), Math.cos(heading), 0);
  }

  /** After going back in time, later points are dropped. */
  private note(point: WayPoint, step: number): void {
    while (this.way.length > 0 && this.way[this.way.length - 1].time >= point.time) this.way.pop();
    const last = this.way.at(-1);
    const far = (of: "branch" | "original") =>
      !last || Math.hypot(point[of][0] - last[of][0], point[of][1] - last[of][1]) > step;
    if (far("branch") || far("original")) this.way.push(point);
    if (this.way.length > WAY_POINTS) this.way.shift();
  }

  private drawWays(floor: number, radius: number): void {
    const { branchWay, originalWay, beside, way } = this;
    for (const sticks of [branchWay, originalWay]) sticks.begin();
    for (let k = 1; k < way.length; k++) {
      const [from, to] = [way[k - 1], way[k]];
      branchWay.add([...from.branch, floor], [...to.branch, floor], radius);
      const moved = ([x, y]: readonly [number, number]) => [x + beside.x, y + beside.y, floor];
      originalWay.add(moved(from.original), moved(to.original), radius);
    }
    for (const sticks of [branchWay, originalWay]) sticks.end();
  }
}
