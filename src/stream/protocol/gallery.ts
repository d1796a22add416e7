/** The robots that a studio has to show: which there are, which can be driven well, and what they look like. */
import type { PackedScene } from "./scene-parts.ts";

/** A controller that ships. */
export interface GalleryController {
  /** Names it in `robot` and `portrait`. */
  readonly name: string;
  readonly task: string;
  /** Whether it is worth a look and no more. */
  readonly isExperimental: boolean;
  /** What it achieved, in a line. */
  readonly result: string;
  /** How it was evaluated and trained, in a line. */
  readonly origin: string;
}

/** A robot and what it can be asked to do. */
export interface GalleryRobot {
  readonly name: string;
  /** Title of the robots that it stands with. */
  readonly kind: string;
  readonly tasks: readonly string[];
  readonly controllers: readonly GalleryController[];
}

/** All robots, kind by kind; sent when a page connects to a studio. */
export interface GalleryMessage {
  readonly type: "gallery";
  readonly robots: readonly GalleryRobot[];
}

/** Whom a picture shows: a task's robot as it starts, or what a controller does with it. */
export interface PortraitSubject {
  readonly task: string;
  readonly controller: string | null;
}

/** A picture that was asked for; sent to the page that asked. */
export interface PortraitMessage extends PortraitSubject {
  readonly type: "portrait";
  /** A `Portrait` as JSON, deflated (RFC 1950), in base64. */
  readonly data: string;
}

/** A robot in some poses, to be repeated. */
export interface Portrait {
  /** Without textures, skins and deformable bodies. */
  readonly scene: PackedScene;
  readonly framesPerSecond: number;
  /** [frames][bodies * 7]: position in m and quaternion w-x-y-z of each body. */
  readonly frames: readonly (readonly number[])[];
}

/** Key of a subject. */
export function subjectKey({ task, controller }: PortraitSubject): string {
  return `${controller ?? ""} ${task}`;
}
