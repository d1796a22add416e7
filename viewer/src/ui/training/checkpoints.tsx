/** The checkpoints of a run on a slider. While driving, the policy under it acts from the next control step on. */
import { useEffect, useState } from "preact/hooks";
import type { CheckpointEntry, RunEntry } from "../../../../src/stream/protocol.ts";
import type { Page } from "../../page/page.ts";
import { type PageState, type Store, useStore } from "../../state/store.ts";
import { formatCount } from "../widgets/format.ts";

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

/** The slider of a run's checkpoints, and what can be done with the one under it. */
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
  const stop = stops.find(({ key }) => key === current) ?? (isDriving ? undefined : stops.at(-1));
  const isAtFirst = stops[0]?.key === current;
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
        {runs.length > 1 && <RunChoice runs={runs} run={run} pick={setPicked} />}
      </header>
      <Slider stops={stops} stop={stop} isOff={stops.length < 2 && isAtFirst} choose={choose} />
      <div class="checkpoint-row">
        <span data-testid="checkpoint">{stop?.text ?? "another policy acts"}</span>
        {isDriving && !stop && <TextButton text="Drive the newest" press={() => choose(stops.length - 1)} />}
        {!isDriving && stop && <TextButton text="Drive it" press={() => page.driveWith(stop.key)} />}
        {stop?.checkpoint && (
          <TextButton
            text="Fork"
            title="Start a new run from this checkpoint; settings may differ"
            press={() => page.studio.openForm(stop.checkpoint, run)}
          />
        )}
      </div>
    </div>
  );
}

interface RunChoiceProps {
  readonly runs: readonly RunEntry[];
  readonly run: RunEntry;
  readonly pick: (key: string) => void;
}

function RunChoice({ runs, run, pick }: RunChoiceProps) {
  return (
    <select
      class="chart-choice"
      aria-label="Run whose checkpoints are shown"
      value={run.key}
      onChange={(event) => pick(event.currentTarget.value)}
    >
      {runs.map(({ key }) => (
        <option key={key} value={key}>
          {key.replace(/^runs\//, "")}
        </option>
      ))}
    </select>
  );
}

interface SliderProps {
  readonly stops: readonly Stop[];
  /** What the slider stands at; undefined where a policy acts that is none of them. */
  readonly stop: Stop | undefined;
  readonly isOff: boolean;
  readonly choose: (index: number) => void;
}

function Slider({ stops, stop, isOff, choose }: SliderProps) {
  return (
    <>
      <input
        type="range"
        class="checkpoint-slider"
        aria-label="Checkpoint"
        aria-valuetext={stop?.text ?? "none"}
        min={0}
        max={Math.max(1, stops.length - 1)}
        step={1}
        disabled={isOff}
        value={stop ? stops.indexOf(stop) : stops.length - 1}
        onInput={(event) => choose(Math.min(stops.length - 1, Number(event.currentTarget.value)))}
      />
      <div class="checkpoint-marks" aria-hidden="true">
        {stops.map(({ key }) => (
          <i key={key} class={key === stop?.key ? "on" : ""} />
        ))}
      </div>
    </>
  );
}

function TextButton({ text, title, press }: { text: string; title?: string; press: () => void }) {
  return (
    <button type="button" class="text-button" title={title} onClick={press}>
      {text}
    </button>
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
