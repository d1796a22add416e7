/** One robot that a picture is made of: its meshes, and the camera's place for it. */
import { Group, type PerspectiveCamera, Spherical, Vector3 } from "three";
import { views } from "../scene/camera/camera-rig.ts";
import { boxDistance } from "../scene/camera/framing.ts";
import { focusOf } from "../scene/camera/gaze.ts";
import { Cast, type StageView } from "../scene/cast.ts";
import { Arrangement } from "../scene/places/arrangement.ts";
import { headingOf } from "../scene/places/measure.ts";
import type { StagePalette } from "../scene/surroundings/palette.ts";
import { defaultOptions } from "../state/settings.ts";
import type { ShownPose } from "../stream/playback.ts";
import type { Film } from "./album.ts";

const VIEW: StageView = {
  environments: [0],
  followed: 0,
  isFollowing: true,
  contacts: [],
  spring: null,
  push: null,
  ghosts: null,
  original: null,
  start: null,
};
/** Grid lines would jump where a film is repeated. */
const OPTIONS = { ...defaultOptions, grid: false, commandArrow: false, velocityArrow: false };
/** Room for limbs that swing further than in the first frame. */
const AIR = 1.04;
const { azimuth, polar } = views["three-quarter"];

/** A film's robot. */
export class Sitter {
  readonly group = new Group();
  private readonly film: Film;
  private readonly cast: Cast;
  private readonly arrangement: Arrangement;
  private readonly offset = new Vector3();
  /** About z, rad: a robot is seen as it heads at the beginning. */
  private readonly azimuth: number;

  constructor(film: Film, palette: StagePalette, isPlain: boolean) {
    this.film = film;
    this.cast = new Cast(isPlain);
    this.arrangement = new Arrangement(film.scene);
    this.arrangement.setCount(1);
    this.cast.setPalette(palette);
    this.cast.setOptions(OPTIONS);
    this.cast.setScene(this.arrangement, false);
    this.cast.build(this.arrangement);
    this.arrangement.measure(poseOf(film.frames[0]));
    const { isFixed, rootBody } = this.arrangement.facts;
    this.azimuth = azimuth + (isFixed ? 0 : headingOf(film.frames[0], rootBody));
    this.group.add(this.cast.group);
  }

  /** How far light and shadow reach from the middle, m. */
  get reach(): number {
    return Math.max(0.3, this.arrangement.reach() * 1.25);
  }

  /** Takes the pose of a frame, and the camera to it. @returns what the camera looks at */
  pose(frame: number, camera: PerspectiveCamera): Vector3 {
    const poses = new Map([[0, poseOf(this.film.frames[frame])]]);
    this.cast.place(this.arrangement, VIEW, poses, 0);
    const focus = focusOf(this.arrangement, this.cast.actor(0) ?? null, null, true) ?? new Vector3();
    this.offset.setFromSpherical(new Spherical(this.distance(camera), polar, this.azimuth));
    // Three's spheres have y up.
    camera.position.set(focus.x + this.offset.z, focus.y + this.offset.x, focus.z + this.offset.y);
    camera.lookAt(focus);
    return focus;
  }

  /** Frees what the renderer holds. */
  dispose(): void {
    this.cast.dispose();
  }

  private distance({ fov, aspect }: PerspectiveCamera): number {
    const slope = Math.tan((fov * Math.PI) / 360);
    const { half, height } = this.arrangement.size!;
    return AIR * boxDistance([...half, 0.5 * height], this.azimuth, polar, [slope * aspect, slope]);
  }
}

function poseOf(poses: Float32Array): ShownPose {
  const none = new Float32Array(3);
  return { poses, points: null, command: none, twist: none, flags: 0, isCut: true };
}
