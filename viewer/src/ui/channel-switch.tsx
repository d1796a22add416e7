/** Watch the training, or drive: the two things that a page can look at. */
import type { Channel } from "../../../src/stream/protocol.ts";
import type { Page } from "../page/page.ts";
import { type Store, useStore } from "../state/store.ts";
import { radioKeys } from "./widgets/radio-keys.ts";

const names: Readonly<Record<Channel, string>> = { training: "Training", drive: "Drive" };
const order: readonly Channel[] = ["training", "drive"];

/** The switch between the channels; absent where there is one. */
export function ChannelSwitch({ store, page }: { store: Store; page: Page }) {
  const channels = useStore(store, (state) => state.channels);
  const channel = useStore(store, (state) => state.channel);
  const isStudio = useStore(store, (state) => state.isStudio);
  const isStart = useStore(store, (state) => state.isStudio && state.isStart);
  if (channels.length < 2) return null;
  return (
    <div class="segments" role="radiogroup" aria-label="What to look at" onKeyDown={(event) => radioKeys(event, true)}>
      {isStudio && (
        // biome-ignore lint/a11y/useSemanticElements: a segment is a button that looks pressed
        <button
          type="button"
          role="radio"
          aria-checked={isStart}
          tabIndex={isStart ? 0 : -1}
          title="Start (H)"
          onClick={() => page.place.goToStart()}
        >
          Start
        </button>
      )}
      {order
        .filter((name) => channels.includes(name))
        .map((name) => (
          // biome-ignore lint/a11y/useSemanticElements: a segment is a button that looks pressed
          <button
            key={name}
            type="button"
            role="radio"
            aria-checked={!isStart && name === channel}
            tabIndex={!isStart && name === channel ? 0 : -1}
            onClick={() => page.drive.show(name)}
          >
            {names[name]}
          </button>
        ))}
    </div>
  );
}
