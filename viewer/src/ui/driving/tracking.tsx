/** How well the robot follows: commanded and measured velocity over the last seconds, from every step that was received. */
import { useEffect, useRef } from "preact/hooks";
import { HISTORY_SECONDS, type MotionHistory } from "../../page/motion-history.ts";
import type { Motion, Store } from "../../state/store.ts";

const WIDTH = 306;
const HEIGHT = 44;
const names = ["forward, m/s", "left, m/s", "turn, rad/s"] as const;
/** Ends of the axes. */
const ENDS = [0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 20] as const;

/** The card of commanded and measured velocities. */
export function Tracking({ store, motions }: { store: Store; motions: MotionHistory }) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => follow(store, motions, list.current!), [store, motions]);
  return (
    <div class="card tracking">
      <header>
        <h3>Velocity, last {HISTORY_SECONDS} s</h3>
        <span class="rewards-key">
          commanded <i class="key-bar flat" /> measured <i class="key-line" />
        </span>
      </header>
      <ul ref={list}>
        {names.map((name) => (
          <li key={name}>
            <span class="term-name">{name}</span>
            <div class="strip">
              <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={name}>
                <path class="axis" d={`M0 ${HEIGHT / 2}H${WIDTH}`} />
                <path class="asked" />
                <path class="measured" />
              </svg>
              <span class="strip-end" data-testid="axis-end" />
              <span class="strip-zero">0</span>
              <span class="strip-end low" />
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Draws the last seconds whenever the readings change; returns what ends it. */
function follow(store: Store, motions: MotionHistory, list: HTMLUListElement): () => void {
  return store.subscribe(({ motion }, before) => {
    if (motion === before.motion || !motion) return;
    const course = motions.upTo(motion.time);
    const ranges = store.get().info?.commandRanges ?? [];
    for (const [i, strip] of list.querySelectorAll("li").entries()) draw(strip, course, i, ranges[i] ?? []);
  });
}

function draw(strip: HTMLElement, course: readonly Motion[], i: number, range: readonly number[]): void {
  const end = axisEnd(course, i, range);
  strip.querySelector(".asked")!.setAttribute("d", line(course, "command", i, end));
  strip.querySelector(".measured")!.setAttribute("d", line(course, "twist", i, end));
  const [high, low] = strip.querySelectorAll(".strip-end");
  high.textContent = String(end);
  low.textContent = `−${end}`;
}

/** The smallest end at which neither the task's range nor anything of the last seconds is cut off. */
function axisEnd(course: readonly Motion[], i: number, range: readonly number[]): number {
  let most = Math.max(0, ...range.map(Math.abs));
  for (const { command, twist } of course) most = Math.max(most, Math.abs(command[i]), Math.abs(twist[i]));
  return ENDS.find((end) => end >= most) ?? Math.ceil(most);
}

function line(course: readonly Motion[], field: "command" | "twist", i: number, end: number): string {
  const last = course.at(-1)?.time ?? 0;
  const points = course.map((motion) => {
    const x = WIDTH * (1 - (last - motion.time) / HISTORY_SECONDS);
    return `${x.toFixed(1)} ${((HEIGHT / 2) * (1 - motion[field][i] / end)).toFixed(1)}`;
  });
  return points.length === 0 ? "" : `M${points.join("L")}`;
}
