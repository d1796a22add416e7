/** Translucent robots beside the driven one that show what sampled actions would do. They keep their distance to it while the picture moves on. */
import { Color, Group } from "three";
import type { FanFrame, SceneGeom, StreamScene } from "../../../../src/stream/protocol.ts";
import type { Arrangement } from "../places/arrangement.ts";
import type { StagePalette } from "../surroundings/palette.ts";
import { Robots } from "./robots.ts";
import { Skins } from "./skins.ts";

const TAKEN_OPACITY = 0.4;
const OTHER_OPACITY = 0.13;
const POSE_SIZE = 7;

/** The ghosts of one fan of actions. */
export class Ghosts {
  readonly group = new Group();
  private readonly taken: Robots;
  private readonly others: Robots;
  private readonly takenSkins: Skins;
  private readonly otherSkins: Skins;
  private colours: readonly [string, string] = ["#ffffff", "#ffffff"];
  /** What the meshes were built for. */
  private built: { readonly scene: StreamScene; readonly rows: number } | null = null;
  private shown = 0;

  constructor(isPlain: boolean) {
    this.taken = new Robots(isPlain);
    this.others = new Robots(isPlain);
    this.takenSkins = new Skins(isPlain);
    this.otherSkins = new Skins(isPlain);
    for (const { group } of this.batches) this.group.add(group);
  }

  private get batches(): readonly (Robots | Skins)[] {
    return [this.taken, this.others, this.takenSkins, this.otherSkins];
  }

  /** Robots drawn last. */
  get count(): number {
    return this.shown;
  }

  /** Takes the colours of a theme. */
  setPalette({ command, velocity }: StagePalette): void {
    this.colours = [command, velocity];
    this.built = null;
  }

  /**
   * Writes the ghosts of a fan, moved along with the robot; none where it has none.
   * @param pose [bodies, 7] of the robot as it is drawn
   * @param shift from where the robot is to where it is drawn
   */
  place(
    { scene, facts }: Arrangement,
    fan: FanFrame | null,
    pose: Float32Array,
    shift: readonly [number, number],
  ): void {
    const length = scene.bodies.length * POSE_SIZE;
    const rows = fan?.bodies === scene.bodies.length ? fan.ghosts.length / length : 0;
    this.shown = Math.max(0, rows - 1);
    this.group.visible = this.shown > 0;
    if (fan === null || this.shown === 0) return;
    this.build(scene, this.shown);
    const p = POSE_SIZE * facts.rootBody;
    const dx = pose[p] - fan.ghosts[p] + shift[0];
    const dy = pose[p + 1] - fan.ghosts[p + 1] + shift[1];
    for (const batch of this.batches) batch.begin();
    for (let n = 1; n < rows; n++) {
      const poses = fan.ghosts.subarray(n * length, (n + 1) * length);
      (n === 1 ? this.taken : this.others).add({ poses }, dx, dy);
      (n === 1 ? this.takenSkins : this.otherSkins).add({ poses }, dx, dy);
    }
    for (const batch of this.batches) batch.end();
  }

  private build(scene: StreamScene, rows: number): void {
    if (this.built?.scene === scene && this.built.rows === rows) return;
    this.built = { scene, rows };
    const isRobot = ({ body }: { readonly body: number }) => body !== 0;
    const [taken, others] = [
      tinted(scene, this.colours[0], TAKEN_OPACITY),
      tinted(scene, this.colours[1], OTHER_OPACITY),
    ];
    this.taken.build(taken, 1, isRobot);
    this.takenSkins.build(taken, 1);
    this.others.build(others, Math.max(1, rows - 1), isRobot);
    this.otherSkins.build(others, Math.max(1, rows - 1));
  }
}

/** The scene with all shapes in one translucent colour. */
function tinted(scene: StreamScene, colour: string, opacity: number): StreamScene {
  const { r, g, b } = new Color(colour).getRGB({ r: 0, g: 0, b: 0 }, "srgb");
  const tint = <T extends Pick<SceneGeom, "rgba" | "material">>({ material: _, ...shape }: T) => ({
    ...shape,
    rgba: shape.rgba[3] === 0 ? shape.rgba : ([r, g, b, opacity] as const),
  });
  return { ...scene, geoms: scene.geoms.map(tint), skins: scene.skins?.map(tint) };
}
