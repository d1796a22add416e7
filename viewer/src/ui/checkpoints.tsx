/** The checkpoints of a run on a slider. While driving, the policy under it acts from the next control step on. */
import { useEffect, useState } from "preact/hooks";
import type { CheckpointEntry, RunEntry } from "../../../src/stream/protocol.ts";
import type { Page } from "../page.ts";
import { type PageState, type Store, useStore } from "../store.ts";
import { formatCount } from "./format.ts";

/** Longest wait for a requested policy to act, ms. */
const ANSWER_MS = 3000;

/** A place on the slider. */
interface Stop {
  /** What `choosePolicy` takes. */
  readonly key: string;
  readonly text: string;
  /** null for the policy in training. */
  readonly checkpoint: CheckpointEntry | null;
}

export function Checkpoints({ store, page }: { store: Store; page: Page }) {
  const runs = useStore(store, runsWithCheckpoints);
  const drive = useStore(store, (state) => state.drive);
  const shown = useStore(store, (state) => state.studio.shown);
  const isDriving = useStore(store, (state) => state.channel === "drive");
  const [picked, setPicked] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [asked, setAsked] = useAsked(drive?.policy);
  const acting = runs.find((run) => run.checkpoints.some(({ key }) => key === drive?.policy));
  const run = runs.find(({ key }) => key === picked) ?? acting ?? runs.find(({ key }) => key === shown) ?? runs[0];
  if (!run) return null;
  const stops = stopsOf(run, isDriving && run.key === shown && drive?.policies.some(({ key }) => key === "training"));
  const current = isDriving ? (asked ?? drive?.policy) : chosen;
  const at = stops.findIndex(({ key }) => key === current);
  const stop = stops[at] ?? (isDriving ? undefined : stops.at(-1));
  const choose = (index: number) => {
    setChosen(stops[index].key);
    if (!isDriving) return;
    setAsked(stops[index].key);
    page.drive.choosePolicy(stops[index].key);
  };
  return (
    <div class="card checkpoints">
      <header>
        <h3>Checkpoints</h3>
        {runs.length > 1 && (
          <select
            class="chart-choice"
            aria-label="Run whose checkpoints are shown"
            value={run.key}
            onChange={(event) => setPicked(event.currentTarget.value)}
          >
            {runs.map(({ key }) => (
              <option key={key} value={key}>
                {key.replace(/^runs\//, "")}
              </option>
            ))}
          </select>
        )}
      </header>
      <input
        type="range"
        class="checkpoint-slider"
        aria-label="Checkpoint"
        aria-valuetext={stop?.text ?? "none"}
        min={0}
        max={Math.max(1, stops.length - 1)}
        step={1}
        disabled={stops.length < 2 && at === 0}
        value={stop ? stops.indexOf(stop) : stops.length - 1}
        onInput={(event) => choose(Math.min(stops.length - 1, Number(event.currentTarget.value)))}
      />
      <div class="checkpoint-marks" aria-hidden="true">
        {stops.map(({ key }) => (
          <i key={key} class={key === stop?.key ? "on" : ""} />
        ))}
      </div>
      <div class="checkpoint-row">
        <span data-testid="checkpoint">{stop?.text ?? "another policy acts"}</span>
        {isDriving && !stop && (
          <button type="button" class="text-button" onClick={() => choose(stops.length - 1)}>
            Drive the newest
          </button>
        )}
        {!isDriving && stop && (
          <button type="button" class="text-button" onClick={() => page.driveWith(stop.key)}>
            Drive it
          </button>
        )}
        {stop?.checkpoint && (
          <button
            type="button"
            class="text-button"
            title="Start a new run from this checkpoint; settings may differ"
            onClick={() => page.studio.openForm(stop.checkpoint, run)}
          >
            Fork
          </button>
        )}
      </div>
    </div>
  );
}

/** The requested policy that does not act yet: until then the slider stays where it was put. */
function useAsked(acting: string | undefined) {
  const [asked, setAsked] = useState<string | null>(null);
  useEffect(() => {
    if (asked === acting) setAsked(null);
    const timer = setTimeout(() => setAsked(null), ANSWER_MS);
    return () => clearTimeout(timer);
  }, [asked, acting]);
  return [asked, setAsked] as const;
}

function stopsOf({ checkpoints }: RunEntry, hasLive = false): Stop[] {
  const stops: Stop[] = checkpoints.map((checkpoint) => ({
    key: checkpoint.key,
    text: `${formatCount(checkpoint.steps)} steps${checkpoint.isBest ? ", the best" : ""}`,
    checkpoint,
  }));
  return hasLive ? [...stops, { key: "training", text: "as it trains", checkpoint: null }] : stops;
}

/** Runs of the task on screen that have left something to drive. */
function runsWithCheckpoints({ studio, info }: PageState): readonly RunEntry[] {
  const fitting = studio.runs.filter(
    ({ task, key, checkpoints }) => checkpoints.length > 0 && (task === info?.task || key === studio.shown),
  );
  return memoised(fitting);
}

let last: readonly RunEntry[] = [];

/** The same array while nothing in it has changed, so that nothing is drawn again. */
function memoised(runs: readonly RunEntry[]): readonly RunEntry[] {
  if (runs.length !== last.length || runs.some((run, k) => run !== last[k])) last = runs;
  return last;
}
