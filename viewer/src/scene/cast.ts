/** All that is drawn of the environments: robots, what stands around them, the floor below, arrows and overlays. Places them from the poses. */
import { Group, type Raycaster, type Vector3 } from "three";
import type { FanFrame, StreamScene } from "../../../src/stream/protocol.ts";
import type { ViewOptions } from "../state/store.ts";
import type { ShownPose } from "../stream/playback.ts";
import { Flexes } from "./bodies/flexes.ts";
import { Ghosts } from "./bodies/ghosts.ts";
import { Original, type OriginalView } from "./bodies/original.ts";
import { Robots } from "./bodies/robots.ts";
import { Skins } from "./bodies/skins.ts";
import { Strings } from "./bodies/strings.ts";
import { Waiting } from "./bodies/waiting.ts";
import { Arrows } from "./marks/arrows.ts";
import { Overlays, type Push, type Spring } from "./marks/overlays.ts";
import { type Actor, Actors } from "./places/actors.ts";
import type { Arrangement } from "./places/arrangement.ts";
import { headingOf } from "./places/measure.ts";
import { floorOf, NO_FLOOR } from "./surroundings/floor.ts";
import { Ground, MAX_TILES } from "./surroundings/ground.ts";
import type { StagePalette } from "./surroundings/palette.ts";
import { Terrain } from "./surroundings/terrain.ts";

/** What to draw in a frame. */
export interface StageView {
  /** Environments in the order of their cells. */
  readonly environments: readonly number[];
  /** The environment that camera, arrows and overlays belong to. */
  readonly followed: number;
  /** Whether the camera goes along with it. */
  readonly isFollowing: boolean;
  /** [contacts, 6] of the followed robot at this moment. */
  readonly contacts: readonly (number | null)[];
  /** The spring that draws at the followed robot; null while none does. */
  readonly spring: Spring | null;
  /** A push that is shown: its direction from the world's x axis, rad; null if none is. */
  readonly push: number | null;
  /** Sampled actions whose ghosts stand beside the followed robot; null if none do. */
  readonly ghosts: FanFrame | null;
  /** How robots stand whose poses have not come yet; null where it is not known. */
  readonly start: ShownPose | null;
  /** The original of the followed robot's branch; null without a branch. */
  readonly original: OriginalView | null;
}

/** A point of a body that a click means. */
export interface Touched {
  readonly environment: number;
  /** Position in the scene's list of bodies. */
  readonly body: number;
  /** In that environment's world, m. */
  readonly at: Vector3;
}

/** Arrows are this many seconds of travel long. */
const ARROW_SECONDS = 1;
const TILE_ARROW_SECONDS = 0.55;
const ARROW_HEIGHT = 0.012;

/** All groups of the scene that show robots, their surroundings and what is drawn over them. */
export class Cast {
  readonly group = new Group();
  readonly overlays = new Overlays();
  readonly ghosts: Ghosts;
  readonly original: Original;
  readonly waiting: Waiting;
  private readonly ground = new Ground();
  private readonly terrain = new Terrain();
  private readonly robots: Robots;
  /** Shapes fixed to the world, other than floors. */
  private readonly furniture: Robots;
  private readonly strings: Strings;
  private readonly flexes: Flexes;
  private readonly skins: Skins;
  /** What is on the floor and around the scene in place of the page's own. */
  private hasModelGround = true;
  private scene: StreamScene | null = null;
  private readonly arrows = new Group();
  private readonly commandArrows = new Arrows(MAX_TILES, 0.046);
  private readonly velocityArrows = new Arrows(MAX_TILES, 0.026);
  private readonly actors = new Actors();
  /** Environments in the order in which they were drawn. */
  private placed: number[] = [];

  /** @param isPlain coarser shapes and simpler materials, for processors that draw */
  constructor(isPlain: boolean) {
    this.robots = new Robots(isPlain);
    this.furniture = new Robots(isPlain);
    this.strings = new Strings(isPlain);
    this.flexes = new Flexes(isPlain);
    this.skins = new Skins(isPlain);
    this.ghosts = new Ghosts(isPlain);
    this.original = new Original(isPlain);
    this.waiting = new Waiting(isPlain);
    const { ground, terrain, robots, furniture, strings, arrows, overlays } = this;
    arrows.add(this.commandArrows.mesh, this.velocityArrows.mesh);
    const parts = [
      terrain.group,
      robots.group,
      furniture.group,
      strings.group,
      this.flexes.group,
      this.skins.group,
      arrows,
      overlays.group,
      this.ghosts.group,
      this.original.group,
      this.waiting.group,
    ];
    this.group.add(ground.mesh, ...parts);
  }

