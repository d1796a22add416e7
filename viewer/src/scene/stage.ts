/**
 * Everything that is drawn in three dimensions: light, ground, robots, arrows, camera. Told what to show, it draws it; it knows nothing of sockets,
 * plots or buttons. MuJoCo's frame is kept: z is up, x is a robot's forward.
 */
import {
  DirectionalLight,
  Fog,
  Group,
  HemisphereLight,
  NeutralToneMapping,
  PCFShadowMap,
  PerspectiveCamera,
  PMREMGenerator,
  Scene,
  Vector2,
  Vector3,
  WebGLRenderer,
} from "three";
import { RoomEnvironment } from "three/addons/environments/RoomEnvironment.js";
import type { StreamScene } from "../../../src/stream/protocol.ts";
import type { ShownPose } from "../playback.ts";
import type { CameraView, Theme, ViewOptions } from "../store.ts";
import { Arrows } from "./arrows.ts";
import { bodyPoint } from "./body-frame.ts";
import { CameraRig, type Insets } from "./camera-rig.ts";
import { FrameGate } from "./frame-gate.ts";
import { Ground, MAX_TILES } from "./ground.ts";
import { cellCentre, gridColumns, type LayoutKind, layoutKind, type SceneFacts, sceneFacts } from "./layout.ts";
import { grownSize, headingOf, measureScene, type SceneSize } from "./measure.ts";
import { Overlays, type Push, type Spring } from "./overlays.ts";
import { palettes } from "./palette.ts";
import { pickNearest, pointFacing, rayThrough } from "./picking.ts";
import { isSoftwareRendered, Quality } from "./quality.ts";
import { Robots } from "./robots.ts";
import { Sky } from "./sky.ts";
import { Strings } from "./strings.ts";
import { Terrain } from "./terrain.ts";

/** What to draw in a frame. */
export interface StageView {
  /** Environments in the order of their cells. */
  readonly environments: readonly number[];
  readonly followed: number;
  readonly isFollowing: boolean;
  /** [contacts, 6] of the followed robot at this moment. */
  readonly contacts: readonly (number | null)[];
  readonly spring: Spring | null;
  /** A push that is shown: its direction from the heading, rad; null while none is. */
  readonly push: number | null;
}

/** A point of a body that a click means. */
export interface Touched {
  readonly environment: number;
  readonly body: number;
  /** In that environment's world, m. */
  readonly at: Vector3;
}

/** Frames between two measurements of how large a robot is. */
const MEASURE_EVERY = 8;
/** Rest after each frame where a processor draws, in multiples of the frame's time: two thirds of the machine stay free. */
const PLAIN_REST = 2;
/** Time constants, s. */
const ANCHOR_LAG = 0.35;
const TWIST_LAG = 0.25;
/** Arrows are this many seconds of travel long. */
const ARROW_SECONDS = 1;
const TILE_ARROW_SECONDS = 0.55;
const ARROW_HEIGHT = 0.012;
/** A grid is seen from further above than a single robot, rad. */
const GRID_LIFT = 0.3;
/** Air below what has no floor, as a share of its height. */
const FLOATING = 0.25;

/** What the stage remembers of a robot from frame to frame. */
interface Actor {
  /** Slow position of the robot; its tile stays below it. */
  anchor: Vector2;
  /** Smoothed measured velocity. */
  readonly twist: Float32Array;
  /** Where it is drawn, and where it is. */
  readonly drawnAt: Vector3;
  readonly place: Vector3;
}

