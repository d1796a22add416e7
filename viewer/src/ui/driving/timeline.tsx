/** The recording so far: drag to go back, press Live to return, save it as a replay file or a film. */
import { useEffect, useState } from "preact/hooks";
import type { DriveMessage } from "../../../../src/stream/protocol.ts";
import type { Page } from "../../page/page.ts";
import { Video } from "../../page/video.ts";
import { type Store, useStore } from "../../state/store.ts";
import { Icon } from "../widgets/icons.tsx";

/** A requested place is shown until the server reaches it, at most this long. */
const PATIENCE_MS = 700;

/** The slider of the recorded steps, and its buttons. */
export function Timeline({ store, page }: { store: Store; page: Page }) {
  const drive = useStore(store, (state) => state.drive);
  const controlHz = useStore(store, (state) => state.info?.controlHz ?? 1);
  const hasScene = useStore(store, (state) => state.info !== null);
  const [asked, setAsked] = useState<number | null>(null);
  useEffect(() => {
    if (asked === null) return;
    const timer = setTimeout(() => setAsked(null), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [asked, drive?.step === asked]);
  if (!hasScene || !drive || drive.state === "loading" || drive.state === "failed") return null;
  const step = asked ?? drive.step;
  const ago = (drive.newest - step) / controlHz;
  const seek = (wanted: number) => {
    setAsked(wanted);
    page.drive.seek(wanted);
  };
  return (
    <div class="timeline glass">
      <div class="timeline-range">
        <input
          type="range"
          aria-label="Time"
          aria-valuetext={ago < 0.05 ? "now" : `${ago.toFixed(1)} seconds ago`}
          min={drive.oldest}
          max={Math.max(drive.newest, drive.oldest + 1)}
          value={step}
          onPointerUp={giveKeysBack}
          onInput={(event) => seek(Number(event.currentTarget.value))}
        />
        {drive.branch && <i class="timeline-fork" style={{ left: placeOf(drive.branch.start, drive) }} />}
      </div>
      <span class="timeline-ago" data-testid="ago">
        {ago < 0.05 ? "now" : `−${ago.toFixed(1)} s`}
      </span>
      <button
        type="button"
        class={ago < 0.05 ? "text-button live" : "text-button"}
        title="Continue from the newest step (L)"
        onPointerUp={giveKeysBack}
        onClick={() => {
          setAsked(null);
          page.drive.goLive();
        }}
      >
        Live
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Branch here"
        title="Branch here, with the original beside it (B)"
        onPointerUp={giveKeysBack}
        onClick={() => page.drive.branch("begin")}
      >
        <Icon name="branch" />
      </button>
      <i class="divider" />
      <button
        type="button"
        class="icon-button"
        aria-label="Save replay"
        title="Save a replay file, which replays this recording bit for bit"
        onPointerUp={giveKeysBack}
        onClick={() => page.drive.saveReplay()}
      >
        <Icon name="save" />
      </button>
      <FilmButton store={store} page={page} />
    </div>
  );
}

/** Where a step is on the slider, whose thumb is 16 pixels wide. */
function placeOf(step: number, { oldest, newest }: DriveMessage): string {
  const share = Math.min(1, Math.max(0, (step - oldest) / Math.max(1, newest - oldest)));
  return `calc(8px + ${share} * (100% - 16px))`;
}

function FilmButton({ store, page }: { store: Store; page: Page }) {
  const isFilming = useStore(store, (state) => state.isFilming);
  const hasPicture = useStore(store, (state) => state.screen === "drawn");
  if (!Video.isPossible || !hasPicture) return null;
  return (
    <button
      type="button"
      class={isFilming ? "icon-button filming" : "icon-button"}
      aria-label={isFilming ? "Stop filming" : "Film the picture"}
      aria-pressed={isFilming}
      title={isFilming ? "Stop recording and save the film" : "Film the picture"}
      onPointerUp={giveKeysBack}
      onClick={() => page.video.toggle()}
    >
      <Icon name={isFilming ? "filming" : "film"} />
    </button>
  );
}

/** After a click the space bar pauses again instead of pressing what was clicked; the keyboard's own focus stays. */
export function giveKeysBack(event: { readonly currentTarget: HTMLElement }): void {
  event.currentTarget.blur();
}
