/** Places of the rings around what may be moved by hand; the page draws them with the picture. */
import { type Store, useStore } from "../../state/store.ts";

/** An empty ring for each handle of the driven task. */
export function HandleMarks({ store }: { store: Store }) {
  const handles = useStore(store, (state) => state.info?.handles ?? none);
  const isDriving = useStore(store, (state) => state.channel === "drive" && state.screen === "drawn");
  if (!isDriving || handles.length === 0) return null;
  return (
    <svg class="handle-marks" aria-hidden="true">
      <path class="handle-box" />
      {handles.map(({ name }) => (
        <g key={name} data-handle={name} class="handle away">
          <path class="drop" />
          <path class="foot" />
          <path class="ring" />
          <path class="beads" />
        </g>
      ))}
    </svg>
  );
}

const none: readonly never[] = [];
