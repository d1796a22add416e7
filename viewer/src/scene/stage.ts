/**
 * The picture: renderer, camera, light and the loop's one frame. Told what to show, it draws it; it knows nothing of sockets, plots or buttons.
 * MuJoCo's frame is kept: z is up, x is a robot's forward.
 */
import { Fog, PerspectiveCamera, type Ray, Scene, Vector2, Vector3 } from "three";
import type { StreamScene } from "../../../src/stream/protocol.ts";
import type { CameraView, Theme, ViewOptions } from "../state/store.ts";
import type { ShownPose } from "../stream/playback.ts";
import { disposeTextures } from "./bodies/textures.ts";
import { CameraRig, type Insets } from "./camera/camera-rig.ts";
import { eyesOf, focusOf, gazeHeading } from "./camera/gaze.ts";
import type { Eye } from "./camera/handle-drag.ts";
import { pickNearest, pointFacing, rayThrough } from "./camera/picking.ts";
import { Cast, type StageView, type Touched } from "./cast.ts";
import { Arrangement } from "./places/arrangement.ts";
import { Quality } from "./screen/quality.ts";
import { Screen, type ScreenState } from "./screen/screen.ts";
import { floorOf, NO_FLOOR } from "./surroundings/floor.ts";
import { Lights } from "./surroundings/lights.ts";
import { palettes } from "./surroundings/palette.ts";
import { Sky } from "./surroundings/sky.ts";

/** Frames between two measurements of how large a robot is. */
const MEASURE_EVERY = 8;
/** A grid is seen from further above than a single robot, rad. */
const GRID_LIFT = 0.3;

/** One canvas with one scene on it. */
export class Stage {
  readonly rig: CameraRig;
  /** Whether a processor draws, so that effort is spared everywhere. */
  readonly isPlain: boolean;
  /** Called when there is something to draw again. */
  onRestless: () => void = () => {};
  /** Called when the picture is lost, or returns. */
  onScreen: (state: ScreenState) => void = () => {};
  private readonly screen: Screen;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(32, 1, 0.05, 900);
  private readonly lights = new Lights();
  private readonly sky = new Sky();
  private readonly cast: Cast;
  private readonly quality: Quality;
  private arrangement: Arrangement | null = null;
  private palette = palettes.light;
  private hasModelSky = true;
  private framed = "";
  private frames = 0;
  private needsFrame = true;
  private areShadowsOld = true;
  private shadowsMs = 0;
  private readonly litTarget = new Vector3();

  constructor(canvas: HTMLCanvasElement, settings: { quality: number | null; isStill: () => boolean }) {
    this.screen = new Screen(canvas, settings.quality !== null, (state) => this.screenChanged(state));
    this.isPlain = this.screen.isPlain;
    this.quality = new Quality(this.screen.isSoftware ? 4 : 1, settings.quality);
    this.cast = new Cast(this.isPlain);
    this.camera.up.set(0, 0, 1);
    this.rig = new CameraRig(this.camera, canvas, settings.isStill);
    this.rig.controls.addEventListener("change", () => this.invalidate());
    this.screen.reflect(this.scene);
    this.scene.add(this.sky.mesh, this.lights.group, this.cast.group);
    this.applyQuality();
  }

  /** Whether there is a picture, and why not. */
  get screenState(): ScreenState {
    return this.screen.state;
  }

  /** Frames drawn so far. */
  get framesDrawn(): number {
    return this.frames;
  }

  /** Milliseconds until another frame may begin. */
  waitMs(nowMs: number): number {
    return this.screen.waitMs(nowMs);
  }

  /** Whether there is something to draw even without new poses. */
  get isRestless(): boolean {
    return this.needsFrame || this.areShadowsOld || this.rig.isMoving || this.rig.isLagging;
  }

  /** Level of drawing effort; 0 is the most. */
  get qualityLevel(): number {
    return this.quality.level;
  }

  /** The canvas that is drawn on. */
  get canvas(): HTMLCanvasElement {
    return this.screen.canvas;
  }

  /** The camera's place. */
  get eye(): [number, number, number] {
    return this.camera.position.toArray();
  }

  /** Pieces of the overlays drawn last. */
  get markCount(): number {
    return this.cast.overlays.count;
  }

  /** Translucent robots drawn last. */
  get ghostCount(): number {
    return this.cast.ghosts.count;
  }

  /** Robots in the start pose drawn last, whose own have not come yet. */
  get waitingCount(): number {
    return this.cast.waiting.count;
  }

