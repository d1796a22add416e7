/** What is drawn over the followed robot when requested: contacts, joint axes, sites, centre of mass, traces of its feet, and the spring that pulls it. */
import { Group } from "three";
import type { StreamScene } from "../../../../src/stream/protocol.ts";
import type { ViewOptions } from "../../state/store.ts";
import type { ShownPose } from "../../stream/playback.ts";
import { bodyPoint, bodyVector } from "../places/body-frame.ts";
import type { StagePalette } from "../surroundings/palette.ts";
import { Dots, Sticks } from "./sticks.ts";

const CONTACT_SIZE = 6;
const GRAVITY = 9.81;
/** A force as large as the robot's weight is drawn as long as this share of its height. */
const WEIGHT_LENGTH = 0.5;
/** Traces: distance of two points as a share of the robot's height, and points kept. */
const TRACE_STEP = 0.02;
const TRACE_POINTS = 256;
const FEET = 4;
/** Sites that are drawn; further ones are omitted. */
const MOST_SITES = 128;
/** Windings of the spring. */
const COILS = 9;
const COIL_POINTS = 8;

/** What one robot's overlays need to know of the moment. */
export interface OverlayMoment {
  /** Height of the floor and of the robot, m. */
  readonly floor: number;
  readonly height: number;
  /** [contacts, 6] position and force in the world. */
  readonly contacts: readonly (number | null)[];
  readonly spring: Spring | null;
  readonly push: Push | null;
}

/** A push in progress: the direction from the world's x axis, rad, and where it hits. */
export interface Push {
  /** Direction from the world's x axis, rad. */
  readonly angle: number;
  /** Where it hits, in the world, m. */
  readonly at: readonly [number, number, number];
}

/** A spring between two points in the world. */
export interface Spring {
  /** In the world, m. */
  readonly from: readonly [number, number, number];
  /** In the world, m. */
  readonly to: readonly [number, number, number];
}

/** Marks over one robot. */
export class Overlays {
  readonly group = new Group();
  private readonly forces = new Sticks(128, { isOnTop: true });
  private readonly touches = new Dots(64, { isOnTop: true });
  private readonly axes = new Sticks(128, { isOnTop: true });
  private readonly sites = new Dots(MOST_SITES, { isOnTop: true });
  private readonly plumb = new Sticks(4, { isOnTop: true });
  private readonly centre = new Dots(4, { isOnTop: true });
  private readonly traces = new Sticks(FEET * TRACE_POINTS, { opacity: 0.85 });
  private readonly coil = new Sticks(COILS * COIL_POINTS + 4, { isOnTop: true });
  private readonly ends = new Dots(2, { isOnTop: true });
  private readonly tip = new Sticks(1, { isOnTop: true, tip: 0 });
  private scene: StreamScene | null = null;
  private options: ViewOptions | null = null;
  private feet: readonly number[] = [];
  private paths: number[][][] = [];
  private height = 1;

  constructor() {
    for (const { mesh } of this.all) this.group.add(mesh);
  }

  /** Pieces drawn last. */
  get count(): number {
    return this.all.reduce((sum, { mesh }) => sum + mesh.count, 0);
  }

  /** Takes the colours of a theme. */
  setPalette({ command, velocity, contact, mass }: StagePalette): void {
    for (const { mesh } of [this.forces, this.touches]) mesh.material.color.set(contact);
    for (const { mesh } of [this.axes, this.traces]) mesh.material.color.set(velocity);
    for (const { mesh } of [this.plumb, this.centre, this.sites]) mesh.material.color.set(mass);
    for (const { mesh } of [this.coil, this.ends, this.tip]) mesh.material.color.set(command);
  }

  /** Another scene: the traces of the old one go. */
  setScene(scene: StreamScene): void {
    this.scene = scene;
    this.feet = [];
    this.paths = [];
  }

  /** Chooses what is drawn. */
  setOptions(options: ViewOptions): void {
    this.options = options;
    if (!options.footTraces) this.paths = [];
  }

  /** Draws one robot's overlays. */
  draw(pose: ShownPose | undefined, moment: OverlayMoment): void {
    const { scene, options } = this;
    this.height = moment.height;
    for (const part of this.all) part.begin();
    if (scene && options && pose) {
      if (options.contacts) this.drawContacts(scene, moment.contacts);
      if (options.jointAxes) this.drawAxes(scene, pose.poses);
      if (options.sites) this.drawSites(scene, pose.poses);
      if (options.centreOfMass) this.drawCentre(scene, pose.poses, moment.floor);
      if (options.footTraces) this.drawTraces(scene, pose);
    }
    if (moment.spring) this.drawSpring(moment.spring);
    if (moment.push) this.drawPush(moment.push);
    for (const part of this.all) part.end();
  }

  private get all() {
    const { forces, touches, axes, sites, plumb, centre, traces, coil, ends, tip } = this;
    return [forces, touches, axes, sites, plumb, centre, traces, coil, ends, tip];
  }

