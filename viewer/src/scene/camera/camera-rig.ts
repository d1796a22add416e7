/** The camera: orbits where the user drags it, glides to named views, and goes along with what it follows without jerking. */
import { type PerspectiveCamera, Spherical, Vector3 } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import type { CameraView } from "../../state/store.ts";
import { boxDistance } from "./framing.ts";

/** Parts of the canvas that panels cover, in CSS pixels. */
export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What the camera goes by. */
export interface Gaze {
  /** What to look at; null leaves the camera where the user put it */
  readonly focus: Vector3 | null;
  /** The robot's, rad */
  readonly heading: number;
  /** Whether the focus jumped: then the camera jumps along */
  readonly isCut: boolean;
  /** Where the robot looks from; null where there is no such place */
  readonly eyes: Vector3 | null;
}
const NOTHING: Gaze = { focus: null, heading: 0, isCut: false, eyes: null };

/** Azimuth about z from +x and angle from the zenith, rad; distance in multiples of the fitting one. */
export const views: Readonly<Record<CameraView, { azimuth: number; polar: number; distance: number }>> = {
  "three-quarter": { azimuth: -0.72, polar: 1.27, distance: 1 },
  side: { azimuth: -Math.PI / 2, polar: 1.4, distance: 1 },
  front: { azimuth: 0, polar: 1.38, distance: 1 },
  top: { azimuth: -Math.PI / 2, polar: 0.12, distance: 1.25 },
  chase: { azimuth: Math.PI, polar: 1.2, distance: 1.15 },
  // Where the flight ends that leads out of the robot's head.
  eyes: { azimuth: Math.PI, polar: 1.2, distance: 1 },
};
const GLIDE_SECONDS = 0.7;
/** Time constants, s; PACE_LAG is that of the speed which the camera keeps up with. */
const FOLLOW_LAG = 0.22;
const PACE_LAG = 0.6;
/** s; frames that take longer jump, and give no pace. */
const LONGEST_FRAME = 0.2;
/** m/s; what moves faster has not moved: something else is looked at. */
const FASTEST = 10;
const HEADING_LAG = 0.6;
const INSET_LAG = 0.12;
const EYES_LAG = 0.12;
const DRAG_LAG = 0.13;
/** What lags has as good as arrived when a frame moves the camera by less than this share of its distance: a twentieth of a pixel. */
const ARRIVED = 5e-6;

/** Moves the camera: by the user's hand, to named views, and along with the followed robot. */
export class CameraRig {
  readonly controls: OrbitControls;
  /** Whether the camera is still behind where it goes. */
  isLagging = false;
  private readonly camera: PerspectiveCamera;
  private readonly offset = new Vector3();
  private readonly spherical = new Spherical();
  private readonly moved = new Vector3();
  /** What was looked at last, and its mean speed, m/s. */
  private readonly lastFocus = new Vector3();
  private readonly pace = new Vector3();
  private readonly from = new Vector3();
  private glide: { from: Spherical; to: Spherical; share: number } | null = null;
  private view: CameraView = "three-quarter";
  private fit = 4;
  private box: readonly [number, number, number] | null = null;
  /** Of the free part's right and upper edge, as seen from its middle. */
  private slopes: readonly [number, number] = [1, 1];
  private heading = 0;
  private insets: Insets = { top: 0, right: 0, bottom: 0 };
  private shownInsets = { top: 0, right: 0, bottom: 0 };
  private width = 1;
  private height = 1;
  private lift = 0;
  /** Whether nothing has been looked at yet. */
  private isFirst = true;
  private isPlaced = false;
  private readonly isStill: () => boolean;

  /** @param isStill whether the user wants no camera flights */
  constructor(camera: PerspectiveCamera, element: HTMLElement, isStill: () => boolean) {
    this.camera = camera;
    this.isStill = isStill;
    this.controls = new OrbitControls(camera, element);
    this.controls.enableDamping = true;
    this.controls.maxPolarAngle = 1.54;
    this.controls.minDistance = 0.2;
    this.controls.maxDistance = 120;
    this.controls.zoomSpeed = 0.8;
    this.controls.addEventListener("start", () => {
      this.glide = null;
    });
  }

