/** Why the robot fell last: the verdict in words, and a button for each drive that shows it. */
import type { Page } from "../../page/page.ts";
import { type Store, useStore } from "../../state/store.ts";
import { giveKeysBack } from "./timeline.tsx";

/** The button beside the number of falls. */
export function WhyButton({ store, page }: { store: Store; page: Page }) {
  const hasFallen = useStore(store, (state) => (state.drive?.falls ?? 0) > 0);
  const isSearching = useStore(store, (state) => state.drive?.fall?.state === "searching");
  const isShowing = useStore(store, (state) => state.drive?.fall?.shown != null);
  if (!hasFallen || isShowing) return null;
  return (
    <button
      type="button"
      class="text-button why-button"
      disabled={isSearching}
      aria-label="Why did it fall?"
      title="Replay the last fall without each of its causes, and find what it took"
      onPointerUp={giveKeysBack}
      onClick={() => page.drive.why()}
    >
      why?
    </button>
  );
}

/** Above the timeline. */
export function WhyBar({ store, page }: { store: Store; page: Page }) {
  const fall = useStore(store, (state) => state.drive?.fall);
  if (!fall) return null;
  const isSearching = fall.state === "searching";
  return (
    <section class="why-bar glass" aria-label="Why it fell" aria-busy={isSearching}>
      <p class={fall.state === "failed" ? "why-words failed" : "why-words"} role="status" data-testid="why">
        {isSearching ? `Why did it fall? ${fall.words} …` : fall.words}
        {fall.rescue && <small>{fall.rescue}</small>}
      </p>
      <div class="why-verdicts">
        {fall.verdicts.map(({ words, falls }, place) => (
          <button
            key={words}
            type="button"
            class={fall.shown === place ? "text-button live" : "text-button"}
            aria-pressed={fall.shown === place}
            onPointerUp={giveKeysBack}
            title={`Watch it: ${falls ? "it falls" : "it stays up"}`}
            onClick={() => page.drive.showVerdict(place)}
          >
            {words}
          </button>
        ))}
        <button
          type="button"
          class="text-button"
          onPointerUp={giveKeysBack}
          onClick={() => page.drive.showVerdict(null)}
        >
          {fall.shown === null ? "Close" : "Back to my drive"}
        </button>
      </div>
    </section>
  );
}
