/** The page around the picture. */
import { useEffect, useRef } from "preact/hooks";
import type { Page } from "../page/page.ts";
import type { Stage } from "../scene/stage.ts";
import { type PageState, type Store, useStore } from "../state/store.ts";
import { BodyName } from "./body-name.tsx";
import { ActionFan } from "./driving/action-fan.tsx";
import { Compare, CompareBar, RobotTags } from "./driving/compare.tsx";
import { DriveBar } from "./driving/drive-bar.tsx";
import { Flow } from "./driving/flow.tsx";
import { Goal } from "./driving/goal.tsx";
import { HandleMarks } from "./driving/handle-marks.tsx";
import { ModelCode, ModelSliders, Readings } from "./driving/readings.tsx";
import { Steer } from "./driving/steer.tsx";
import { Timeline } from "./driving/timeline.tsx";
import { Tracking } from "./driving/tracking.tsx";
import { WhyBar } from "./driving/why.tsx";
import { Help } from "./help.tsx";
import { lazily } from "./lazy.tsx";
import { NoPicture } from "./no-picture.tsx";
import { Notices } from "./notices.tsx";
import { Rewards } from "./rewards.tsx";
import { Summary } from "./summary.tsx";
import { TopBar } from "./top-bar.tsx";
import { Checkpoints } from "./training/checkpoints.tsx";
import { Curves } from "./training/curves.tsx";
import { IncidentBar, Incidents } from "./training/incidents.tsx";
import { Learning } from "./training/learning.tsx";
import { MachineList } from "./training/machine-list.tsx";
import { RunCard } from "./training/run-card.tsx";
import { Toolbar } from "./training/toolbar.tsx";
import { TrainForm } from "./training/train-form.tsx";
import { Undrawn } from "./undrawn.tsx";

const StartScreen = lazily(async () => (await import("./start/start-screen.tsx")).StartScreen);
const RobotMenu = lazily(async () => (await import("./start/robot-menu.tsx")).RobotMenu);

/** Narrower pages have the plots in a sheet at the bottom. */
const phone = matchMedia("(max-width: 760px)");

/** Everything of the page but the canvas. */
export function App({ store, page, stage }: { store: Store; page: Page; stage: Stage }) {
  const theme = useStore(store, (state) => state.theme);
  const isDriving = useStore(store, (state) => state.channel === "drive");
  const isStart = useStore(store, isAtStart);
  const areRobotsOpen = useStore(store, (state) => state.areRobotsOpen);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  document.documentElement.dataset.theme = theme;
  return (
    <>
      <Summary store={store} />
      {!isStart && <NoPicture store={store} />}
      <TopBar store={store} page={page} />
      {isStart ? (
        <StartScreen store={store} page={page} stage={stage} />
      ) : (
        <main class="lower">
          {isDriving ? <Steer store={store} page={page} /> : null}
          {isDriving ? (
            <div class="dock">
              <IncidentBar store={store} page={page} />
              <WhyBar store={store} page={page} />
              <CompareBar store={store} page={page} />
              <Timeline store={store} page={page} />
              <DriveBar store={store} page={page} />
            </div>
          ) : (
            <Toolbar store={store} page={page} />
          )}
          <Panel store={store} page={page} stage={stage} />
        </main>
      )}
      <Undrawn store={store} />
      <Notices store={store} page={page} />
      <Curves store={store} page={page} />
      {areRobotsOpen && <RobotMenu store={store} page={page} />}
      <TrainForm store={store} page={page} />
      <Help store={store} />
      <HandleMarks store={store} />
      <BodyName store={store} />
      <RobotTags store={store} />
    </>
  );
}

/** Whether the start screen is shown. */
function isAtStart({ isStudio, isStart }: PageState): boolean {
  return isStudio && isStart;
}

/** Plots and rewards: a column on the right, or a sheet on a phone. Tells the stage what it covers. */
function Panel({ store, page, stage }: { store: Store; page: Page; stage: Stage }) {
  const isOpen = useStore(store, (state) => state.isPanelOpen);
  const hasRun = useStore(store, (state) => state.info !== null);
  const isDriving = useStore(store, (state) => state.channel === "drive");
  const hasCommand = useStore(store, (state) => state.info?.hasCommand ?? false);
  const isBare = useStore(store, (state) => state.info?.capabilities.includes("pose") ?? false);
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    const tell = () => stage.setInsets(insetsOf(element.current));
    const observer = new ResizeObserver(tell);
    if (element.current) observer.observe(element.current);
    const dock = document.querySelector(".dock");
    if (dock) observer.observe(dock);
    phone.addEventListener("change", tell);
    tell();
    return () => {
      observer.disconnect();
      phone.removeEventListener("change", tell);
    };
  }, [isOpen, hasRun, isDriving, stage]);
  if (!hasRun || !isOpen) return null;
  return (
    <aside class="panel glass" ref={element} aria-label="Plots">
      <button
        type="button"
        class="panel-handle"
        aria-label="Close plots"
        onClick={() => store.set({ isPanelOpen: false })}
      />
      <div class="panel-scroll">
        {!isDriving && <RunCard store={store} page={page} />}
        {!isDriving && <MachineList store={store} />}
        {!isBare && <Checkpoints store={store} page={page} />}
        {!isDriving && <Incidents store={store} page={page} />}
        {isDriving && <Compare store={store} />}
        {isDriving && <Goal store={store} />}
        {isDriving ? (
          hasCommand && <Tracking store={store} motions={page.motions} />
        ) : (
          <Learning store={store} page={page} />
        )}
        {isBare && <ModelSliders store={store} drive={page.drive} />}
        {isDriving && !isBare && <Flow store={store} page={page} />}
        {isDriving && !isBare && <ActionFan store={store} />}
        <Rewards store={store} />
        {isDriving && <Readings store={store} key={isBare ? "model" : "task"} isOpen={isBare} />}
        {isBare && <ModelCode store={store} />}
      </div>
    </aside>
  );
}

/** Space around the bars. */
const BAR_GAP = 10;
const TOOLBAR_HEIGHT = 64;

function insetsOf(panel: HTMLElement | null) {
  const { width = 0, height = 0 } = panel?.getBoundingClientRect() ?? {};
  const steer = document.querySelector(".steer")?.getBoundingClientRect().height ?? 0;
  const dock = document.querySelector(".dock")?.getBoundingClientRect().height ?? 0;
  const bar = Math.max(TOOLBAR_HEIGHT, dock + 12);
  const top = (document.querySelector(".top-bar")?.getBoundingClientRect().height ?? 0) + BAR_GAP;
  if (phone.matches) return { top, right: 0, bottom: height + bar + steer };
  return { top, right: width === 0 ? 0 : width + 12, bottom: bar };
}
