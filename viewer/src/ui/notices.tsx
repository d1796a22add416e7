/** What the page says when there is nothing to see yet, when the line is broken, and when something happened. */
import { useEffect, useState } from "preact/hooks";
import type { Page } from "../page/page.ts";
import { type PageState, type Store, useStore } from "../state/store.ts";
import { RunButtons } from "./training/run-card.tsx";
import { formatCount } from "./widgets/format.ts";
import { Logo } from "./widgets/icons.tsx";

const TOAST_MS = 6000;
/** Events that are worth a toast; the rest is only counted. */
const toastKinds: readonly string[] = ["nan", "worker", "warning", "stop", "resume", "refused"];

/** Messages over the picture. */
export function Notices({ store, page }: { store: Store; page: Page }) {
  const state = useStore(store, (at) => at);
  const isStart = state.isStudio && state.isStart;
  const card = isStart ? cardOfStart(state) : cardFor(state);
  return (
    <>
      {card && (
        <div class="notice-centre">
          <div class="notice glass" role="status" data-testid="notice">
            <span class={card.isBusy ? "notice-logo busy" : "notice-logo"}>
              <Logo />
            </span>
            <h2>{card.title}</h2>
            <p>{card.text}</p>
            {card.isTrainable ? <RunButtons store={store} page={page} /> : card.command && <code>{card.command}</code>}
            {state.connection.state === "retrying" && <Retry state={state.connection} page={page} />}
          </div>
        </div>
      )}
      {!card && state.connection.state === "retrying" && (
        <div class="banner glass" role="status" data-testid="banner">
          The connection is lost. The picture is frozen until it is back.
          <Retry state={state.connection} page={page} />
        </div>
      )}
      {!card && state.channel === "drive" && state.drive?.detail && (
        <div class="banner glass" role="status" data-testid="drive-detail">
          {state.drive.detail}
        </div>
      )}
      {!card && !isStart && state.channel === "training" && !state.isFollowedShown && (
        <div class="banner quiet glass" role="status">
          {state.hasPoses
            ? `Robot ${state.followed} appears with the next collected steps`
            : "The robots move once the first steps are collected"}
        </div>
      )}
      <Toasts store={store} page={page} />
    </>
  );
}

interface Card {
  readonly title: string;
  readonly text: string;
  readonly command?: string;
  readonly isBusy?: boolean;
  /** Whether a training can be started from here. */
  readonly isTrainable?: boolean;
}

/** The start screen speaks for itself while there is a connection. */
function cardOfStart(state: PageState): Card | null {
  return state.connection.state === "open" ? null : cardFor({ ...state, hasPoses: false });
}

/** The card in the middle, or null when the picture speaks for itself. */
function cardFor(state: PageState): Card | null {
  const { connection, info, status, hasPoses } = state;
  if (connection.state === "refused") return refusalCard(connection.what, connection.reason);
  if (connection.state === "retrying" && !hasPoses)
    return {
      title: "No server answers",
      text: "Start a training and leave this page open; it connects by itself.",
      command: "npm start",
    };
  if (state.channel === "drive" && state.choosing !== null) return choosingCard(state.choosing);
  if (hasPoses) return null;
  if (connection.state === "connecting") return { title: "Connecting", text: "Looking for the server.", isBusy: true };
  if (state.channel === "drive") return driveCard(state);
  if (status?.state === "failed")
    return {
      title: "The training failed",
      text: status.detail ?? "See the terminal for the reason.",
      isTrainable: state.studio.catalogue !== null,
    };
  if (status?.state === "starting" && !info)
    return { title: "Starting", text: `${sentence(status.detail ?? "a training is being prepared")}.`, isBusy: true };
  if (!info && state.studio.catalogue)
    return {
      title: "No training is running",
      text: "Choose a task and a preset, and change settings as needed.",
      isTrainable: true,
    };
  if (!info)
    return {
      title: "No training is running",
      text: "This page shows a training as soon as it starts.",
      command: "npx flowgait train HumanoidJoystick --view",
    };
  if (info.startPoses) return null;
  return { title: `Preparing ${info.task}`, text: "The first steps are being collected.", isBusy: true };
}

function choosingCard(name: string): Card {
  return { title: `Loading ${name}`, text: "The robot and its controller are being loaded.", isBusy: true };
}

function driveCard({ drive, status }: PageState): Card {
  if (drive?.state === "failed") return { title: "The simulation failed", text: drive.detail ?? "See the terminal." };
  if (!drive && status?.state === "failed")
    return { title: "No policy to drive", text: status.detail ?? "The training failed." };
  return { title: "Starting the simulation", text: "The robot and the policy are being loaded.", isBusy: true };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function refusalCard(what: string, reason: string): Card {
  if (what === "token")
    return {
      title: "This server requires its token",
      text: "Open the whole address that the server printed, including the part after the question mark.",
    };
  if (what === "version")
    return { title: "This page is from another version", text: "Reload it to get the version of this server." };
  if (what === "upgrade")
    return {
      title: "The websocket is blocked",
      text: "The server answers, but a proxy does not forward websockets: it must forward the headers Upgrade and Connection.",
    };
  return { title: "The server refused this page", text: reason };
}

function Retry({ state, page }: { state: { readonly atMs: number }; page: Page }) {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const tell = () => setLeft(Math.max(0, Math.ceil((state.atMs - performance.now()) / 1000)));
    tell();
    const timer = setInterval(tell, 250);
    return () => clearInterval(timer);
  }, [state.atMs]);
  return (
    <span class="retry">
      {left > 0 ? `Next try in ${left} s` : "Trying again"}
      <button type="button" class="text-button" onClick={() => page.connection.retryNow()}>
        Try now
      </button>
    </span>
  );
}

function Toasts({ store, page }: { store: Store; page: Page }) {
  const events = useStore(store, (state) => state.events);
  const shown = events.filter(({ kind }) => toastKinds.includes(kind)).slice(-3);
  return (
    <div class="toasts" aria-live="polite">
      {shown.map((event) => (
        <Toast key={event.key} event={event} page={page} />
      ))}
    </div>
  );
}

function Toast({ event, page }: { event: PageState["events"][number]; page: Page }) {
  useEffect(() => {
    const timer = setTimeout(() => page.notices.dismiss(event.key), TOAST_MS);
    return () => clearTimeout(timer);
  }, [event.key]);
  return (
    <div class={`toast glass ${event.kind}`}>
      <span>{event.message}</span>
      {event.steps > 0 && <small>{formatCount(event.steps)} steps</small>}
    </div>
  );
}
