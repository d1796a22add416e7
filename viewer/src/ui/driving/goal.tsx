/** What became of the task's goal in the driven simulation: success, drops, counters, and what ended episodes. */
import type { GoalInfo, GoalState } from "../../../../src/stream/protocol.ts";
import { type Store, useStore } from "../../state/store.ts";
import { formatFixed, formatName } from "../widgets/format.ts";

/** The card of a task with a goal. */
export function Goal({ store }: { store: Store }) {
  const info = useStore(store, (state) => state.info?.goal ?? null);
  const goal = useStore(store, (state) => state.drive?.goal ?? null);
  if (!info || !goal) return null;
  const ends = Object.entries(goal.ends);
  return (
    <section class="card goal" aria-label="Goal">
      <header>
        <h3>Goal</h3>
        {info.success && <Verdict success={goal.success} />}
      </header>
      {info.success && <p class="goal-about">{info.success.about}</p>}
      <dl class="goal-numbers">
        {rowsOf(info, goal).map(({ name, title, value }) => (
          <div key={name} title={title}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {ends.length > 0 && (
        <p class="goal-about" data-testid="ends">
          Episodes ended: {ends.map(([reason, count]) => `${formatName(reason)} (${count})`).join(", ")}
        </p>
      )}
    </section>
  );
}

function Verdict({ success }: { success: boolean | null }) {
  return (
    <span class={success ? "goal-verdict yes" : "goal-verdict"} data-testid="success">
      {success ? "success" : "not yet"}
    </span>
  );
}

const units = { second: "s", minute: "min", episode: "episode" } as const;

interface Row {
  readonly name: string;
  readonly title: string;
  readonly value: string;
}

/** What the task declares, nothing else. */
function rowsOf({ success, drop, counters }: GoalInfo, goal: GoalState): Row[] {
  const { secondsToSuccess, successes, drops } = goal;
  const rows: Row[] = [];
  const time = secondsToSuccess === null ? "–" : `${secondsToSuccess.toFixed(2)} s`;
  if (success) {
    rows.push({
      name: "time to success",
      title: "From the episode's start, or from when the target was moved",
      value: time,
    });
    rows.push({ name: "successes", title: success.about, value: String(successes) });
  }
  if (drop) rows.push({ name: "drops", title: drop.about, value: String(drops ?? 0) });
  for (const [name, { about, unit, per }] of Object.entries(counters ?? {}))
    rows.push({
      name: formatName(name),
      title: about,
      value: `${formatFixed(goal.counters?.[name])} ${unit}${per === "step" ? "" : `/${units[per]}`}`,
    });
  return rows;
}
