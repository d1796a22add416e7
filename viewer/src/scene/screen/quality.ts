/** How much drawing effort this machine can afford, learned from the time frames take. */

/** What a level of drawing effort means. */
export interface QualityLevel {
  /** Largest ratio of drawn to CSS pixels. */
  readonly pixelRatio: number;
  /** Side of the shadow's map, pixels. */
  readonly shadowSize: number;
  /** Most that shadows may lag behind robots, ms. */
  readonly shadowLagMs: number;
}

/** Levels from the most effort to the least. */
export const qualityLevels: readonly QualityLevel[] = [
  { pixelRatio: 2, shadowSize: 2048, shadowLagMs: 0 },
  { pixelRatio: 1.25, shadowSize: 2048, shadowLagMs: 0 },
  { pixelRatio: 1, shadowSize: 1024, shadowLagMs: 0 },
  { pixelRatio: 0.75, shadowSize: 1024, shadowLagMs: 30 },
  { pixelRatio: 0.5, shadowSize: 512, shadowLagMs: 60 },
];

const WINDOW = 24;
const SLOW_MS = 30;
const QUICK_MS = 13;
/** Quick windows in a row before more effort is tried. */
const QUICK_WINDOWS = 5;

/** The level in use, adapted to the time that frames take. */
export class Quality {
  level: number;
  private readonly isPinned: boolean;
  private sumMs = 0;
  private frames = 0;
  private quickWindows = 0;
  /** Levels that proved too slow are not tried again. */
  private best = 0;

  /** @param pinned a level that stays, or null to adapt from `start` */
  constructor(start: number, pinned: number | null) {
    this.isPinned = pinned !== null;
    this.level = Math.min(qualityLevels.length - 1, Math.max(0, pinned ?? start));
  }

  /** What the level in use means. */
  get current(): QualityLevel {
    return qualityLevels[this.level];
  }

  /** Notes the time since the frame before; true when the level changed. */
  note(frameMs: number): boolean {
    if (this.isPinned || frameMs > 1000) return false;
    this.sumMs += frameMs;
    if (++this.frames < WINDOW) return false;
    const mean = this.sumMs / this.frames;
    this.sumMs = 0;
    this.frames = 0;
    return this.judge(mean);
  }

  private judge(meanMs: number): boolean {
    this.quickWindows = meanMs < QUICK_MS ? this.quickWindows + 1 : 0;
    if (meanMs > SLOW_MS && this.level < qualityLevels.length - 1) {
      this.level++;
      this.best = this.level;
      return true;
    }
    if (this.quickWindows >= QUICK_WINDOWS && this.level > this.best) {
      this.level--;
      this.quickWindows = 0;
      return true;
    }
    return false;
  }
}
