/** How well the robot follows: commanded and measured velocity over the last seconds, drawn as it happens. */
import { useEffect, useRef } from "preact/hooks";
import type { Motion, Store } from "../../state/store.ts";

const SECONDS = 10;
const WIDTH = 306;
const HEIGHT = 44;
const names = ["forward, m/s", "left, m/s", "turn, rad/s"] as const;

/** The card of commanded and measured velocities. */
export function Tracking({ store }: { store: Store }) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => follow(store, list.current!), [store]);
  return (
    <div class="card tracking">
      <header>
        <h3>Velocity, last {SECONDS} s</h3>
        <span class="rewards-key">
          commanded <i class="key-bar flat" /> measured <i class="key-line" />
        </span>
      </header>
      <ul ref={list}>
        {names.map((name) => (
          <li key={name}>
            <span class="term-name">{name}</span>
            <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={name}>
              <path class="axis" d={`M0 ${HEIGHT / 2}H${WIDTH}`} />
              <path class="asked" />
              <path class="measured" />
            </svg>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Keeps the last seconds of the followed robot and draws them; returns what ends it. */
function follow(store: Store, list: HTMLUListElement): () => void {
  let course: Motion[] = [];
  return store.subscribe(({ motion }, before) => {
    if (motion === before.motion) return;
    const last = course.at(-1);
    if (!motion) course = [];
    if (!motion || motion.time === last?.time) return;
    // After going back in time, later points are dropped.
    while (course.length > 0 && course[course.length - 1].time >= motion.time) course.pop();
    course.push(motion);
    while (course[0].time < motion.time - SECONDS) course.shift();
    const ranges = store.get().info?.commandRanges ?? [];
    list.querySelectorAll("svg").forEach((svg, i) => {
      const most = 1.25 * Math.max(0.2, ...(ranges[i] ?? []).map(Math.abs));
      svg.querySelector(".asked")!.setAttribute("d", line(course, "command", i, most));
      svg.querySelector(".measured")!.setAttribute("d", line(course, "twist", i, most));
    });
  });
}

function line(course: readonly Motion[], field: "command" | "twist", i: number, most: number): string {
  const end = course.at(-1)!.time;
  const points = course.map((motion) => {
    const x = WIDTH * (1 - (end - motion.time) / SECONDS);
    const share = Math.max(-1, Math.min(1, motion[field][i] / most));
    return `${x.toFixed(1)} ${((HEIGHT / 2) * (1 - share)).toFixed(1)}`;
  });
  return `M${points.join("L")}`;
}
