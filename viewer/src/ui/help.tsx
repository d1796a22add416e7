/** The keys, and what the arrows and numbers mean. */
import { useEffect, useRef } from "preact/hooks";
import { type Store, useStore } from "../store.ts";
import { Icon } from "./icons.tsx";

const keys: readonly (readonly [string, string])[] = [
  ["Space", "pause or resume the view; the training goes on"],
  ["F", "let the camera follow the robot"],
  ["C", "next camera"],
  ["G", "more robots side by side, then one again"],
  ["← →", "previous or next robot"],
  ["P", "plots"],
  ["T", "light or dark"],
  ["?", "this sheet"],
];

export function Help({ store }: { store: Store }) {
  const isOpen = useStore(store, (state) => state.isHelpOpen);
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
      <p>
        The robots of the training itself, in the steps they were just collected in. Between two collections the picture
        runs slower than real time so that it never stands still; the number beside the pause button says how fast.
      </p>
      <p>
        <i class="swatch command" /> where a robot is asked to go in the next second, <i class="swatch velocity" />{" "}
        where it goes. A bent arrow asks it to turn. Click a robot to follow it, drag to turn the camera, scroll or
        pinch to come closer.
      </p>
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
    </dialog>
  );
}