export class Stage {
  readonly rig: CameraRig;
  /** Whether a processor draws, so that effort is spared everywhere. */
  readonly isPlain: boolean;
  /** Called when there is something to draw again. */
  onRestless: () => void = () => {};
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(32, 1, 0.05, 900);
  private readonly sun = new DirectionalLight();
  private readonly rim = new DirectionalLight();
  private readonly hemisphere = new HemisphereLight();
  private readonly sky = new Sky();
  private readonly ground = new Ground();
  private readonly terrain = new Terrain();
  private readonly robots: Robots;
  /** Shapes fixed to the world, other than floors. */
  private readonly furniture: Robots;
  private readonly strings: Strings;
  private readonly arrows = new Group();
  private readonly commandArrows = new Arrows(MAX_TILES, 0.046);
  private readonly velocityArrows = new Arrows(MAX_TILES, 0.026);
  private readonly overlays = new Overlays();
  private readonly quality: Quality;
  private readonly gate: FrameGate;
  private readonly actors = new Map<number, Actor>();
  private readonly focus = new Vector3();
  private readonly eyes = new Vector3();
  private description: StreamScene | null = null;
  private facts: SceneFacts | null = null;
  private size: SceneSize | null = null;
  private kind: LayoutKind = "roam";
  private count = 0;
  /** Environments in the order in which they were drawn. */
  private placed: number[] = [];
  private framed = "";
  private frames = 0;
  private needsFrame = true;

  constructor(canvas: HTMLCanvasElement, settings: { quality: number | null; isStill: () => boolean }) {
    const isSoftware = isSoftwareRendered();
    this.isPlain = isSoftware && settings.quality === null;
    this.quality = new Quality(isSoftware ? 4 : 1, settings.quality);
    this.robots = new Robots(this.isPlain);
    this.furniture = new Robots(this.isPlain);
    this.strings = new Strings(this.isPlain);
    this.renderer = new WebGLRenderer({ canvas, antialias: !isSoftware, stencil: false });
    this.gate = new FrameGate(this.renderer.getContext() as WebGL2RenderingContext, this.isPlain ? PLAIN_REST : 0);
    this.renderer.toneMapping = NeutralToneMapping;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.camera.up.set(0, 0, 1);
    this.rig = new CameraRig(this.camera, canvas, settings.isStill);
    this.rig.controls.addEventListener("change", () => this.invalidate());
    this.setUpLights();
    if (!this.isPlain) this.setUpReflections();
    const { sky, ground, terrain, robots, furniture, strings, commandArrows, velocityArrows } = this;
    this.arrows.add(commandArrows.mesh, velocityArrows.mesh);
    this.scene.add(
      sky.mesh,
      ground.mesh,
      terrain.group,
      robots.group,
      furniture.group,
      strings.group,
      this.arrows,
      this.overlays.group,
    );
    this.applyQuality();
  }

  /** Frames drawn so far. */
  get framesDrawn(): number {
    return this.frames;
  }

  /** Milliseconds until another frame may begin. */
  waitMs(nowMs: number): number {
    return this.gate.waitMs(nowMs);
  }

  /** Whether there is something to draw even without new poses. */
  get isRestless(): boolean {
    return this.needsFrame || this.rig.isMoving;
  }

  get qualityLevel(): number {
    return this.quality.level;
  }

  get canvas(): HTMLCanvasElement {
    return this.renderer.domElement;
  }

  /** The camera's place. */
  get eye(): [number, number, number] {
    return this.camera.position.toArray();
  }

  /** Pieces of the overlays drawn last. */
  get markCount(): number {
    return this.overlays.count;
  }

  setTheme(theme: Theme): void {
    const palette = palettes[theme];
    this.sky.setPalette(palette);
    this.ground.setPalette(palette);
    this.terrain.setPalette(palette);
    this.scene.fog = new Fog(palette.horizon, 60, 300);
    this.hemisphere.color.set(palette.skyLight);
    this.hemisphere.groundColor.set(palette.groundLight);
    // Without reflections the sky's own light has to stand in for them.
    this.hemisphere.intensity = palette.hemisphere + (this.isPlain ? 2 * palette.environment : 0);
    this.sun.color.set(palette.sun);
    this.sun.intensity = palette.sunStrength;
    this.rim.color.set(palette.rim);
    this.rim.intensity = palette.rimStrength;
    this.scene.environmentIntensity = palette.environment;
    this.commandArrows.mesh.material.color.set(palette.command);
    this.velocityArrows.mesh.material.color.set(palette.velocity);
    this.overlays.setPalette(palette);
    this.invalidate();
  }

