/** The first thing that a person sees of a studio: what can be driven, trained, brought along and read. */
import { useEffect, useState } from "preact/hooks";
import { type Driver, driversOf } from "../../page/gallery.ts";
import type { Page } from "../../page/page.ts";
import { isBusy } from "../../page/studio.ts";
import type { Stage } from "../../scene/stage.ts";
import { type PageState, type Store, useStore } from "../../state/store.ts";
import { formatCount, formatDuration } from "../widgets/format.ts";
import { LiveStage } from "./live-stage.tsx";
import { RobotPicture } from "./robot-picture.tsx";
import "./start.css";

const INIT = "npx flowgait init my-robot";
const VIEW = "npx flowgait view robot.xml";
const COPIED_MS = 2000;

/** The start screen. */
export function StartScreen({ store, page, stage }: { store: Store; page: Page; stage: Stage }) {
  return (
    <main class="start" data-testid="start">
      <div class="start-page">
        <h1>Drive a trained robot, or watch one learn</h1>
        <DriveSection store={store} page={page} />
        <div class="start-side">
          <TrainCard store={store} page={page} stage={stage} />
          <OwnCard />
          <FlowCard />
        </div>
      </div>
    </main>
  );
}

function DriveSection({ store, page }: { store: Store; page: Page }) {
  const gallery = useStore(store, (state) => state.gallery);
  const drivers = driversOf(gallery ?? []);
  return (
    <section class="start-drive" aria-labelledby="start-drive">
      <header>
        <h2 id="start-drive">Drive it now</h2>
        <p>Controllers that ship with flowgait. Steer with W A S D and Q E, a gamepad, or the pad on the page.</p>
      </header>
      <ul class="robot-cards">
        {drivers.map((driver) => (
          <li key={driver.name}>
            <DriverCard store={store} page={page} driver={driver} />
          </li>
        ))}
      </ul>
      {gallery && (
        <button type="button" class="text-button" onClick={() => store.set({ areRobotsOpen: true })}>
          All {gallery.length} robots
        </button>
      )}
    </section>
  );
}

function DriverCard({ store, page, driver }: { store: Store; page: Page; driver: Driver }) {
  const { name, task, robot, result, isExperimental } = driver;
  return (
    <button
      type="button"
      class="robot-card"
      data-robot={name}
      title={driver.origin}
      onClick={() => page.place.drive(name)}
    >
      <RobotPicture store={store} gallery={page.gallery} subject={{ task, controller: name }} />
      <span class="robot-card-text">
        <strong>{robot}</strong>
        {isExperimental && <em class="badge">experimental</em>}
        <span>{task}</span>
        <small>{result}</small>
      </span>
    </button>
  );
}

function TrainCard({ store, page, stage }: { store: Store; page: Page; stage: Stage }) {
  const status = useStore(store, (state) => state.status);
  const info = useStore(store, (state) => state.info);
  const hasScreen = useStore(store, (state) => state.screen !== "absent");
  const isTraining = isBusy(status?.state) || info !== null;
  return (
    <section class="start-card" aria-labelledby="start-train">
      {hasScreen && info && <LiveStage stage={stage} />}
      <div class="start-card-text">
        <h2 id="start-train">Train</h2>
        <p data-testid="start-training">{trainingWords(status, info)}</p>
        <p class="start-actions">
          <button type="button" class="text-button primary" onClick={() => page.drive.show("training")}>
            {isTraining ? "Watch the training" : "Go to training"}
          </button>
          <button
            type="button"
            class="text-button"
            onClick={() => {
              page.drive.show("training");
              page.studio.openForm();
            }}
          >
            New training
          </button>
        </p>
      </div>
    </section>
  );
}

function trainingWords(status: PageState["status"], info: PageState["info"]): string {
  if (!info) return status?.state === "starting" ? "A training is being prepared." : "Nothing is training.";
  if (!status || status.totalSteps === 0) return `${info.task} is being prepared.`;
  const { state, steps, totalSteps, stepsPerSecond, etaSeconds } = status;
  const share = `${Math.floor((100 * steps) / totalSteps)} % of ${formatCount(totalSteps)} steps`;
  if (!isBusy(state)) return `${info.task}: ${state} at ${share}.`;
  const rate = stepsPerSecond > 0 ? `, ${formatCount(Math.round(stepsPerSecond))} steps/s` : "";
  const left = etaSeconds === null || stepsPerSecond === 0 ? "" : `, ${formatDuration(etaSeconds)} left`;
  return `${info.task} learns by ${info.algorithm}: ${share}${rate}${left}.`;
}

function OwnCard() {
  return (
    <section class="start-card" aria-labelledby="start-own">
      <div class="start-card-text">
        <h2 id="start-own">Your own robot</h2>
        <p>Write a robot (MJCF or URDF) and a task of about 40 lines. This command creates both files as an example:</p>
        <Command text={INIT} />
        <p>
          Then run <code>cd my-robot</code>, <code>npm install</code> and <code>npm start</code>. To look at a model
          first, without a task:
        </p>
        <Command text={VIEW} />
      </div>
    </section>
  );
}

/** A command with a button that copies it. */
function Command({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => {
    // Browsers allow it on secure pages alone; the text can be selected everywhere.
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => {},
    );
  };
  return (
    <p class="command">
      <code>{text}</code>
      {navigator.clipboard && (
        <button type="button" class="text-button" onClick={copy}>
          {isCopied ? "Copied" : "Copy"}
        </button>
      )}
    </p>
  );
}

function FlowCard() {
  return (
    <a class="start-card start-flow" href={`flow${location.search}`}>
      <svg viewBox="0 0 120 60" aria-hidden="true">
        {[8, 17, 26, 34, 43, 52].map((from, k) => (
          <path key={from} d={`M4 ${from}C45 ${from} 60 ${k < 3 ? 16 : 44} 116 ${k < 3 ? 15 + k : 43 + k}`} />
        ))}
        <circle cx="116" cy="16" r="3" />
        <circle cx="116" cy="47" r="3" />
      </svg>
      <div class="start-card-text">
        <h2>What is a flow?</h2>
        <p>A policy that turns noise into actions. An interactive figure.</p>
      </div>
    </a>
  );
}