  /** Takes the colours of a theme. */
  setTheme(theme: Theme): void {
    const palette = palettes[theme];
    this.sky.setPalette(palette);
    this.cast.setPalette(palette);
    this.palette = palette;
    this.fitSky();
    this.lights.setPalette(palette, !this.isPlain);
    this.scene.environmentIntensity = palette.environment;
    this.invalidate();
  }

  /** @param hasCommand whether the task follows a command, so that arrows mean something */
  setScene(scene: StreamScene, hasCommand: boolean): void {
    if (this.arrangement) disposeTextures(this.arrangement.scene.textures ?? []);
    this.arrangement = new Arrangement(scene);
    this.fitSky();
    this.cast.setScene(this.arrangement, hasCommand);
    this.rig.restart();
    this.framed = "";
    this.invalidate();
  }

  /** Chooses what is drawn. */
  setOptions(options: ViewOptions): void {
    this.cast.setOptions(options);
    this.hasModelSky = options.modelGround;
    this.fitSky();
    this.screen.setShadows(options.shadows);
    this.lights.setShadows(options.shadows);
    this.areShadowsOld = true;
    this.invalidate();
  }

  /** Glides to a named view. */
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

  /** The canvas has another size, CSS pixels. */
  resize(width: number, height: number): void {
    this.screen.resize(width, height);
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
    const wasRestless = this.isRestless;
    if (this.arrangement) this.compose(this.arrangement, view, poses, hasNewPoses, dt);
    else this.rig.update(dt);
    for (const pose of poses.values()) pose.isCut = false;
    if (!hasNewPoses && !wasRestless && !this.isRestless) return false;
    this.needsFrame = false;
    const { arrangement, rig, lights } = this;
    if (arrangement?.size) lights.aim(rig.controls.target, Math.max(1.2, arrangement.reach() * 1.25));
    this.castShadows(hasNewPoses, startedMs);
    if (!this.screen.render(this.scene, this.camera, startedMs)) return false;
    this.frames++;
    if (hasNewPoses && this.quality.note(dt * 1000)) this.applyQuality();
    return true;
  }

  /** The environment drawn at a point of the canvas in CSS pixels, or null. */
  pick(x: number, y: number): number | null {
    if (this.screen.state !== "drawn") return null;
    return pickNearest(this.deviceOf(x, y), this.camera, this.cast.spots(), this.arrangement?.height ?? 1);
  }

  /** The body drawn at a point of the canvas in CSS pixels, or null. */
  touch(x: number, y: number): Touched | null {
    return this.screen.state === "drawn" ? this.cast.touch(rayThrough(this.deviceOf(x, y), this.camera)) : null;
  }

  /** The point of the world under a point of the canvas, as far from the camera as `at`; where one robot roams. */
  drag(x: number, y: number, at: Vector3): Vector3 | null {
    return pointFacing(this.deviceOf(x, y), this.camera, at);
  }

  /** The ray from the eye through a point of the canvas in CSS pixels. */
  rayAt(x: number, y: number): Ray {
    return rayThrough(this.deviceOf(x, y), this.camera).ray.clone();
  }

  /** The camera's axes, unit vectors in the world. */
  get directions(): Eye {
    const [right, up, back] = [new Vector3(), new Vector3(), new Vector3()];
    this.camera.matrixWorld.extractBasis(right, up, back);
    return { right, up, back };
  }

  /** How many CSS pixels a metre is at a point of the world. */
  pixelsPerMetre(at: Vector3): number {
    const { position, fov } = this.camera;
    const depth = Math.max(1e-3, position.clone().sub(at).dot(this.directions.back));
    return this.screen.canvas.clientHeight / 2 / Math.tan((fov * Math.PI) / 360) / depth;
  }

  /** Radius of a ball around what is drawn of a body, m. */
  radiusOf(body: number): number {
    return this.arrangement?.radiusOf(body) ?? 0;
  }

  /** Where a point of the world is on the canvas, CSS pixels; where one robot roams. */
  pixelOf([x, y, z]: Iterable<number>): [number, number] {
    const { clientWidth, clientHeight } = this.screen.canvas;
    const at = new Vector3(x, y, z).project(this.camera);
    return [((at.x + 1) / 2) * clientWidth, ((1 - at.y) / 2) * clientHeight];
  }

  /** Where the middle of an environment's robot is on the canvas, CSS pixels; null where it is not drawn. */
  spotOf(environment: number): [number, number] | null {
    const actor = this.cast.actor(environment);
    return actor ? this.pixelOf(actor.drawnAt) : null;
  }

