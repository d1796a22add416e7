/** Controls of the picture that every toolbar has: following, camera, what is drawn. */
import type { Page } from "../page/page.ts";
import { CAMERA_VIEWS, type CameraView, type Store, useStore, type ViewOptions } from "../state/store.ts";
import { Choices } from "./widgets/choices.tsx";
import { Icon } from "./widgets/icons.tsx";
import { Menu } from "./widgets/menu.tsx";

const viewNames: Readonly<Record<CameraView, string>> = {
  "three-quarter": "Three-quarter",
  side: "Side",
  front: "Front",
  top: "From above",
  chase: "Behind the robot",
  eyes: "First person",
};

const optionNames: Readonly<Record<keyof ViewOptions, string>> = {
  shapes: "Robot",
  collisions: "Collision shapes",
  shadows: "Shadows",
  grid: "Ground grid",
  modelGround: "Model's floor and sky",
  commandArrow: "Command arrow",
  velocityArrow: "Velocity arrow",
  contacts: "Contact forces",
  jointAxes: "Joint axes",
  sites: "Sites",
  centreOfMass: "Centre of mass",
  footTraces: "Foot traces",
};

/** Lets the camera go along with the robot. */
export function FollowButton({ store, page }: { store: Store; page: Page }) {
  const isFollowing = useStore(store, (state) => state.isFollowing);
  const isGrid = useStore(store, (state) => Math.min(state.gridCount, state.info?.environments ?? 1) > 1);
  return (
    <button
      type="button"
      class="tool"
      aria-label="Follow the robot"
      aria-pressed={isFollowing}
      title="Follow the robot (F)"
      disabled={isGrid}
      onClick={() => page.view.setFollowing(!isFollowing)}
    >
      <Icon name="follow" />
    </button>
  );
}

/** The menu of camera views. */
export function CameraMenu({ store, page }: { store: Store; page: Page }) {
  const current = useStore(store, (state) => state.cameraView);
  return (
    <Menu label="Camera" title="Camera (C)" button={<Icon name="camera" />}>
      {(close) => (
        <Choices
          name="Camera"
          options={CAMERA_VIEWS.map((view) => ({ value: view, text: viewNames[view] }))}
          current={current}
          choose={(view) => {
            page.view.setCameraView(view);
            close();
          }}
        />
      )}
    </Menu>
  );
}

/** The menu of what is drawn. */
export function OptionsMenu({ store, page }: { store: Store; page: Page }) {
  const options = useStore(store, (state) => state.options);
  const hasCommand = useStore(store, (state) => state.info?.hasCommand ?? false);
  const isDriving = useStore(store, (state) => state.channel === "drive");
  // Contacts are known for the driven robot only.
  const names = (Object.keys(optionNames) as (keyof ViewOptions)[]).filter(
    (name) => (hasCommand || !/Arrow$/.test(name)) && (isDriving || name !== "contacts"),
  );
  return (
    <Menu label="Display" title="Display" button={<Icon name="sliders" />}>
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
                onChange={(event) => page.view.setOption(name, event.currentTarget.checked)}
              />
            </label>
          ))}
        </div>
      )}
    </Menu>
  );
}
