/** What runs, how far it is and how fast: the one line that is always there. */
import type { DriveMessage } from "../../../src/stream/protocol.ts";
import type { Page } from "../page/page.ts";
import { type Connection, type PageState, type Store, useStore } from "../state/store.ts";
import { ChannelSwitch } from "./channel-switch.tsx";
import { WhyButton } from "./driving/why.tsx";
import { RunButtons } from "./training/run-card.tsx";
import { formatCount, formatDuration } from "./widgets/format.ts";
import { Icon, Logo } from "./widgets/icons.tsx";

const stateWords: Readonly<Record<string, string>> = {
  idle: "Idle",
  starting: "Starting",
  training: "Training",
  evaluating: "Evaluating",
  paused: "Paused",
  stopping: "Stopping",
  stopped: "Stopped",
  done: "Finished",
  failed: "Failed",
};

const driveWords: Readonly<Record<DriveMessage["state"], string>> = {
  loading: "Loading",
  playing: "Live",
  paused: "Paused",
  failed: "Failed",
};

const connectionWords: Readonly<Record<Connection["state"], string>> = {
  connecting: "Connecting",
  open: "Connected",
  retrying: "Reconnecting",
  refused: "Refused",
};

/** The line at the top of the page. */
export function TopBar({ store, page }: { store: Store; page: Page }) {
  const info = useStore(store, (state) => state.info);
  const status = useStore(store, (state) => state.status);
  const connection = useStore(store, (state) => state.connection);
  const theme = useStore(store, (state) => state.theme);
  const isPanelOpen = useStore(store, (state) => state.isPanelOpen);
  const isDriving = useStore(store, (state) => state.channel === "drive");
  const drive = useStore(store, (state) => state.drive);
  const word = isDriving ? driveWords[drive?.state ?? "loading"] : stateWords[status?.state ?? "idle"];
  const rate =
    status && status.stepsPerSecond > 0 ? ` · ${formatCount(Math.round(status.stepsPerSecond))} steps/s` : "";
  const share = status && status.totalSteps > 0 ? Math.min(1, status.steps / status.totalSteps) : 0;
  return (
    <header class="top-bar glass">
      <div class="brand">
        <Logo />
        <span class="wordmark">
          flow<b>gait</b>
        </span>
      </div>
      {info && (
        <div class="task" title={info.run}>
          <span class="task-name">{info.task}</span>
          <span class="task-algorithm">{info.algorithm}</span>
          <span class="task-line">
            {word}
            {!isDriving && rate}
          </span>
        </div>
      )}
      <span class={`pill ${(isDriving ? drive?.state : status?.state) ?? "idle"}`} data-testid="run-state">
        {word}
      </span>
      {isDriving ? <DriveNumbers drive={drive} info={info} store={store} page={page} /> : <Numbers status={status} />}
      {!isDriving && <RunButtons store={store} page={page} />}
      <ChannelSwitch store={store} page={page} />
      <div class="bar-buttons">
        {!isDriving && <TrainingButton status={status} info={info} page={page} />}
        <span class={`connection ${connection.state}`} title={connectionWords[connection.state]} role="status">
          <i /> <span class="hidden-text">{connectionWords[connection.state]}</span>
        </span>
        <button
          type="button"
          class="icon-button"
          aria-label={theme === "dark" ? "Light theme" : "Dark theme"}
          title="Theme (T)"
          onClick={() => page.view.toggleTheme()}
        >
          <Icon name={theme === "dark" ? "sun" : "moon"} />
        </button>
        <button
          type="button"
          class="icon-button help-button"
          aria-label="Help"
          title="Help (?)"
          onClick={() => store.set({ isHelpOpen: true })}
        >
          <Icon name="help" />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label="Plots"
          aria-pressed={isPanelOpen}
          title="Plots (P)"
          onClick={() => store.set({ isPanelOpen: !isPanelOpen })}
        >
          <Icon name="chart" />
        </button>
      </div>
      <div class="progress" style={{ transform: `scaleX(${share})` }} />
    </header>
  );
}

function Numbers({ status }: { status: PageState["status"] }) {
  if (!status || status.state === "idle") return <div class="numbers" />;
  const { steps, totalSteps, stepsPerSecond, etaSeconds, state } = status;
  const isRunning = state === "training" || state === "evaluating";
  return (
    <dl class="numbers">
      <div class="number-steps">
        <dt>steps</dt>
        <dd data-testid="steps">
          {formatCount(steps)}
          {totalSteps > 0 && <small> / {formatCount(totalSteps)}</small>}
        </dd>
      </div>
      <div class="number-rate">
        <dt>steps/s</dt>
        <dd data-testid="steps-per-second">{formatCount(Math.round(stepsPerSecond))}</dd>
      </div>
      {isRunning && etaSeconds !== null && (
        <div class="number-eta">
          <dt>left</dt>
          <dd>{formatDuration(etaSeconds)}</dd>
        </div>
      )}
    </dl>
  );
}

/** How long the simulation has run, in its own time, and how often the robot fell. */
function DriveNumbers({
  drive,
  info,
  store,
  page,
}: Pick<PageState, "drive" | "info"> & { readonly store: Store; readonly page: Page }) {
  if (!drive || !info) return <div class="numbers" />;
  return (
    <dl class="numbers">
      <div>
        <dt>time</dt>
        <dd data-testid="drive-time">{(drive.step / info.controlHz).toFixed(1)} s</dd>
      </div>
      <div>
        <dt>{info.goal ? "failed ends" : "falls"}</dt>
        <dd>
          <span data-testid="falls">{drive.falls}</span>
          {!info.goal && <WhyButton store={store} page={page} />}
        </dd>
      </div>
    </dl>
  );
}

/** Stops and continues the training itself, where the run offers it. */
function TrainingButton({ status, info, page }: { status: PageState["status"]; info: PageState["info"]; page: Page }) {
  const canPause =
    info?.capabilities.includes("pause-training") && ["training", "evaluating", "paused"].includes(status?.state ?? "");
  if (!canPause) return null;
  const isPaused = status?.state === "paused";
  return (
    <button type="button" class="text-button" onClick={() => page.studio.setPaused(!isPaused)}>
      {isPaused ? "Resume training" : "Pause training"}
    </button>
  );
}
