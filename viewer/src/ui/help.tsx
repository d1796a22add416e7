/** The keys, and what the arrows and numbers mean. */
import { useEffect, useRef } from "preact/hooks";
import { type PageState, type Store, useStore } from "../state/store.ts";
import { type PadAction, padButtons } from "../steering/gamepad.ts";
import { Icon } from "./widgets/icons.tsx";

const padActionNames: Readonly<Record<PadAction, string>> = {
  push: "pushes",
  toggle: "pauses or plays",
  reset: "resets",
};

type Keys = readonly (readonly [string, string])[];

const keysOfTraining: Keys = [
  ["Space", "pause or resume the view; the training continues"],
  ["G", "show several robots side by side, or one"],
  ["← →", "previous or next robot"],
];
const keysOfDriving: Keys = [
  ["W S ↑ ↓", "forward, backward; Shift halves any steering command"],
  ["A D", "sideways"],
  ["Q E ← →", "turn"],
  ["Space", "pause or play the simulation"],
  [", .", "one control step back, forward"],
  ["L", "continue from the newest step"],
  ["R", "reset"],
  ["X", "push the robot; size and side are set beside the button"],
  ["B", "branch: drive on from here, with the original beside it"],
  ["− +", "slower, faster"],
];
/** Of the keys above, so many steer. */
const STEERING_KEYS = 3;
const keysOfGoals: Keys = [
  ["W A S D ↑ ↓ ← →", "move the goal over the ground, or turn it; Shift halves the speed"],
  ["Q E", "move the goal down, up, or turn it"],
];
const keysEverywhere: Keys = [
  ["F", "let the camera follow the robot"],
  ["C", "next camera"],
  ["P", "plots"],
  ["H", "start screen (in flowgait studio)"],
  ["N", "new training (in flowgait studio)"],
  ["V", "curves of all runs"],
  ["T", "light or dark theme"],
  ["?", "this help"],
];

/** The dialog with keys and explanations. */
export function Help({ store }: { store: Store }) {
  const isOpen = useStore(store, (state) => state.isHelpOpen);
  const isDriving = useStore(store, (state) => state.channel === "drive");
  const gamepad = useStore(store, (state) => state.gamepad);
  const hasHandles = useStore(store, (state) => (state.info?.handles ?? []).length > 0);
  const driving = hasHandles ? [...keysOfGoals, ...keysOfDriving.slice(STEERING_KEYS)] : keysOfDriving;
  const keys = [...(isDriving ? driving : keysOfTraining), ...keysEverywhere];
  const hasKeys = useStore(store, (state) => state.hasKeys);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const close = () => store.set({ isHelpOpen: false });
  return (
    <dialog class="help" ref={dialog} aria-label="Help" onClose={close}>
      <header>
        <h2>What you see</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      {isDriving ? <DrivingText gamepad={gamepad} /> : <TrainingText />}
      <label class="switch keys-switch">
        <span>Single-key shortcuts</span>
        <input
          type="checkbox"
          role="switch"
          aria-checked={hasKeys}
          checked={hasKeys}
          onChange={(event) => store.set({ hasKeys: event.currentTarget.checked })}
        />
      </label>
      {!hasKeys && <p>Off: only Space and the arrow keys act. Everything is reachable by button and menu.</p>}
      <dl>
        {keys.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p>
        <a href={`flow${location.search}`} target="_blank" rel="noreferrer">
          What is a flow?
        </a>{" "}
        An interactive figure.
      </p>
    </dialog>
  );
}

function TrainingText() {
  return (
    <>
      <p>
        The robots of the training, in the steps that were collected last. Between two collections the picture runs
        slower than real time so that it never stops. The number beside the pause button is its speed.
      </p>
      <p>
        <i class="swatch command" /> where a robot is commanded to go in the next second, <i class="swatch velocity" />{" "}
        where it goes. A bent arrow commands a turn. Click a robot to follow it, drag to turn the camera, scroll or
        pinch to zoom.
      </p>
    </>
  );
}

function DrivingText({ gamepad }: { gamepad: PageState["gamepad"] }) {
  return (
    <>
      <p>
        A separate simulation in real time. Steer with the keys below, a gamepad, or by dragging the pad; a released
        control returns to zero. One page steers at a time, all others watch.
      </p>
      <p>
        <i class="swatch command" /> where the robot is commanded to go in the next second,{" "}
        <i class="swatch velocity" /> where it goes. Drag the robot anywhere on its body: a spring pulls it. Drag beside
        it to turn the camera. Drag the time to go back: the recording is replayed until you act, and your action
        replaces the rest. Branch first to keep both: the original continues beside the branch.
      </p>
      <p>
        Gamepad: left stick walks, right stick turns
        {padButtons.map(({ name, action }) => `, ${name} ${padActionNames[action]}`).join("")}. A pad with another
        layout asks which of its sticks steer, and its buttons are ignored; the symbol below the sticks maps it again.{" "}
        {gamepad === null ? "None is connected; press a button on it." : `Connected: ${gamepad.name}.`}
      </p>
    </>
  );
}
