/** What the user does with the picture: pause, camera, which robots, what is drawn. */
import type { Page } from "../page.ts";
import { CAMERA_VIEWS, type CameraView, GRID_COUNTS, type Store, useStore, type ViewOptions } from "../store.ts";
import { formatSpeed } from "./format.ts";
import { Icon } from "./icons.tsx";
import { Menu } from "./menu.tsx";

const viewNames: Readonly<Record<CameraView, string>> = {
  "three-quarter": "Three-quarter",
  side: "Side",
  front: "Front",
  top: "From above",
  chase: "Behind the robot",
};

const optionNames: Readonly<Record<keyof ViewOptions, string>> = {
  shapes: "Robot",
  collisions: "Collision shapes",
  shadows: "Shadows",
  grid: "Ground grid",
  commandArrow: "Command arrow",
  velocityArrow: "Velocity arrow",
};

/** Chips of the environment picker on one leaf. */
const PICKER_LEAF = 64;

export function Toolbar({ store, page }: { store: Store; page: Page }) {
  const info = useStore(store, (state) => state.info);
  const isPaused = useStore(store, (state) => state.isPaused);
  const isFollowing = useStore(store, (state) => state.isFollowing);
  const gridCount = useStore(store, (state) => state.gridCount);
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
        onClick={() => page.setPaused(!isPaused)}
      >
        <Icon name={isPaused ? "play" : "pause"} />
      </button>
      <SpeedReadout store={store} />
      <i class="divider" />
      <button
        type="button"
        class="tool"
        aria-label="Follow the robot"
        aria-pressed={isFollowing}
        title="Follow the robot (F)"
        disabled={gridCount > 1}
        onClick={() => page.setFollowing(!isFollowing)}
      >
        <Icon name="follow" />
      </button>
      <CameraMenu store={store} page={page} />
      <GridMenu store={store} page={page} />
      <OptionsMenu store={store} page={page} />
      <i class="divider" />
      <button
        type="button"
        class="tool"
        aria-label="Previous robot"
        title="Previous robot (←)"
        onClick={() => page.followNext(-1)}
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
        class="tool"
        aria-label="Next robot"
        title="Next robot (→)"
        onClick={() => page.followNext(1)}
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

function CameraMenu({ store, page }: { store: Store; page: Page }) {
  const current = useStore(store, (state) => state.cameraView);
  return (
    <Menu label="Camera" title="Camera (C)" button={<Icon name="camera" />}>
      {(close) => (
        <Choices
          name="Camera"
          options={CAMERA_VIEWS.map((view) => ({ value: view, text: viewNames[view] }))}
          current={current}
          choose={(view) => {
            page.setCameraView(view);
            close();
          }}
        />
      )}
    </Menu>
  );
}

function GridMenu({ store, page }: { store: Store; page: Page }) {
  const current = useStore(store, (state) => state.gridCount);
  const total = useStore(store, (state) => state.info?.environments ?? 1);
  const counts = GRID_COUNTS.filter((count, k) => count <= total || GRID_COUNTS[k - 1] < total);
  return (
    <Menu label="Robots shown" title="Robots shown side by side (G)" button={<Icon name="grid" />}>
      {(close) => (
        <Choices
          name="Robots shown"
          options={counts.map((count) => ({
            value: count,
            text: count === 1 ? "One robot" : `${Math.min(count, total)} robots`,
          }))}
          current={current}
          choose={(count) => {
            page.setGridCount(count);
            close();
          }}
        />
      )}
    </Menu>
  );
}

interface ChoicesProps<T extends string | number> {
  readonly name: string;
  readonly options: readonly { readonly value: T; readonly text: string }[];
  readonly current: T;
  readonly choose: (value: T) => void;
}

function Choices<T extends string | number>({ name, options, current, choose }: ChoicesProps<T>) {
  return (
    <div class="choices" role="radiogroup" aria-label={name}>
      {options.map(({ value, text }) => (
        // biome-ignore lint/a11y/useSemanticElements: a button closes the menu at once, also when the chosen one is pressed again
        <button key={value} type="button" role="radio" aria-checked={value === current} onClick={() => choose(value)}>
          {text}
          {value === current && <Icon name="check" />}
        </button>
      ))}
    </div>
  );
}

function OptionsMenu({ store, page }: { store: Store; page: Page }) {
  const options = useStore(store, (state) => state.options);
  const hasCommand = useStore(store, (state) => state.info?.hasCommand ?? false);
  const names = (Object.keys(optionNames) as (keyof ViewOptions)[]).filter(
    (name) => hasCommand || !/Arrow$/.test(name),
  );
  return (
    <Menu label="What is drawn" title="What is drawn" button={<Icon name="sliders" />}>
      {() => (
        <div class="choices">
          {names.map((name) => (
            <label key={name} class="switch">
              <span>
                {optionNames[name]}
                {name === "commandArrow" && <i class="swatch command" />}
                {name === "velocityArrow" && <i class="swatch velocity" />}
              </span>
              <input
                type="checkbox"
                role="switch"
                aria-checked={options[name]}
                checked={options[name]}
                onChange={(event) => page.setOption(name, event.currentTarget.checked)}
              />
            </label>
          ))}
        </div>
      )}
    </Menu>
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
              onClick={() => page.followNext(-PICKER_LEAF)}
            >
              <Icon name="previous" />
            </button>
            <button
              type="button"
              class="icon-button"
              aria-label="Later robots"
              onClick={() => page.followNext(PICKER_LEAF)}
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
              page.follow(environment);
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
