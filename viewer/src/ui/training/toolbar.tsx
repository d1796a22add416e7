/** What the user does with the picture of a training: pause, camera, which robots, what is drawn. */
import type { Page } from "../../page/page.ts";
import { GRID_COUNTS, type Store, useStore } from "../../state/store.ts";
import { CameraMenu, FollowButton, OptionsMenu } from "../view-menus.tsx";
import { Choices } from "../widgets/choices.tsx";
import { formatSpeed } from "../widgets/format.ts";
import { Icon } from "../widgets/icons.tsx";
import { Menu } from "../widgets/menu.tsx";

/** Chips of the environment picker on one leaf. */
const PICKER_LEAF = 64;

/** The toolbar of the training channel. */
export function Toolbar({ store, page }: { store: Store; page: Page }) {
  const info = useStore(store, (state) => state.info);
  const isPaused = useStore(store, (state) => state.isPaused);
  const followed = useStore(store, (state) => state.followed);
  if (!info) return null;
  return (
    <nav class="toolbar glass" aria-label="View">
      <button
        type="button"
        class="tool"
        aria-label={isPaused ? "Resume view" : "Pause view"}
        aria-pressed={isPaused}
        title="Pause the view (Space)"
        onClick={() => page.view.setPaused(!isPaused)}
      >
        <Icon name={isPaused ? "play" : "pause"} />
      </button>
      <SpeedReadout store={store} />
      <i class="divider" />
      <FollowButton store={store} page={page} />
      <CameraMenu store={store} page={page} />
      <GridMenu store={store} page={page} />
      <OptionsMenu store={store} page={page} />
      <i class="divider" />
      <button
        type="button"
        class="tool step-robot"
        aria-label="Previous robot"
        title="Previous robot (←)"
        onClick={() => page.view.followNext(-1)}
      >
        <Icon name="previous" />
      </button>
      <Menu
        label="Choose a robot"
        title="Choose a robot"
        button={
          <span class="robot-number" data-testid="followed">
            Robot {followed}
          </span>
        }
      >
        {(close) => <Picker store={store} page={page} close={close} />}
      </Menu>
      <button
        type="button"
        class="tool step-robot"
        aria-label="Next robot"
        title="Next robot (→)"
        onClick={() => page.view.followNext(1)}
      >
        <Icon name="next" />
      </button>
    </nav>
  );
}

function SpeedReadout({ store }: { store: Store }) {
  const speed = useStore(store, (state) => state.speed);
  const isPaused = useStore(store, (state) => state.isPaused);
  const text = isPaused ? "paused" : speed > 0 ? formatSpeed(speed) : "–";
  return (
    <span class="speed" data-testid="speed" title="Speed of the picture, as a multiple of real time">
      {text}
    </span>
  );
}

function GridMenu({ store, page }: { store: Store; page: Page }) {
  const current = useStore(store, (state) => state.gridCount);
  const total = useStore(store, (state) => state.info?.environments ?? 1);
  const counts = GRID_COUNTS.filter((count, k) => count <= total || GRID_COUNTS[k - 1] < total);
  return (
    <Menu
      label="Robots shown"
      title="Robots shown side by side (G)"
      button={<GridIcon count={Math.min(current, total)} />}
    >
      {(close) => (
        <Choices
          name="Robots shown"
          options={counts.map((count) => ({
            value: count,
            text: count === 1 ? "One robot" : `${Math.min(count, total)} robots`,
          }))}
          current={current}
          choose={(count) => {
            page.view.setGridCount(count);
            close();
          }}
        />
      )}
    </Menu>
  );
}

function GridIcon({ count }: { count: number }) {
  return (
    <>
      <Icon name="grid" />
      <span class="tool-count" data-testid="robots-shown">
        {count}
      </span>
    </>
  );
}

function Picker({ store, page, close }: { store: Store; page: Page; close: () => void }) {
  const followed = useStore(store, (state) => state.followed);
  const total = useStore(store, (state) => state.info?.environments ?? 1);
  const first = Math.floor(followed / PICKER_LEAF) * PICKER_LEAF;
  const chips = Array.from({ length: Math.min(PICKER_LEAF, total - first) }, (_, k) => first + k);
  return (
    <div class="picker">
      <header>
        <span>
          Robots {first} to {first + chips.length - 1} of {total}
        </span>
        {total > PICKER_LEAF && (
          <span>
            <button
              type="button"
              class="icon-button"
              aria-label="Earlier robots"
              onClick={() => page.view.followNext(-PICKER_LEAF)}
            >
              <Icon name="previous" />
            </button>
            <button
              type="button"
              class="icon-button"
              aria-label="Later robots"
              onClick={() => page.view.followNext(PICKER_LEAF)}
            >
              <Icon name="next" />
            </button>
          </span>
        )}
      </header>
      <div class="chips">
        {chips.map((environment) => (
          <button
            key={environment}
            type="button"
            aria-label={`Robot ${environment}`}
            aria-pressed={environment === followed}
            onClick={() => {
              page.view.follow(environment);
              close();
            }}
          >
            {environment}
          </button>
        ))}
      </div>
    </div>
  );
}
