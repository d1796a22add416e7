/** What the driven policy might do next: a fan of sampled actions per joint, their denoising paths, and ghosts. Requested only while it is on screen. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { DriveMessage, FanFrame } from "../../../../src/stream/protocol.ts";
import { type GhostChoice, type Store, useStore } from "../../state/store.ts";
import { formatFixed, formatName } from "../widgets/format.ts";
import { Segments } from "../widgets/segments.tsx";
import {
  CELL_HEIGHT,
  COLUMNS,
  coloursOf,
  drawAllPaths,
  drawFan,
  drawOnePath,
  type FanColours,
  prepare,
  ROW_HEIGHT,
} from "./fan-drawing.ts";

const PATH_HEIGHT = 150;

/** The card of sampled actions. */
export function ActionFan({ store }: { store: Store }) {
  const fan = useStore(store, (state) => state.fan);
  const names = useStore(store, (state) => state.info?.actionNames) ?? [];
  const kind = useStore(store, (state) => state.drive?.kind ?? "zero");
  const [chosen, setChosen] = useState(0);
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => store.set({ isFanSeen: entry.isIntersecting }));
    if (card.current) observer.observe(card.current);
    return () => {
      observer.disconnect();
      store.set({ isFanSeen: false });
    };
  }, [store]);
  const joint = Math.min(chosen, Math.max(0, names.length - 1));
  return (
    <section class="card fan" ref={card} aria-label="Next action">
      <header>
        <h3>Next action</h3>
        <span class="rewards-key">
          <i class="key-line" /> sampled <i class="key-bar flat" /> executed
        </span>
      </header>
      {fan ? (
        <Rows store={store} fan={fan} names={names} joint={joint} choose={setChosen} />
      ) : (
        <p>Waiting for the policy</p>
      )}
      <h4>Denoising paths</h4>
      {fan && fan.flowSteps > 0 ? (
        <Paths store={store} fan={fan} names={names} joint={joint} />
      ) : (
        <p class="fan-note">{pathlessWords[kind]}</p>
      )}
      <GhostSwitch store={store} fan={fan} />
    </section>
  );
}

/** Why there is nothing between noise and action. */
const pathlessWords: Readonly<Record<DriveMessage["kind"], string>> = {
  flow: "Waiting for the policy",
  gaussian:
    "This policy is Gaussian: an action is the mean plus the standard deviation times noise. It has no denoising paths.",
  file: "This policy file contains no flow. Drive a run or a checkpoint to see denoising paths.",
  zero: "No policy is acting, so there are no paths.",
  random: "Random actions are the noise itself. There are no paths.",
};

interface FigureProps {
  readonly store: Store;
  readonly fan: FanFrame;
  readonly names: readonly string[];
  readonly joint: number;
}

function Rows({ store, fan, names, joint, choose }: FigureProps & { choose: (joint: number) => void }) {
  const canvas = useDrawing(store, fan.size * ROW_HEIGHT, [fan], (context, width, colours) =>
    drawFan(context, fan, width, colours),
  );
  return (
    <div class="fan-rows">
      <canvas ref={canvas} role="img" aria-label={`${fan.samples.length / fan.size - 1} sampled actions`} />
      <ul>
        {names.map((name, k) => (
          <li key={name}>
            <button type="button" aria-pressed={k === joint} title={name} onClick={() => choose(k)}>
              <span>{formatName(name)}</span>
              <b>{formatFixed(fan.samples[k])}</b>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Paths({ store, fan, names, joint }: FigureProps) {
  const [showsAll, setShowsAll] = useState(false);
  const height = showsAll ? Math.ceil(fan.size / COLUMNS) * CELL_HEIGHT : PATH_HEIGHT;
  const canvas = useDrawing(store, height, [fan, joint, showsAll], (context, width, colours) => {
    if (showsAll) drawAllPaths(context, fan, names.map(formatName), width, colours);
    else drawOnePath(context, fan, joint, { width, height }, colours);
  });
  return (
    <>
      <div class="fan-line">
        <span class="fan-name">{showsAll ? "all joints" : formatName(names[joint] ?? "")}</span>
        <Segments
          label="Paths of"
          choices={[
            { value: "one", text: "One" },
            { value: "all", text: "All" },
          ]}
          value={showsAll ? "all" : "one"}
          choose={(value) => setShowsAll(value === "all")}
        />
      </div>
      <canvas
        class="fan-paths"
        ref={canvas}
        role="img"
        aria-label={`Denoising paths in ${fan.flowSteps} steps`}
        data-testid="paths"
      />
    </>
  );
}

const ghostWords: Readonly<Record<GhostChoice, string>> = {
  off: "Translucent robots can show what the sampled actions do.",
  targets:
    "Each ghost shows the joint targets of one sampled action, with the robot's base. A target is the position that the servo pulls towards.",
  ahead: "Each ghost is the robot after one sampled action is held for 0.2 s of physics.",
};

function GhostSwitch({ store, fan }: { store: Store; fan: FanFrame | null }) {
  const ghosts = useStore(store, (state) => state.ghosts);
  const hasFlexes = useStore(store, (state) => state.hasFlexes);
  const shown = ghosts === "off" || !fan?.ghostKind ? ghosts : fan.ghostKind;
  return (
    <>
      <div class="fan-line">
        <h4>Ghosts</h4>
        <Segments
          label="Ghosts"
          choices={[
            { value: "off", text: "Off" },
            { value: "targets", text: "Targets" },
            { value: "ahead", text: "Held 0.2 s" },
          ]}
          value={ghosts}
          choose={(value) => store.set({ ghosts: value })}
        />
      </div>
      <p class="fan-note">
        {ghosts === "targets" && shown === "ahead" && "This task's actions are not joint targets. "}
        {ghostWords[shown]}
        {hasFlexes && shown !== "off" && " Ghosts have no cloth, ropes or soft bodies."}
      </p>
    </>
  );
}

/** A canvas as wide as its place that is drawn again when something it depends on changes. */
function useDrawing(
  store: Store,
  height: number,
  inputs: readonly unknown[],
  draw: (context: CanvasRenderingContext2D, width: number, colours: FanColours) => void,
) {
  const theme = useStore(store, (state) => state.theme);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = canvas.current!;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = canvas.current!;
    element.style.height = `${height}px`;
    if (width > 0) draw(prepare(element, width, height), width, coloursOf(element));
  }, [width, height, theme, ...inputs]);
  return canvas;
}