  /** Where the heads of a branch's robot and its original's are, CSS pixels; null if there is none. */
  headsOfBoth(): { readonly branch: [number, number]; readonly original: [number, number] } | null {
    const actor = this.cast.actor(0);
    const { original } = this.cast;
    if (!actor || !original.isShown || !this.arrangement) return null;
    const top = this.arrangement.floorHeight() + 1.12 * this.arrangement.height;
    const { drawnAt: a } = actor;
    const { drawnAt: b } = original;
    return { branch: this.pixelOf([a.x, a.y, top]), original: this.pixelOf([b.x, b.y, top]) };
  }

  /** The body that carries the robot. */
  get rootBody(): number {
    return this.arrangement?.facts.rootBody ?? 0;
  }

  /** Shadows of moving robots may lag a little; those of a picture that stands are its own. */
  private castShadows(hasNewPoses: boolean, nowMs: number): void {
    const { target } = this.rig.controls;
    this.areShadowsOld ||= hasNewPoses || !target.equals(this.litTarget);
    this.litTarget.copy(target);
    const isDue = !hasNewPoses || nowMs - this.shadowsMs >= this.quality.current.shadowLagMs;
    this.screen.castShadows(this.areShadowsOld && isDue);
    if (!isDue && this.screen.state === "drawn") return;
    this.areShadowsOld = false;
    this.shadowsMs = nowMs;
  }

  private deviceOf(x: number, y: number): Vector2 {
    const { clientWidth, clientHeight } = this.screen.canvas;
    return new Vector2((2 * x) / clientWidth - 1, 1 - (2 * y) / clientHeight);
  }

  /** Brings what is drawn, and the camera, to these poses. */
  private compose(
    arrangement: Arrangement,
    view: StageView,
    poses: ReadonlyMap<number, ShownPose>,
    hasNewPoses: boolean,
    dt: number,
  ): void {
    this.prepare(arrangement, view, poses);
    if (arrangement.size && (hasNewPoses || this.needsFrame))
      this.cast.place(arrangement, view, poses, hasNewPoses ? dt : 0);
    const pose = poses.get(view.followed);
    const beside = this.cast.original.isShown ? this.cast.original.drawnAt : null;
    const actor = this.cast.actor(view.followed) ?? this.cast.waiting.standIn;
    const focus = focusOf(arrangement, actor, beside, view.isFollowing);
    const heading = gazeHeading(arrangement, pose);
    this.rig.update(dt, { focus, heading, isCut: pose?.isCut ?? false, eyes: eyesOf(arrangement, pose) });
  }

  /** (Re)builds meshes when the scene or the number of environments changed, and measures the first pose. */
  private prepare(arrangement: Arrangement, view: StageView, poses: ReadonlyMap<number, ShownPose>): void {
    const count = view.environments.length;
    if (count !== arrangement.count) {
      arrangement.setCount(count);
      this.cast.build(arrangement);
      this.areShadowsOld = true;
      this.invalidate();
    }
    const seen = poses.get(view.followed) ?? poses.values().next().value ?? view.start;
    if (seen && (!arrangement.size || this.frames % MEASURE_EVERY === 0)) this.measure(arrangement, seen);
    const at = this.cast.actor(view.followed)?.drawnAt;
    const { original } = this.cast;
    arrangement.setSpread(view.original && at && original.isShown ? at.distanceTo(original.drawnAt) : 0);
    const frame = `${arrangement.kind} ${count} ${arrangement.spread}`;
    if (arrangement.size && this.framed !== frame) {
      this.framed = frame;
      this.rig.frame(...arrangement.framing(), count > 1 ? GRID_LIFT : 0, arrangement.box());
    }
  }

  private measure(arrangement: Arrangement, seen: ShownPose): void {
    if (arrangement.measure(seen)) this.framed = "";
    const { height, reach } = arrangement.size!;
    this.cast.setScale(Math.max(height, reach));
  }

  /** The model's sky or the page's own; the distance fades into its horizon. */
  private fitSky(): void {
    const scene = this.arrangement?.scene;
    const { sky, horizon } = scene && this.hasModelSky ? floorOf(scene) : NO_FLOOR;
    this.sky.setCube(sky);
    this.scene.fog = new Fog(horizon ?? this.palette.horizon, 60, 300);
  }

  private screenChanged(state: ScreenState): void {
    // Targets of an earlier context are empty.
    if (state === "drawn") this.screen.reflect(this.scene);
    this.areShadowsOld = true;
    this.invalidate();
    this.onScreen(state);
  }

  private applyQuality(): void {
    const { pixelRatio, shadowSize } = this.quality.current;
    this.screen.setPixelRatio(Math.min(devicePixelRatio, pixelRatio));
    this.lights.setShadowSize(shadowSize);
    this.areShadowsOld = true;
    this.invalidate();
  }
}