  /** Takes the colours of a theme. */
  setPalette(palette: StagePalette): void {
    this.ground.setPalette(palette);
    this.terrain.setPalette(palette);
    this.commandArrows.mesh.material.color.set(palette.command);
    this.velocityArrows.mesh.material.color.set(palette.velocity);
    this.overlays.setPalette(palette);
    this.ghosts.setPalette(palette);
    this.original.setPalette(palette);
  }

  /** Chooses what is drawn. */
  setOptions(options: ViewOptions): void {
    this.robots.setChoice(options);
    this.overlays.setOptions(options);
    this.furniture.setChoice(options);
    this.original.setCollisions(options.shapes, options.collisions);
    this.strings.group.visible = options.shapes;
    this.flexes.setChoice(options);
    this.skins.setChoice(options);
    this.hasModelGround = options.modelGround;
    this.terrain.setModels(options.modelGround);
    this.layGround();
    this.ground.setGrid(options.grid);
    this.commandArrows.mesh.visible = options.commandArrow;
    this.velocityArrows.mesh.visible = options.velocityArrow;
  }

  /** @param hasCommand whether the task follows a command, so that arrows mean something */
  setScene({ scene }: Arrangement, hasCommand: boolean): void {
    this.overlays.setScene(scene);
    this.arrows.visible = hasCommand;
    this.terrain.build(scene);
    this.actors.clear();
    this.scene = scene;
    this.layGround();
  }

  /** Builds the meshes for as many environments as are arranged. */
  build({ scene, facts, kind, count }: Arrangement): void {
    const isFloor = (type: string, body: number) => body === 0 && type === "plane" && facts.floorHeight !== null;
    this.robots.build(scene, count, ({ body }) => body !== 0);
    const sets = kind === "together" ? 1 : count;
    const isGround = (type: string, body: number) => type === "hfield" || isFloor(type, body);
    this.furniture.build(scene, sets, ({ body, type }) => body === 0 && !isGround(type, body));
    this.strings.build(scene, count);
    this.flexes.build(scene, count);
    this.skins.build(scene, count);
    this.actors.clear();
  }

  /** @param size of what stands on the ground, m */
  setScale(size: number): void {
    this.ground.setScale(size);
  }

  /** What is remembered of a robot that is drawn. */
  actor(environment: number): Actor | undefined {
    return this.actors.get(environment);
  }

  /** Where each robot is drawn. */
  spots() {
    return this.actors.spots();
  }

  /** The body that a ray hits. */
  touch(ray: Raycaster): Touched | null {
    const hit = this.robots.pick(ray);
    if (!hit || this.placed[hit.n] === undefined) return null;
    const environment = this.placed[hit.n];
    const { drawnAt, place } = this.actors.get(environment)!;
    return { environment, body: hit.body, at: hit.at.sub(drawnAt).add(place) };
  }

  /** Writes all instances of this frame. */
  place(arrangement: Arrangement, view: StageView, poses: ReadonlyMap<number, ShownPose>, dt: number): void {
    const { robots, furniture, strings, flexes, skins, commandArrows, velocityArrows, ground } = this;
    for (const batch of [robots, furniture, strings, flexes, skins, commandArrows, velocityArrows]) batch.begin();
    if (arrangement.kind === "tiles") ground.beginTiles(arrangement.cell()[0] * 0.47);
    this.placed = [];
    view.environments.forEach((environment, n) => {
      const pose = poses.get(environment);
      if (pose) this.placeActor(arrangement, environment, n, pose, environment === view.followed, dt);
    });
    this.placeWaiting(arrangement, view, poses);
    this.actors.keep((environment) => poses.has(environment) && view.environments.includes(environment));
    if (arrangement.kind !== "tiles") this.placeFloor(arrangement, view);
    for (const batch of [robots, furniture, strings, flexes, skins, commandArrows, velocityArrows, ground]) batch.end();
    const pose = poses.get(view.followed);
    this.placeOverlays(arrangement, view, pose);
    const { original } = view;
    this.original.place(arrangement, original, pose, original ? poses.get(original.environment) : undefined);
    this.placeGhosts(arrangement, view, pose);
  }

