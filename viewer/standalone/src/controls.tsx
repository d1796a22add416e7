/** What lies over the picture of an exported page: its title, and the studio's own controls. */
import type { Drive } from "../../src/page/drive.ts";
import { type Store, useStore } from "../../src/state/store.ts";
import { BodyName } from "../../src/ui/body-name.tsx";
import { ClockTools } from "../../src/ui/driving/clock-tools.tsx";
import { HandleMarks } from "../../src/ui/driving/handle-marks.tsx";
import { Steer } from "../../src/ui/driving/steer.tsx";
import { NoPicture } from "../../src/ui/no-picture.tsx";
import { Undrawn } from "../../src/ui/undrawn.tsx";

/** Everything of an exported page but the canvas. @param canPush false where the robot has no base to push */
export function Controls({ store, drive, canPush }: { store: Store; drive: Drive; canPush: boolean }) {
  return (
    <>
      <NoPicture store={store} />
      <Undrawn store={store} />
      <HandleMarks store={store} />
      <BodyName store={store} />
      <Title store={store} />
      <div class="lower">
        <Steer store={store} page={{ drive }} />
        <nav class="toolbar glass" aria-label="Simulation">
          <ClockTools store={store} drive={drive} canPush={canPush} />
        </nav>
      </div>
    </>
  );
}

function Title({ store }: { store: Store }) {
  const info = useStore(store, (state) => state.info);
  const falls = useStore(store, (state) => state.drive?.falls ?? 0);
  const detail = useStore(store, (state) => state.drive?.detail);
  return (
    <header class="page-title glass">
      <h1>{info?.task}</h1>
      <p>{info?.run}</p>
      <p data-testid="falls">{falls === 1 ? "1 fall" : `${falls} falls`}</p>
      {detail && (
        <p role="status" data-testid="drive-detail">
          {detail}
        </p>
      )}
    </header>
  );
}
