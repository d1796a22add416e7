/** What stands in the picture's place where the browser has no WebGL for it. */
import type { ScreenState } from "../scene/screen/screen.ts";
import { type Store, useStore } from "../state/store.ts";

const words: Readonly<Record<Exclude<ScreenState, "drawn">, { readonly title: string; readonly text: string }>> = {
  absent: {
    title: "No picture: WebGL 2 is not available",
    text: "The simulation runs, and all other parts of the page work. To see the robot, turn on hardware acceleration in the browser's settings or open this page in another browser, then reload it.",
  },
  lost: {
    title: "No picture: the browser has withdrawn WebGL",
    text: "The simulation runs, and all other parts of the page work. The picture returns when the browser restores WebGL. If it does not, reload the page.",
  },
};

/** Says why there is no picture; nothing while there is one. */
export function NoPicture({ store }: { store: Store }) {
  const screen = useStore(store, (state) => state.screen);
  if (screen === "drawn") return null;
  const { title, text } = words[screen];
  return (
    <div class="no-picture">
      <div class="glass" role="status" data-testid="no-picture">
        <h2>{title}</h2>
        <p>{text}</p>
      </div>
    </div>
  );
}
