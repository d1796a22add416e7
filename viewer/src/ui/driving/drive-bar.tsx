/** The toolbar while driving: the simulation's clock, the picture, and whose policy acts. */
import type { Page } from "../../page/page.ts";
import { type Store, useStore } from "../../state/store.ts";
import { CameraMenu, FollowButton, OptionsMenu } from "../view-menus.tsx";
import { Choices } from "../widgets/choices.tsx";
import { Icon } from "../widgets/icons.tsx";
import { Menu } from "../widgets/menu.tsx";
import { ClockTools } from "./clock-tools.tsx";

/** The toolbar of the drive channel. */
export function DriveBar({ store, page }: { store: Store; page: Page }) {
  const hasScene = useStore(store, (state) => state.info !== null);
  if (!hasScene) return null;
  return (
    <nav class="toolbar glass" aria-label="Simulation">
      <ClockTools store={store} drive={page.drive}>
        <KeyframeMenu store={store} page={page} />
      </ClockTools>
      <i class="divider" />
      <FollowButton store={store} page={page} />
      <CameraMenu store={store} page={page} />
      <OptionsMenu store={store} page={page} />
      <i class="divider" />
      <PolicyMenu store={store} page={page} />
    </nav>
  );
}

/** Poses that the model names. */
function KeyframeMenu({ store, page }: { store: Store; page: Page }) {
  const keyframes = useStore(store, (state) => state.info?.keyframes ?? []);
  if (keyframes.length === 0) return null;
  return (
    <Menu label="Keyframe" title="Set the robot to a keyframe of its model" button={<Icon name="pose" />}>
      {(close) => (
        <div class="choices">
          {keyframes.map((name) => (
            <button
              key={name}
              type="button"
              onClick={() => {
                page.drive.goToKeyframe(name);
                close();
              }}
            >
              {name}
            </button>
          ))}
        </div>
      )}
    </Menu>
  );
}

/** Which policy acts; another one takes over in the middle of a step, as it stands. */
function PolicyMenu({ store, page }: { store: Store; page: Page }) {
  const drive = useStore(store, (state) => state.drive);
  const policies = drive?.policies ?? [];
  const current = policies.find(({ key }) => key === drive?.policy);
  return (
    <Menu
      label="Policy"
      title={`Policy: ${current?.label ?? drive?.policy ?? ""}`}
      button={
        <>
          <span class="policy-icon">
            <Icon name="policy" />
          </span>
          <span class="policy-name" data-testid="policy">
            {current?.label ?? "Policy"}
          </span>
        </>
      }
    >
      {(close) => (
        <div class="long-sheet">
          <Choices
            name="Policy"
            options={policies.map(({ key, label }) => ({ value: key, text: label }))}
            current={drive?.policy ?? ""}
            choose={(key) => {
              page.drive.choosePolicy(key);
              close();
            }}
          />
        </div>
      )}
    </Menu>
  );
}
