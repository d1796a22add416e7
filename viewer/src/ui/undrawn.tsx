/** Names what the model has and the picture lacks, until it was read. */
import { type Store, useStore } from "../state/store.ts";

/** Longer lists are cut. */
const MOST = 4;

/** A notice that can be closed. */
export function Undrawn({ store }: { store: Store }) {
  const undrawn = useStore(store, (state) => state.undrawn);
  const hasPicture = useStore(store, (state) => state.screen === "drawn");
  if (undrawn.length === 0 || !hasPicture) return null;
  const more = undrawn.length - MOST;
  return (
    <section class="undrawn glass" role="status" aria-label="Not drawn" data-testid="undrawn">
      <h2>Not drawn</h2>
      <ul>
        {undrawn.slice(0, MOST).map((words) => (
          <li key={words}>{words}</li>
        ))}
        {more > 0 && <li>and {more} more</li>}
      </ul>
      <button type="button" class="text-button" onClick={() => store.set({ undrawn: [] })}>
        Dismiss
      </button>
    </section>
  );
}
