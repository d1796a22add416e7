/** A branch beside the original drive: how both are shown, which one continues, and the distance between them. */
import { useEffect, useRef } from "preact/hooks";
import type { Divergence } from "../../page/divergence.ts";
import type { Page } from "../../page/page.ts";
import { type Store, useStore } from "../../state/store.ts";
import { formatFixed } from "../widgets/format.ts";
import { Segments } from "../widgets/segments.tsx";

const ways = [
  { value: "beside", text: "Side by side" },
  { value: "overlaid", text: "Overlaid" },
] as const;

/** Above the timeline. */
export function CompareBar({ store, page }: { store: Store; page: Page }) {
  const isComparing = useStore(store, (state) => state.drive?.branch != null);
  const isBeside = useStore(store, (state) => state.isBeside);
  const apart = useStore(store, (state) => state.divergence?.apart ?? 0);
  if (!isComparing) return null;
  return (
    <section class="compare-bar glass" aria-label="Branch and original">
      <Segments
        label="How the original is shown"
        choices={ways}
        value={isBeside ? "beside" : "overlaid"}
        choose={(way) => store.set({ isBeside: way === "beside" })}
      />
      <span class="compare-apart" data-testid="apart">
        <b>{formatFixed(apart)}</b> m apart
      </span>
      <button
        type="button"
        class="text-button"
        title="Discard the branch and continue the original from here"
        onClick={() => page.drive.branch("back")}
      >
        Back to original
      </button>
      <button
        type="button"
        class="text-button live"
        title="Discard the original and continue the branch"
        onClick={() => page.drive.branch("keep")}
      >
        Keep branch
      </button>
    </section>
  );
}

/** Names over the robots; the page moves them with the picture. */
export function RobotTags({ store }: { store: Store }) {
  const isComparing = useStore(store, (state) => state.drive?.branch != null && state.channel === "drive");
  if (!isComparing) return null;
  return (
    <>
      <div class="robot-tag branch" hidden>
        Branch
      </div>
      <div class="robot-tag original" hidden>
        Original
      </div>
    </>
  );
}

/** In the panel: what differs, in numbers and as a curve. */
export function Compare({ store }: { store: Store }) {
  const branch = useStore(store, (state) => state.drive?.branch ?? null);
  const drive = useStore(store, (state) => state.drive);
  const now = useStore(store, (state) => state.divergence);
  if (!branch || !drive) return null;
  const label = (key: string) => drive.policies.find((choice) => choice.key === key)?.label ?? key;
  return (
    <div class="card compare">
      <header>
        <h3>Branch and original</h3>
        <span class="rewards-key">branched {formatFixed(now?.seconds ?? 0)} s ago</span>
      </header>
      <ApartCurve store={store} />
      <dl class="compare-numbers">
        <Reading name="apart" value={now?.apart} unit="m" />
        <Reading name="heading" value={now && (180 / Math.PI) * now.turned} unit="°" digits={0} />
        <Reading name="posture" value={now?.posture} unit="m" />
      </dl>
      <table class="compare-table">
        <thead>
          <tr>
            <th />
            <th>
              <i class="swatch branch" /> branch
            </th>
            <th>
              <i class="swatch original" /> original
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th>reward</th>
            <td data-testid="branch-return">{formatFixed(branch.returns[0])}</td>
            <td data-testid="original-return">{formatFixed(branch.returns[1])}</td>
          </tr>
          <tr>
            <th>falls</th>
            <td>{drive.falls}</td>
            <td>{branch.falls}</td>
          </tr>
          <tr>
            <th>policy</th>
            <td title={drive.policy}>{label(drive.policy)}</td>
            <td title={branch.policy}>{label(branch.policy)}</td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}

interface ReadingProps {
  readonly name: string;
  readonly value: number | null | undefined;
  readonly unit: string;
  readonly digits?: number;
}

function Reading({ name, value, unit, digits = 2 }: ReadingProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value == null ? "–" : value.toFixed(digits)}
        <small> {unit}</small>
      </dd>
    </div>
  );
}

const WIDTH = 306;
const HEIGHT = 56;
/** The curve spans at least so long and so far. */
const LEAST_SECONDS = 4;
const LEAST_METRES = 0.25;

/** Distance over the time since branching. */
function ApartCurve({ store }: { store: Store }) {
  const svg = useRef<SVGSVGElement>(null);
  useEffect(() => {
    let course: Divergence[] = [];
    let start: number | null = null;
    return store.subscribe(({ divergence, drive }, before) => {
      if (divergence === before.divergence || !svg.current) return;
      if (drive?.branch?.start !== start) course = [];
      start = drive?.branch?.start ?? null;
      if (!divergence) return;
      while (course.length > 0 && course[course.length - 1].seconds >= divergence.seconds) course.pop();
      course.push(divergence);
      const line = apartLine(course);
      svg.current.querySelector(".apart-line")!.setAttribute("d", line);
      svg.current.querySelector(".apart-area")!.setAttribute("d", `${line}V${HEIGHT}H0Z`);
    });
  }, [store]);
  return (
    <svg
      ref={svg}
      class="apart"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label="Distance between branch and original since branching"
    >
      <path class="axis" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
      <path class="apart-area" />
      <path class="apart-line" />
    </svg>
  );
}

function apartLine(course: readonly Divergence[]): string {
  const span = Math.max(LEAST_SECONDS, course[course.length - 1].seconds);
  const most = 1.08 * course.reduce((largest, { apart }) => Math.max(largest, apart), LEAST_METRES);
  const points = course.map(
    ({ seconds, apart }) =>
      `${((WIDTH * seconds) / span).toFixed(1)} ${(HEIGHT - 1 - (apart / most) * (HEIGHT - 3)).toFixed(1)}`,
  );
  return `M${points.join("L")}`;
}