  /** @param hasCommand whether the task follows a command, so that arrows mean something */
  setScene(scene: StreamScene, hasCommand: boolean): void {
    this.description = scene;
    this.overlays.setScene(scene);
    this.arrows.visible = hasCommand;
    this.facts = sceneFacts(scene);
    this.terrain.build(scene);
    this.size = null;
    this.rig.restart();
    this.framed = "";
    this.count = 0;
    this.actors.clear();
    this.invalidate();
  }

  setOptions(options: ViewOptions): void {
    this.robots.setChoice(options);
    this.overlays.setOptions(options);
    this.furniture.setChoice(options);
    this.strings.group.visible = options.shapes;
    this.ground.setGrid(options.grid);
    this.commandArrows.mesh.visible = options.commandArrow;
    this.velocityArrows.mesh.visible = options.velocityArrow;
    this.renderer.shadowMap.enabled = options.shadows;
    this.sun.castShadow = options.shadows;
    this.invalidate();
  }

  setCameraView(view: CameraView): void {
    this.rig.goTo(view);
    this.invalidate();
  }

  /** Free part of the canvas changed; the picture's middle follows. */
  setInsets(insets: Insets): void {
    this.rig.setInsets(insets);
    this.framed = "";
    this.invalidate();
  }

  resize(width: number, height: number): void {
    this.renderer.setSize(width, height, false);
    this.rig.resize(width, height);
    this.framed = "";
    this.invalidate();
  }

  /** Draws a frame at the next chance even when no pose changed. */
  invalidate(): void {
    this.needsFrame = true;
    this.onRestless();
  }

  /**
   * Brings the picture to these poses and draws it, if anything changed.
   * @param hasNewPoses whether poses moved since the last call
   * @param dt seconds since the last call
   */
  draw(view: StageView, poses: ReadonlyMap<number, ShownPose>, hasNewPoses: boolean, dt: number): boolean {
    const startedMs = performance.now();
    this.prepare(view, poses);
    if (this.size && (hasNewPoses || this.needsFrame)) this.place(view, poses, dt);
    const isCut = poses.get(view.followed)?.isCut ?? false;
    this.rig.update(dt, this.focusOf(view), this.headingOfFollowed(view, poses), isCut, this.eyesOf(view, poses));
    for (const pose of poses.values()) pose.isCut = false;
    if (!hasNewPoses && !this.isRestless) return false;
    this.needsFrame = false;
    this.aimSun();
    this.renderer.shadowMap.needsUpdate = this.frames % this.quality.current.shadowEvery === 0;
    this.renderer.render(this.scene, this.camera);
    this.gate.close(startedMs);
    this.frames++;
    if (hasNewPoses && this.quality.note(dt * 1000)) this.applyQuality();
    return true;
  }

  /** The environment drawn at a point of the canvas in CSS pixels, or null. */
  pick(x: number, y: number): number | null {
    const height = this.size?.height ?? 1;
    const spots = [...this.actors].map(([environment, { drawnAt }]) => ({ environment, at: drawnAt }));
    return pickNearest(this.deviceOf(x, y), this.camera, spots, height);
  }

  /** The body drawn at a point of the canvas in CSS pixels, or null. */
  touch(x: number, y: number): Touched | null {
    const hit = this.robots.pick(rayThrough(this.deviceOf(x, y), this.camera));
    if (!hit || this.placed[hit.n] === undefined) return null;
    const environment = this.placed[hit.n];
    const { drawnAt, place } = this.actors.get(environment)!;
    return { environment, body: hit.body, at: hit.at.sub(drawnAt).add(place) };
  }

  /** The point of the world under a point of the canvas, as far from the camera as `at`; where one robot roams. */
  drag(x: number, y: number, at: Vector3): Vector3 | null {
    return pointFacing(this.deviceOf(x, y), this.camera, at);
  }

  /** Where a point of the world is on the canvas, CSS pixels; where one robot roams. */
  pixelOf([x, y, z]: ArrayLike<number> & Iterable<number>): [number, number] {
    const { clientWidth, clientHeight } = this.renderer.domElement;
    const at = new Vector3(x, y, z).project(this.camera);
    return [((at.x + 1) / 2) * clientWidth, ((1 - at.y) / 2) * clientHeight];
  }

