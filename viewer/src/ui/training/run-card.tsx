/** The run that is shown: how far it is, and what can be done with it. */
import type { RunEntry } from "../../../../src/stream/protocol.ts";
import type { Page } from "../../page/page.ts";
import { isBusy } from "../../page/studio.ts";
import { type Store, useStore } from "../../state/store.ts";
import { formatCount, formatDuration } from "../widgets/format.ts";
import { OpenRun, RunDownloads } from "./run-files.tsx";

/** The run's own card in the panel. */
export function RunCard({ store, page }: { store: Store; page: Page }) {
  const catalogue = useStore(store, (state) => state.studio.catalogue);
  const run = useStore(store, shownRun);
  const status = useStore(store, (state) => state.status);
  if (!catalogue) return null;
  return (
    <div class="card run-card">
      <header>
        <h3>Run</h3>
        {status && status.seconds > 0 && <small>trained for {formatDuration(status.seconds)}</small>}
      </header>
      {run && (
        <p class="run-name" data-testid="run">
          {run.key}
        </p>
      )}
      {status?.state === "failed" && <p class="run-problem">{status.detail}</p>}
      <RunButtons store={store} page={page} />
      {run && <RunDownloads run={run} page={page} />}
    </div>
  );
}

/** Stop, resume, begin another: what the run's state allows. */
export function RunButtons({ store, page }: { store: Store; page: Page }) {
  const run = useStore(store, shownRun);
  const state = useStore(store, (at) => at.status?.state);
  const hasStudio = useStore(store, (at) => at.studio.catalogue !== null);
  if (!hasStudio) return null;
  if (isBusy(state))
    return (
      <div class="run-buttons">
        <button
          type="button"
          class="text-button"
          disabled={state === "stopping" || state === "starting"}
          title="Finishes the iteration and saves"
          onClick={() => page.studio.stop()}
        >
          {state === "stopping" ? "Stopping and saving" : "Stop training"}
        </button>
      </div>
    );
  return (
    <div class="run-buttons">
      {run && <ResumeButton run={run} page={page} />}
      <button type="button" class="text-button primary" title="New training (N)" onClick={() => page.studio.openForm()}>
        New training
      </button>
      <OpenRun page={page} />
    </div>
  );
}

/** Resumes the run; a finished run is resumed for the same number of steps again. */
function ResumeButton({ run, page }: { run: RunEntry; page: Page }) {
  const isThrough = run.steps >= run.totalSteps;
  const steps = isThrough ? 2 * run.totalSteps : null;
  return (
    <button
      type="button"
      class="text-button"
      title={`Continues from ${formatCount(run.steps)} steps`}
      onClick={() => page.studio.resume(run.key, steps)}
    >
      {isThrough ? `Resume to ${formatCount(2 * run.totalSteps)}` : "Resume"}
    </button>
  );
}

function shownRun({
  studio,
}: {
  readonly studio: { readonly runs: readonly RunEntry[]; readonly shown: string | null };
}) {
  return studio.runs.find(({ key }) => key === studio.shown) ?? null;
}