  /** The canvas has another size, CSS pixels. */
  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.camera.aspect = width / height;
    this.applyInsets();
  }

  /** The free part of the canvas has changed. */
  setInsets(insets: Insets): void {
    this.insets = insets;
  }

  /**
   * Chooses the distance from which a box of this half width and half height fills the free part of the canvas, and goes there.
   * @param lift how much further from above than usual, rad
   * @param box half of the sides of what stays where it is, m: then all of its corners are in the picture; null elsewhere
   */
  frame(halfWidth: number, halfHeight: number, lift: number, box: readonly [number, number, number] | null): void {
    this.lift = lift;
    this.box = box;
    const { top, right, bottom } = this.insets;
    const freeWidth = Math.max(0.15, (this.width - right) / this.height);
    const freeHeight = Math.max(0.15, (this.height - top - bottom) / this.height);
    const slope = Math.tan((this.camera.fov * Math.PI) / 360);
    this.fit = Math.max(halfWidth / freeWidth, halfHeight / freeHeight) / slope;
    this.slopes = [slope * freeWidth, slope * freeHeight];
    this.goTo(this.view);
  }

  /** Glides to a named view. */
  goTo(view: CameraView): void {
    this.view = view;
    this.controls.enabled = view !== "eyes";
    const { azimuth, polar, distance } = views[view];
    const turned = azimuth + (view === "chase" ? this.heading : 0);
    const fit = this.box ? boxDistance(this.box, turned, polar, this.slopes) : distance * this.fit;
    const to = new Spherical(fit, Math.max(0.1, polar - this.lift), turned);
    const from = this.current();
    to.theta = from.theta + wrap(to.theta - from.theta);
    this.glide = { from, to, share: this.isPlaced && !this.isStill() ? 0 : 1 };
    this.isPlaced = true;
  }

  /** The next framing is a jump: there is another scene to see. */
  restart(): void {
    this.isPlaced = false;
    this.isFirst = true;
  }

  /** Moves on by `dt` seconds, and to the end of everything that lags once it has as good as arrived: a camera at rest stays where it is. */
  update(dt: number, gaze: Gaze = NOTHING): void {
    this.from.copy(this.camera.position);
    this.advance(dt, gaze);
    const step = this.from.distanceTo(this.camera.position);
    this.isLagging = step > ARRIVED * this.controls.getDistance();
    if (!this.isLagging && !this.isMoving) this.advance(Number.POSITIVE_INFINITY, gaze);
  }

  private advance(dt: number, { focus, heading, isCut, eyes }: Gaze): void {
    if (this.view === "eyes" && eyes) {
      this.lookThrough(eyes, dt, heading, isCut);
      return;
    }
    if (focus) this.follow(focus, isCut || this.isFirst || dt > LONGEST_FRAME ? Number.POSITIVE_INFINITY : dt);
    this.turnAlong(dt, heading, isCut);
    this.advanceGlide(dt);
    this.advanceInsets(dt);
    this.controls.dampingFactor = caughtUp(dt, DRAG_LAG);
    this.controls.update(dt);
  }

  /** Catches up softly, at the pace of what it follows, so that nothing fast runs out of the picture. */
  private follow(focus: Vector3, dt: number): void {
    if (dt === 0) return;
    const { moved, pace, lastFocus } = this;
    const { target } = this.controls;
    this.isFirst = false;
    moved.copy(focus).sub(lastFocus).divideScalar(dt);
    if (moved.length() > FASTEST) moved.set(0, 0, 0);
    // What stands still to the last digit is paused, and a picture at rest is its own.
    if (moved.lengthSq() === 0) pace.copy(moved);
    else pace.lerp(moved, caughtUp(dt, PACE_LAG));
    lastFocus.copy(focus);
    moved.copy(target);
    if (dt < Number.POSITIVE_INFINITY) target.addScaledVector(pace, dt);
    target.lerp(focus, caughtUp(dt, FOLLOW_LAG));
    this.camera.position.add(target).sub(moved);
  }

  /** Takes hold of the picture, or gives it back to the user's drags. */
  setDraggable(isDraggable: boolean): void {
    this.controls.enabled = isDraggable && this.view !== "eyes";
  }

  /** Whether something is still under way without new poses. */
  get isMoving(): boolean {
    return this.glide !== null || this.areInsetsMoving;
  }

  private get areInsetsMoving(): boolean {
    const { insets, shownInsets: shown } = this;
    const { abs } = Math;
    return abs(insets.right - shown.right) + abs(insets.bottom - shown.bottom) + abs(insets.top - shown.top) > 0.5;
  }

  private current(): Spherical {
    const { x, y, z } = this.offset.copy(this.camera.position).sub(this.controls.target);
    const radius = Math.max(1e-3, Math.hypot(x, y, z));
    return new Spherical(radius, Math.acos(Math.min(1, Math.max(-1, z / radius))), Math.atan2(y, x));
  }

  private place({ radius, phi, theta }: Spherical): void {
    const flat = radius * Math.sin(phi);
    this.offset.set(flat * Math.cos(theta), flat * Math.sin(theta), radius * Math.cos(phi));
    this.camera.position.copy(this.controls.target).add(this.offset);
  }

  /** The robot's own view: level, along its heading. */
  private lookThrough(eyes: Vector3, dt: number, heading: number, isCut: boolean): void {
    const share = isCut || this.isFirst ? 1 : caughtUp(dt, EYES_LAG);
    this.isFirst = false;
    this.glide = null;
    this.heading = wrap(this.heading + wrap(heading - this.heading) * share);
    this.camera.position.add(this.moved.copy(eyes).sub(this.camera.position).multiplyScalar(share));
    const { x, y, z } = this.camera.position;
    this.controls.target.set(x + 3 * Math.cos(this.heading), y + 3 * Math.sin(this.heading), z - 0.25);
    this.camera.lookAt(this.controls.target);
    this.advanceInsets(dt);
  }

  /** The chasing camera turns as the robot turns; what the user dragged on top of it stays. */
  private turnAlong(dt: number, heading: number, isCut: boolean): void {
    const turn = wrap(heading - this.heading) * (isCut ? 1 : caughtUp(dt, HEADING_LAG));
    this.heading = wrap(this.heading + turn);
    if (this.view !== "chase") return;
    if (this.glide) this.glide.to.theta += turn;
    const at = this.current();
    at.theta += turn;
    this.place(at);
  }

  private advanceGlide(dt: number): void {
    const { glide } = this;
    if (!glide) return;
    glide.share = Math.min(1, glide.share + dt / GLIDE_SECONDS);
    const s = glide.share * glide.share * (3 - 2 * glide.share);
    const { from, to } = glide;
    this.spherical.set(
      from.radius + s * (to.radius - from.radius),
      from.phi + s * (to.phi - from.phi),
      from.theta + s * (to.theta - from.theta),
    );
    this.place(this.spherical);
    if (glide.share === 1) this.glide = null;
  }

  private advanceInsets(dt: number): void {
    const share = this.isStill() ? 1 : caughtUp(dt, INSET_LAG);
    for (const side of ["top", "right", "bottom"] as const)
      this.shownInsets[side] += share * (this.insets[side] - this.shownInsets[side]);
    this.applyInsets();
  }

  /** Shifts the picture so that its middle is the middle of what panels leave free. */
  private applyInsets(): void {
    const { width, height, shownInsets } = this;
    const dx = shownInsets.right / 2;
    const dy = (shownInsets.bottom - shownInsets.top) / 2;
    this.camera.setViewOffset(width, height, dx, dy, width, height);
  }
}

/** The share of a way that is made in `dt` seconds by what lags behind by `lag`. */
function caughtUp(dt: number, lag: number): number {
  return 1 - Math.exp(-dt / lag);
}

/** An angle in (-π, π]. */
function wrap(angle: number): number {
  return angle - 2 * Math.PI * Math.ceil((angle - Math.PI) / (2 * Math.PI));
}
