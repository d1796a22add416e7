/** The keys, and what the arrows and numbers mean. */
import { useEffect, useRef } from "preact/hooks";
import { type PageState, type Store, useStore } from "../state/store.ts";
import { type PadAction, padButtons } from "../steering/gamepad.ts";
import { Icon } from "./widgets/icons.tsx";

const padActionNames: Readonly<Record<PadAction, string>> = {
  push: "pushes",
  toggle: "pauses or plays",
  reset: "begins anew",
};

type Keys = readonly (readonly [string, string])[];

const keysOfTraining: Keys = [
  ["Space", "pause or resume the view; the training goes on"],
  ["G", "more robots side by side, then one again"],
  ["← →", "previous or next robot"],
];
const keysOfDriving: Keys = [
  ["W S ↑ ↓", "forward, backward; with Shift by half, as all that follow"],
  ["A D", "sideways"],
  ["Q E ← →", "turn"],
  ["Space", "pause or play the simulation"],
  [", .", "one control step back, forward"],
  ["L", "back to the newest step, and on"],
  ["R", "begin anew"],
  ["X", "push the robot from some side"],
  ["B", "branch: another future from here, with the known one beside it"],
  ["− +", "slower, faster"],
];
const keysEverywhere: Keys = [
  ["F", "let the camera follow the robot"],
  ["C", "next camera"],
  ["P", "plots"],
  ["N", "new training, where the studio runs"],
  ["V", "all curves, of other runs too"],
  ["T", "light or dark"],
  ["?", "this sheet"],
];

/** The dialog with keys and explanations. */
export function Help({ store }: { store: Store }) {
  const isOpen = useStore(store, (state) => state.isHelpOpen);
  const isDriving = useStore(store, (state) => state.channel === "drive");
  const gamepad = useStore(store, (state) => state.gamepad);
  const keys = [...(isDriving ? keysOfDriving : keysOfTraining), ...keysEverywhere];
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
        A figure to play with.
      </p>
    </dialog>
  );
}

function TrainingText() {
  return (
    <>
      <p>
        The robots of the training itself, in the steps they were just collected in. Between two collections the picture
        runs slower than real time so that it never stands still; the number beside the pause button says how fast.
      </p>
      <p>
        <i class="swatch command" /> where a robot is asked to go in the next second, <i class="swatch velocity" />{" "}
        where it goes. A bent arrow asks it to turn. Click a robot to follow it, drag to turn the camera, scroll or
        pinch to come closer.
      </p>
    </>
  );
}

function DrivingText({ gamepad }: { gamepad: PageState["gamepad"] }) {
  return (
    <>
      <p>
        A simulation of its own, in real time. Steer with the keys below, a gamepad, or by dragging the pad; what is let
        go fades to a stand. One page steers at a time, all others watch.
      </p>
      <p>
        <i class="swatch command" /> where the robot is asked to go in the next second, <i class="swatch velocity" />{" "}
        where it goes. Take hold of the robot anywhere and drag: a spring pulls it. Drag beside it to turn the camera.
        Drag the time to go back: what was done then happens again, until something else is done; that begins another
        future. Branch first to see both: the known course goes on beside the one that you change.
      </p>
      <p>
        Gamepad: left stick walks, right stick turns
        {padButtons.map(({ name, action }) => `, ${name} ${padActionNames[action]}`).join("")}. A pad with another
        layout asks which of its sticks steer, and its buttons do nothing; the symbol below the sticks asks once more.{" "}
        {gamepad === null ? "None is connected; press a button on it." : `Connected: ${gamepad.name}.`}
      </p>
    </>
  );
}