  private deviceOf(x: number, y: number): Vector2 {
    const { clientWidth, clientHeight } = this.renderer.domElement;
    return new Vector2((2 * x) / clientWidth - 1, 1 - (2 * y) / clientHeight);
  }

  // ------------------------------------------------------------------------------------------------------------------------------ composing

  /** (Re)builds meshes when the scene or the number of environments changed, and measures the first pose. */
  private prepare(view: StageView, poses: ReadonlyMap<number, ShownPose>): void {
    const { description, facts } = this;
    if (!description || !facts) return;
    const count = view.environments.length;
    if (count !== this.count) {
      this.count = count;
      this.kind = layoutKind(facts, count);
      const isFloor = (type: string, body: number) => body === 0 && type === "plane" && facts.floorHeight !== null;
      this.robots.build(description, count, ({ body }) => body !== 0);
      const sets = this.kind === "together" ? 1 : count;
      const isGround = (type: string, body: number) => type === "hfield" || isFloor(type, body);
      this.furniture.build(description, sets, ({ body, type }) => body === 0 && !isGround(type, body));
      this.strings.build(description, count);
      this.actors.clear();
      this.invalidate();
    }
    const seen = poses.get(view.followed) ?? poses.values().next().value;
    if (seen && (!this.size || this.frames % MEASURE_EVERY === 0)) this.measure(description, seen);
    const frame = `${this.kind} ${count}`;
    if (this.size && this.framed !== frame) {
      this.framed = frame;
      this.rig.frame(...this.framing(), count > 1 ? GRID_LIFT : 0);
    }
  }

  private measure(description: StreamScene, { poses }: ShownPose): void {
    const seen = measureScene(description, poses);
    const size = this.size ? grownSize(this.size, seen) : seen;
    if (size !== this.size) this.framed = "";
    this.size = size;
    this.ground.setScale(Math.max(size.height, size.reach));
  }

  /** Writes all instances of this frame. */
  private place(view: StageView, poses: ReadonlyMap<number, ShownPose>, dt: number): void {
    const { robots, furniture, strings, commandArrows, velocityArrows, ground } = this;
    for (const batch of [robots, furniture, strings, commandArrows, velocityArrows]) batch.begin();
    if (this.kind === "tiles") ground.beginTiles(this.cell()[0] * 0.47);
    this.placed = [];
    view.environments.forEach((environment, n) => {
      const pose = poses.get(environment);
      if (pose) this.placeActor(environment, n, pose, environment === view.followed, dt);
    });
    for (const environment of this.actors.keys())
      if (!poses.has(environment) || !view.environments.includes(environment)) this.actors.delete(environment);
    if (this.kind !== "tiles") this.placeFloor(view);
    for (const batch of [robots, furniture, strings, commandArrows, velocityArrows, ground]) batch.end();
    this.placeOverlays(view, poses);
  }

  private placeOverlays(view: StageView, poses: ReadonlyMap<number, ShownPose>): void {
    const pose = poses.get(view.followed);
    const actor = this.actors.get(view.followed);
    if (actor) this.overlays.group.position.copy(actor.drawnAt).sub(actor.place);
    const { contacts, spring } = view;
    const height = this.size?.height ?? 1;
    this.overlays.draw(pose, { floor: this.floorHeight(), height, contacts, spring, push: this.pushOf(view, pose) });
  }

  /** The push as it hits the trunk. */
  private pushOf({ push }: StageView, pose: ShownPose | undefined): Push | null {
    const root = this.facts?.rootBody ?? 0;
    if (push === null || !pose) return null;
    const [x, y, z] = pose.poses.subarray(7 * root, 7 * root + 3);
    return { angle: headingOf(pose.poses, root) + push, at: [x, y, z + 0.15 * (this.size?.height ?? 0)] };
  }