  private drawContacts(scene: StreamScene, contacts: readonly (number | null)[]): void {
    const weight = GRAVITY * scene.bodies.reduce((sum, { mass }) => sum + mass, 0);
    const scale = (WEIGHT_LENGTH * this.height) / weight;
    for (let n = 0; n + CONTACT_SIZE <= contacts.length; n += CONTACT_SIZE) {
      const [x, y, z, fx, fy, fz] = contacts.slice(n, n + CONTACT_SIZE).map((value) => value ?? 0);
      this.touches.add([x, y, z], 0.01 * this.height);
      this.forces.add([x, y, z], [x + scale * fx, y + scale * fy, z + scale * fz], 0.0045 * this.height);
    }
  }

  private drawAxes(scene: StreamScene, poses: Float32Array): void {
    for (const { body, pos, axis } of scene.joints) {
      const at = bodyPoint(poses, body, pos);
      const along = bodyVector(poses, body, axis);
      const half = 0.045 * this.height;
      const end = (sign: number) => at.map((value, i) => value + sign * half * along[i]);
      this.axes.add(end(-1), end(1), 0.005 * this.height);
    }
  }

  private drawSites({ sites = [] }: StreamScene, poses: Float32Array): void {
    for (const { body, pos } of sites.slice(0, MOST_SITES))
      this.sites.add(bodyPoint(poses, body, pos), 0.008 * this.height);
  }

  /** Σ m (x + R c) / Σ m, and the plumb line below it. */
  private drawCentre(scene: StreamScene, poses: Float32Array, floor: number): void {
    const sum = [0, 0, 0, 0];
    scene.bodies.forEach(({ mass, centre }, body) => {
      if (mass === 0) return;
      const at = bodyPoint(poses, body, centre);
      for (let i = 0; i < 3; i++) sum[i] += mass * at[i];
      sum[3] += mass;
    });
    if (sum[3] === 0) return;
    const at = sum.slice(0, 3).map((value) => value / sum[3]);
    this.centre.add(at, 0.022 * this.height);
    this.centre.add([at[0], at[1], floor], 0.012 * this.height);
    this.plumb.add(at, [at[0], at[1], floor], 0.003 * this.height);
  }

  private drawTraces(scene: StreamScene, pose: ShownPose): void {
    if (this.feet.length === 0) this.feet = feetOf(scene, pose.poses);
    if (pose.isCut || this.paths.length === 0) this.paths = this.feet.map(() => []);
    this.feet.forEach((body, n) => {
      const at = Array.from(pose.poses.subarray(7 * body, 7 * body + 3));
      const path = this.paths[n];
      const last = path.at(-1);
      if (!last || Math.hypot(at[0] - last[0], at[1] - last[1], at[2] - last[2]) > TRACE_STEP * this.height)
        path.push(at);
      if (path.length > TRACE_POINTS / 2) path.shift();
      for (let k = 1; k < path.length; k++)
        this.traces.add(path[k - 1], path[k], (0.004 * this.height * k) / path.length);
      if (last) this.traces.add(path[path.length - 1], at, 0.004 * this.height);
    });
  }

  /** An arrow that comes from outside and ends where it hits. */
  private drawPush({ angle, at: [x, y, z] }: Push): void {
    const point = (distance: number) => [x - distance * Math.cos(angle), y - distance * Math.sin(angle), z];
    const [tail, neck, head] = [0.62, 0.3, 0.14].map((share) => point(share * this.height));
    this.coil.add(tail, neck, 0.014 * this.height);
    this.tip.add(neck, head, 0.04 * this.height);
  }

  /** A helix from end to end with a straight piece at both. */
  private drawSpring({ from, to }: Spring): void {
    const along = from.map((value, i) => to[i] - value);
    const length = Math.hypot(...along);
    const radius = 0.018 * this.height;
    this.ends.add(from, 1.1 * radius);
    this.ends.add(to, 1.1 * radius);
    if (length < 1e-3) return;
    const [u, v] = across(along.map((value) => value / length));
    let before: readonly number[] = from;
    const total = COILS * COIL_POINTS;
    for (let k = 1; k <= total; k++) {
      const share = k / total;
      const angle = 2 * Math.PI * COILS * share;
      const swell = radius * Math.min(1, 8 * share, 8 * (1 - share));
      const at = from.map(
        (value, i) => value + share * along[i] + swell * (Math.cos(angle) * u[i] + Math.sin(angle) * v[i]),
      );
      this.coil.add(before, at, 0.22 * radius);
      before = at;
    }
  }
}

/** Two directions at right angles to a direction and to each other. */
function across([x, y, z]: readonly number[]): [number[], number[]] {
  const flat = Math.hypot(x, y);
  const u = flat > 0.1 ? [-y / flat, x / flat, 0] : [1, 0, 0];
  return [u, [y * u[2] - z * u[1], z * u[0] - x * u[2], x * u[1] - y * u[0]]];
}

/** The bodies at the ends of the legs: those without a body below them, as far down as any, with something that touches. */
function feetOf(scene: StreamScene, poses: Float32Array): number[] {
  const parents = new Set(scene.bodies.map(({ parent }) => parent));
  const touching = new Set(scene.geoms.filter(({ collides }) => collides).map(({ body }) => body));
  const ends = scene.bodies.map((_, body) => body).filter((body) => !parents.has(body) && touching.has(body));
  const heightOf = (body: number) => poses[7 * body + 2];
  const heights = scene.bodies.map((_, body) => heightOf(body)).slice(1);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  return ends.filter((body) => heightOf(body) <= low + 0.3 * (high - low)).slice(0, FEET);
}