  /** Frees what the renderer holds. */
  dispose(): void {
    for (const part of [this.robots, this.furniture, this.strings, this.flexes, this.skins]) part.dispose();
    this.terrain.dispose();
    this.ground.dispose();
  }

  private layGround(): void {
    const { floor, horizon } = this.scene && this.hasModelGround ? floorOf(this.scene) : NO_FLOOR;
    this.ground.setFloor(floor, horizon);
  }

  private placeWaiting(arrangement: Arrangement, view: StageView, poses: ReadonlyMap<number, ShownPose>): void {
    const cells = view.environments.map((_, n) => n).filter((n) => !poses.has(view.environments[n]));
    this.waiting.place(arrangement, view.start, cells, (at, anchor) => {
      if (arrangement.kind === "tiles") this.ground.add(at.x, at.y, arrangement.floorHeight(), anchor.x, anchor.y, 0);
    });
  }

  private placeGhosts(arrangement: Arrangement, { followed, ghosts }: StageView, pose: ShownPose | undefined): void {
    const actor = this.actors.get(followed);
    if (!actor || !pose) return;
    const { drawnAt, place } = actor;
    this.ghosts.place(arrangement, ghosts, pose.poses, [drawnAt.x - place.x, drawnAt.y - place.y]);
  }

  private placeActor(
    arrangement: Arrangement,
    environment: number,
    n: number,
    pose: ShownPose,
    isFollowed: boolean,
    dt: number,
  ): void {
    const { facts, kind } = arrangement;
    const p = 7 * facts.rootBody;
    const [x, y, z] = [pose.poses[p], pose.poses[p + 1], pose.poses[p + 2]];
    const actor = this.actors.advance(environment, pose, x, y, dt);
    const [dx, dy] = arrangement.shiftOf(n, actor.anchor);
    actor.drawnAt.set(x + dx, y + dy, z);
    actor.place.set(x, y, z);
    this.placed.push(environment);
    this.robots.add(pose, dx, dy);
    this.strings.add(pose, dx, dy);
    this.flexes.add(pose, dx, dy);
    this.skins.add(pose, dx, dy);
    if (kind !== "together" || n === 0) this.furniture.add(pose, dx, dy);
    const floor = arrangement.floorHeight();
    const { x: ax, y: ay } = actor.anchor;
    if (kind === "tiles") this.ground.add(ax + dx, ay + dy, floor, ax, ay, isFollowed ? 1 : 0);
    const heading = headingOf(pose.poses, facts.rootBody);
    const seconds = kind === "tiles" ? TILE_ARROW_SECONDS : ARROW_SECONDS;
    this.commandArrows.add(x + dx, y + dy, floor + ARROW_HEIGHT, heading, pose.command, seconds);
    this.velocityArrows.add(x + dx, y + dy, floor + 1.5 * ARROW_HEIGHT, heading, actor.twist, seconds);
  }

  private placeFloor(arrangement: Arrangement, { followed }: StageView): void {
    const { facts, size, kind } = arrangement;
    if (facts.hasTerrain || !size) {
      this.ground.beginTiles(1);
      return;
    }
    const at = kind === "roam" ? this.actors.get(followed)?.drawnAt : undefined;
    this.ground.setRoam(at?.x ?? 0, at?.y ?? 0, arrangement.floorHeight(), Math.max(3, arrangement.reach() * 2.4));
  }

  private placeOverlays(arrangement: Arrangement, view: StageView, pose: ShownPose | undefined): void {
    const actor = this.actors.get(view.followed);
    if (actor) this.overlays.group.position.copy(actor.drawnAt).sub(actor.place);
    const { contacts, spring } = view;
    const push = pushOf(arrangement, view, pose);
    this.overlays.draw(pose, { floor: arrangement.floorHeight(), height: arrangement.height, contacts, spring, push });
  }
}

/** The push as it hits the trunk. */
function pushOf({ facts, size }: Arrangement, { push }: StageView, pose: ShownPose | undefined): Push | null {
  if (push === null || !pose) return null;
  const [x, y, z] = pose.poses.subarray(7 * facts.rootBody, 7 * facts.rootBody + 3);
  return { angle: push, at: [x, y, z + 0.15 * (size?.height ?? 0)] };
}