  private placeActor(environment: number, n: number, pose: ShownPose, isFollowed: boolean, dt: number): void {
    const { rootBody } = this.facts!;
    const p = 7 * rootBody;
    const [x, y, z] = [pose.poses[p], pose.poses[p + 1], pose.poses[p + 2]];
    const actor = this.actorOf(environment, pose, x, y, dt);
    const [dx, dy] = this.shiftOf(n, actor);
    actor.drawnAt.set(x + dx, y + dy, z);
    actor.place.set(x, y, z);
    this.placed.push(environment);
    this.robots.add(pose, dx, dy);
    this.strings.add(pose, dx, dy);
    if (this.kind !== "together" || n === 0) this.furniture.add(pose, dx, dy);
    const floor = this.floorHeight();
    if (this.kind === "tiles")
      this.ground.add(
        actor.anchor.x + dx,
        actor.anchor.y + dy,
        floor,
        actor.anchor.x,
        actor.anchor.y,
        isFollowed ? 1 : 0,
      );
    const heading = headingOf(pose.poses, rootBody);
    const seconds = this.kind === "tiles" ? TILE_ARROW_SECONDS : ARROW_SECONDS;
    this.commandArrows.add(x + dx, y + dy, floor + ARROW_HEIGHT, heading, pose.command, seconds);
    this.velocityArrows.add(x + dx, y + dy, floor + 1.5 * ARROW_HEIGHT, heading, actor.twist, seconds);
  }

  private actorOf(environment: number, pose: ShownPose, x: number, y: number, dt: number): Actor {
    let actor = this.actors.get(environment);
    if (!actor || pose.isCut) {
      actor = { anchor: new Vector2(x, y), twist: pose.twist.slice(), drawnAt: new Vector3(), place: new Vector3() };
      this.actors.set(environment, actor);
    }
    const share = 1 - Math.exp(-dt / ANCHOR_LAG);
    actor.anchor.set(actor.anchor.x + share * (x - actor.anchor.x), actor.anchor.y + share * (y - actor.anchor.y));
    const twistShare = 1 - Math.exp(-dt / TWIST_LAG);
    for (let i = 0; i < 3; i++) actor.twist[i] += twistShare * (pose.twist[i] - actor.twist[i]);
    return actor;
  }

  /** How far the environment in cell `n` is moved from where it is. */
  private shiftOf(n: number, { anchor }: Actor): [number, number] {
    if (this.kind === "roam" || this.kind === "together") return [0, 0];
    const [row, column] = cellCentre(n, this.count);
    const [dx, dy] = this.cell();
    return this.kind === "cells" ? [row * dx, column * dy] : [row * dx - anchor.x, column * dy - anchor.y];
  }

  private placeFloor({ followed }: StageView): void {
    if (this.facts?.hasTerrain || !this.size) {
      this.ground.beginTiles(1);
      return;
    }
    const at = this.kind === "roam" ? this.actors.get(followed)?.drawnAt : undefined;
    this.ground.setRoam(at?.x ?? 0, at?.y ?? 0, this.floorHeight(), Math.max(3, this.reach() * 2.4));
  }

  /** Sides of a cell of the grid, m. */
  private cell(): [number, number] {
    const { height, reach, half } = this.size!;
    if (this.kind === "cells") return [Math.max(2.3 * half[0], 0.8 * height), Math.max(2.3 * half[1], 0.8 * height)];
    const side = Math.max(1.15 * height, 2.2 * reach);
    return [side, side];
  }

  /** Half of a side of the grid, as if it were square, m. */
  private halfGrid(): number {
    return (Math.hypot(...this.cell()) / Math.SQRT2 / 2) * gridColumns(this.count);
  }

  /** What has no floor, such as a fish, floats above one. */
  private floorHeight(): number {
    const { facts, size } = this;
    const { bottom = 0, height = 0 } = size ?? {};
    return facts?.floorHeight ?? (facts?.hasTerrain ? bottom : bottom - FLOATING * height);
  }

  /** Half width and half height of what the camera is to show, with some air around it. */
  private framing(): [number, number] {
    const { height, reach } = this.size!;
    const halfHeight = Math.max(0.5 * height, 0.4 * reach);
    if (this.count === 1) return [Math.max(0.75 * reach, 0.75 * halfHeight), 1.45 * halfHeight];
    const halfGrid = this.halfGrid();
    return [1.5 * halfGrid, 0.9 * halfGrid + halfHeight];
  }

