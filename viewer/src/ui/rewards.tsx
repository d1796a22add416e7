/** Every reward term: its curve over the training, its present mean, and, as a bar, the followed robot's present value. */
import { useMemo } from "preact/hooks";
import { type Store, useStore } from "../state/store.ts";
import { formatFixed, formatName, formatValue } from "./widgets/format.ts";

const SPARK_WIDTH = 72;
const SPARK_HEIGHT = 20;
const SPARK_POINTS = 48;

/** The card of reward terms. */
export function Rewards({ store }: { store: Store }) {
  const info = useStore(store, (state) => state.info);
  const points = useStore(store, (state) => state.points);
  const terms = useStore(store, (state) => state.terms);
  const followed = useStore(store, (state) => state.followed);
  const isDriving = useStore(store, (state) => state.channel === "drive");
  if (!info || info.rewardNames.length === 0) return null;
  const live = info.rewardNames.map((_, k) => (terms?.values[k] ?? 0) * info.controlHz);
  const largest = Math.max(1e-6, ...live.map(Math.abs));
  return (
    <div class="card rewards">
      <header>
        <h3>Reward per second</h3>
        <span class="rewards-key">
          {!isDriving && (
            <>
              training <i class="key-line" /> robot {followed}{" "}
            </>
          )}
          now <i class="key-bar" />
        </span>
      </header>
      <ul class={isDriving ? "now-only" : ""}>
        {info.rewardNames.map((name, k) => (
          <Term
            key={name}
            name={name}
            points={isDriving ? null : points}
            live={terms ? live[k] : null}
            largest={largest}
          />
        ))}
      </ul>
    </div>
  );
}

interface TermProps {
  readonly name: string;
  /** The training's curve; null if there is none to compare with. */
  readonly points: readonly { readonly terms: Readonly<Record<string, number | null>> }[] | null;
  readonly live: number | null;
  readonly largest: number;
}

function Term({ name, points, live, largest }: TermProps) {
  const course = useMemo(() => (points ?? []).map((point) => point.terms[name] ?? null), [points, name]);
  const path = useMemo(() => sparkPath(course), [course]);
  const mean = course.findLast((value) => value !== null) ?? null;
  const share = live === null ? 0 : Math.max(-1, Math.min(1, live / largest));
  return (
    <li data-testid="term">
      <span class="term-name" title={name}>
        {formatName(name)}
      </span>
      {points && (
        <svg
          class="term-spark"
          viewBox={`0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <path d={path} />
        </svg>
      )}
      <span class="term-mean">{points ? formatValue(mean) : formatFixed(live)}</span>
      <span class="term-bar" aria-label={`${name} now: ${formatValue(live)}`} role="img">
        <i
          class={share < 0 ? "fill negative" : "fill"}
          style={{ left: `${50 + Math.min(0, share) * 50}%`, width: `${Math.abs(share) * 50}%` }}
        />
      </span>
    </li>
  );
}

/** The curve as a line that fills the box, thinned to what the box can show. */
function sparkPath(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  const stride = Math.max(1, Math.ceil(known.length / SPARK_POINTS));
  const shown = known.filter((_, k) => (known.length - 1 - k) % stride === 0);
  if (shown.length < 2) return "";
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  const scale = high > low ? (SPARK_HEIGHT - 4) / (high - low) : 0;
  const step = SPARK_WIDTH / (shown.length - 1);
  return shown
    .map(
      (value, k) =>
        `${k === 0 ? "M" : "L"}${(k * step).toFixed(1)} ${(SPARK_HEIGHT - 2 - (value - low) * scale).toFixed(1)}`,
    )
    .join("");
}
