/** The toolbar while driving: the simulation's clock, the picture, and whose policy acts. */
import { type Driver, driversOf } from "../../page/gallery.ts";
import type { Page } from "../../page/page.ts";
import { IN_TRAINING } from "../../page/place.ts";
import { type Store, useStore } from "../../state/store.ts";
import { CameraMenu, FollowButton, OptionsMenu } from "../view-menus.tsx";
import { Choices } from "../widgets/choices.tsx";
import { Icon } from "../widgets/icons.tsx";
import { Menu } from "../widgets/menu.tsx";
import { ClockTools } from "./clock-tools.tsx";

/** The toolbar of the drive channel. */
export function DriveBar({ store, page }: { store: Store; page: Page }) {
  const hasScene = useStore(store, (state) => state.info !== null);
  const isBare = useStore(store, (state) => state.info?.capabilities.includes("pose") ?? false);
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
      {!isBare && <i class="divider" />}
      {!isBare && <RobotButton store={store} />}
      {!isBare && <PolicyMenu store={store} page={page} />}
    </nav>
  );
}

/** Opens the list of all robots, where the studio has one. */
function RobotButton({ store }: { store: Store }) {
  const hasGallery = useStore(store, (state) => state.gallery !== null);
  if (!hasGallery) return null;
  return (
    <button
      type="button"
      class="tool"
      aria-label="Robots"
      title="Drive another robot"
      onClick={() => store.set({ areRobotsOpen: true })}
    >
      <Icon name="robot" />
    </button>
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

interface OtherRobotsProps {
  readonly others: readonly Driver[];
  /** Whether there is a robot in training to return to. */
  readonly isTraining: boolean;
  readonly choose: (name: string | null) => void;
}

/** Controllers of other robots, which take the place of the one that is driven. */
function OtherRobots({ others, isTraining, choose }: OtherRobotsProps) {
  return (
    <fieldset class="choices other-robots">
      <legend>Other robots</legend>
      {isTraining && (
        <button type="button" onClick={() => choose(null)}>
          The robot in training
        </button>
      )}
      {others.map(({ name, isExperimental }) => (
        <button key={name} type="button" onClick={() => choose(name)}>
          {name}
          {isExperimental && <em class="badge">experimental</em>}
        </button>
      ))}
    </fieldset>
  );
}

/** Which policy acts; another one takes over in the middle of a step, as it stands. */
function PolicyMenu({ store, page }: { store: Store; page: Page }) {
  const drive = useStore(store, (state) => state.drive);
  const gallery = useStore(store, (state) => state.gallery);
  const others = driversOf(gallery ?? []).filter(({ name }) => name !== drive?.policy);
  const policies = drive?.policies ?? [];
  const canReturn = gallery !== null && !policies.some(({ key }) => key === IN_TRAINING);
  const hasTraining = useStore(store, (state) => state.studio.shown !== null);
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
            options={policies.map(({ key, label, isShipped }) => ({
              value: key,
              text: isShipped ? `${label} (ships with flowgait)` : label,
            }))}
            current={drive?.policy ?? ""}
            choose={(key) => {
              page.drive.choosePolicy(key);
              close();
            }}
          />
          {gallery && (
            <OtherRobots
              others={others}
              isTraining={canReturn && hasTraining}
              choose={(name) => {
                page.place.drive(name);
                close();
              }}
            />
          )}
        </div>
      )}
    </Menu>
  );
}