  /** How far shadows and clear ground reach from the middle. */
  private reach(): number {
    const { height, reach } = this.size!;
    const own = Math.max(0.8 * height, reach);
    return this.count === 1 ? own : 1.24 * this.halfGrid() + own;
  }

  // --------------------------------------------------------------------------------------------------------------------- camera and lights

  private focusOf({ followed, isFollowing }: StageView): Vector3 | null {
    if (!this.size) return null;
    const floor = this.floorHeight();
    const middle = floor + 0.5 * this.size.height;
    const actor = this.actors.get(followed);
    if (this.count > 1) return this.focus.set(0, 0, floor + 0.3 * this.size.height);
    if (!actor || !isFollowing) return null;
    if (this.facts?.hasFurniture) return this.focus.set(this.size.middle[0], this.size.middle[1], middle);
    return this.focus.set(actor.drawnAt.x, actor.drawnAt.y, middle);
  }

  /** In front of the head, or of where one would be; null in a grid. */
  private eyesOf({ followed }: StageView, poses: ReadonlyMap<number, ShownPose>): Vector3 | null {
    const pose = poses.get(followed);
    if (!pose || this.count !== 1 || !this.size || !this.description || !this.facts) return null;
    const heading = headingOf(pose.poses, this.facts.rootBody);
    const { height } = this.size;
    const head = this.description.geoms.find(({ name }) => name.startsWith("head"));
    const [x, y, z] = head
      ? bodyPoint(pose.poses, head.body, head.pos)
      : bodyPoint(pose.poses, this.facts.rootBody, [0, 0, 0.3 * height]);
    const ahead = (head ? 0.11 : 0.3) * height;
    return this.eyes.set(x + ahead * Math.cos(heading), y + ahead * Math.sin(heading), z);
  }

  private headingOfFollowed({ followed }: StageView, poses: ReadonlyMap<number, ShownPose>): number {
    const pose = poses.get(followed);
    return pose && this.count === 1 ? headingOf(pose.poses, this.facts?.rootBody ?? 0) : 0;
  }

  private setUpLights(): void {
    const { scene, sun, rim, hemisphere } = this;
    hemisphere.position.set(0, 0, 1);
    rim.position.set(-3, 4, 2.5);
    sun.shadow.bias = -0.0004;
    sun.shadow.normalBias = 0.015;
    sun.shadow.radius = 3;
    scene.add(hemisphere, sun, sun.target, rim, rim.target);
  }

  /** A softly lit room to reflect. */
  private setUpReflections(): void {
    const generator = new PMREMGenerator(this.renderer);
    this.scene.environment = generator.fromScene(new RoomEnvironment(), 0.04, 0.1, 100, { size: 64 }).texture;
    this.scene.environmentRotation.set(Math.PI / 2, 0, 0);
    generator.dispose();
  }

  /** The sun's shadow covers what the camera looks at; it moves in whole texels so that edges do not crawl. */
  private aimSun(): void {
    if (!this.size) return;
    const half = Math.max(1.2, this.reach() * 1.25);
    const { camera } = this.sun.shadow;
    if (camera.right !== half) {
      Object.assign(camera, { left: -half, right: half, top: half, bottom: -half, near: 0.1, far: 8 * half });
      camera.updateProjectionMatrix();
    }
    const texel = (2 * half) / this.sun.shadow.mapSize.x;
    const { x, y, z } = this.rig.controls.target;
    const at = this.sun.target.position;
    at.set(Math.round(x / texel) * texel, Math.round(y / texel) * texel, z);
    this.sun.position.set(at.x + 1.1 * half, at.y - 1.9 * half, at.z + 2.8 * half);
    this.rim.target.position.copy(at);
    this.rim.position.set(at.x - 3 * half, at.y + 4 * half, at.z + 2.5 * half);
  }

  private applyQuality(): void {
    const { pixelRatio, shadowSize } = this.quality.current;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, pixelRatio));
    this.renderer.shadowMap.autoUpdate = false;
    const { shadow } = this.sun;
    if (shadow.mapSize.x !== shadowSize) {
      shadow.mapSize.set(shadowSize, shadowSize);
      shadow.map?.dispose();
      shadow.map = null;
    }
    this.invalidate();
  }
}
