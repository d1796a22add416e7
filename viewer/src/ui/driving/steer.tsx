/** The pad that steers: a disc to drag for walking, a bar below it for turning. Shows the commanded and the measured velocity. */
import { useRef } from "preact/hooks";
import type { Drive } from "../../page/drive.ts";
import { type Store, useStore } from "../../state/store.ts";
import { axisOf } from "../../steering/axes.ts";
import type { PadWatch } from "../../steering/gamepad.ts";
import { formatFixed } from "../widgets/format.ts";
import { PadButton, PadQuestions } from "./pad-questions.tsx";

/** Share of the disc within which a finger commands nothing. */
const PAD_DEAD_ZONE = 0.1;

interface Wants {
  forward: number;
  left: number;
  turn: number;
}

/** The steering pad. @param page whose drive takes the commands */
export function Steer({ store, page }: { store: Store; page: { readonly drive: Drive } }) {
  const info = useStore(store, (state) => state.info);
  const wants = useRef<Wants>({ forward: 0, left: 0, turn: 0 });
  if (!info?.capabilities.includes("steer")) return null;
  const ask = (change: Partial<Wants>) => {
    Object.assign(wants.current, change);
    page.drive.steering.ask("stick", { ...wants.current });
  };
  return (
    <section class="steer glass" aria-label="Steering">
      <PadQuestions store={store} pads={page.drive.pads} />
      <Wheel store={store} page={page} />
      <div class="steer-row">
        <Disc store={store} ask={ask} />
        <Readings store={store} />
      </div>
      <TurnBar store={store} ask={ask} />
      <Keys store={store} pads={page.drive.pads} />
    </section>
  );
}

/** Who steers, where it is not this page. */
function Wheel({ store, page }: { store: Store; page: { readonly drive: Drive } }) {
  const driver = useStore(store, (state) => state.drive?.driver ?? null);
  const viewer = useStore(store, (state) => state.viewer);
  if (driver === null || driver === viewer) return null;
  return (
    <div class="steer-other" role="status" data-testid="other-driver">
      Viewer {driver} steers
      <button type="button" class="text-button" onClick={() => page.drive.takeWheel()}>
        Take over
      </button>
    </div>
  );
}

type Ask = { readonly ask: (change: Partial<Wants>) => void };

/** Dragging inside an element as a point in [-1, 1]², x to the right and y up; (0, 0) when let go. */
function dragHandlers(move: (x: number, y: number) => void) {
  const at = (event: PointerEvent) => {
    const { left, top, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    move((2 * (event.clientX - left)) / width - 1, 1 - (2 * (event.clientY - top)) / height);
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      at(event);
    },
    onPointerMove: (event: PointerEvent) => {
      if ((event.currentTarget as HTMLElement).hasPointerCapture(event.pointerId)) at(event);
    },
    onPointerUp: () => move(0, 0),
    onPointerCancel: () => move(0, 0),
  };
}

function Disc({ store, ask }: { store: Store } & Ask) {
  const axes = useStore(store, (state) => state.axes);
  const motion = useStore(store, (state) => state.motion);
  const ranges = useStore(store, (state) => state.info?.commandRanges ?? []);
  const drag = dragHandlers((x, y) => {
    const length = Math.hypot(x, y);
    const share = length > PAD_DEAD_ZONE ? Math.min(1, length) / length : 0;
    ask({ forward: share * y, left: -share * x });
  });
  const place = (forward: number, left: number) => ({ left: `${50 - 50 * left}%`, top: `${50 - 50 * forward}%` });
  const shown = (values: readonly number[]) => place(axisOf(values[0], ranges[0]), axisOf(values[1], ranges[1]));
  return (
    <div class="disc" data-testid="stick" {...drag}>
      <i class="disc-cross" />
      {motion && <i class="disc-mark velocity" style={shown(motion.twist)} />}
      {motion && <i class="disc-mark command" style={shown(motion.command)} />}
      <i class="disc-knob" style={place(axes.forward, axes.left)} />
    </div>
  );
}

function TurnBar({ store, ask }: { store: Store } & Ask) {
  const turn = useStore(store, (state) => state.axes.turn);
  const motion = useStore(store, (state) => state.motion);
  const range = useStore(store, (state) => state.info?.commandRanges[2] ?? ([0, 0] as const));
  const drag = dragHandlers((x) => ask({ turn: Math.abs(x) > PAD_DEAD_ZONE ? -Math.max(-1, Math.min(1, x)) : 0 }));
  const place = (value: number) => ({ left: `${50 - 50 * value}%` });
  return (
    <div class="turn-bar" data-testid="turn-stick" {...drag}>
      {motion && <i class="disc-mark velocity" style={place(axisOf(motion.twist[2], range))} />}
      {motion && <i class="disc-mark command" style={place(axisOf(motion.command[2], range))} />}
      <i class="disc-knob" style={place(turn)} />
    </div>
  );
}

const readings = [
  { name: "forward", unit: "m/s" },
  { name: "left", unit: "m/s" },
  { name: "turn", unit: "rad/s" },
] as const;

function Readings({ store }: { store: Store }) {
  const motion = useStore(store, (state) => state.motion);
  const latencyMs = useStore(store, (state) => state.latencyMs);
  return (
    <dl class="steer-readings">
      {readings.map(({ name, unit }, i) => (
        <div key={name} title={`${name} in ${unit}: commanded, measured`}>
          <dt>{name}</dt>
          <dd class="asked">{formatFixed(motion?.command[i])}</dd>
          <dd class="measured">{formatFixed(motion?.twist[i])}</dd>
        </div>
      ))}
      <div title="From this page to the simulation and back">
        <dt>latency</dt>
        <dd class="latency" data-testid="latency">
          {latencyMs === null ? "–" : `${Math.max(1, Math.round(latencyMs))} ms`}
        </dd>
      </div>
    </dl>
  );
}

const caps = [
  { text: "Q", codes: ["KeyQ", "ArrowLeft"] },
  { text: "W", codes: ["KeyW", "ArrowUp"] },
  { text: "E", codes: ["KeyE", "ArrowRight"] },
  { text: "A", codes: ["KeyA"] },
  { text: "S", codes: ["KeyS", "ArrowDown"] },
  { text: "D", codes: ["KeyD"] },
] as const;

function Keys({ store, pads }: { store: Store; pads: PadWatch }) {
  const held = useStore(store, (state) => state.heldKeys);
  return (
    <div class="steer-keys">
      {caps.map(({ text, codes }) => (
        <kbd key={text} class={codes.some((code) => held.has(code)) ? "held" : ""}>
          {text}
        </kbd>
      ))}
      <PadButton store={store} pads={pads} />
    </div>
  );
}
