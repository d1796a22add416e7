/** The toolbar while driving: the simulation's clock, the picture, and whose policy acts. */
import { SPEEDS } from "../drive.ts";
import type { Page } from "../page.ts";
import { type Store, useStore } from "../store.ts";
import { Choices } from "./choices.tsx";
import { formatSpeed } from "./format.ts";
import { Icon, type IconName } from "./icons.tsx";
import { Menu } from "./menu.tsx";
import { CameraMenu, FollowButton, OptionsMenu } from "./view-menus.tsx";

export function DriveBar({ store, page }: { store: Store; page: Page }) {
  const hasScene = useStore(store, (state) => state.info !== null);
  const isPlaying = useStore(store, (state) => state.drive?.state === "playing");
  if (!hasScene) return null;
  const { drive } = page;
  return (
    <nav class="toolbar glass" aria-label="Simulation">
      <Tool
        icon={isPlaying ? "pause" : "play"}
        label={isPlaying ? "Pause simulation" : "Play simulation"}
        hint="Space"
        act={() => drive.togglePlaying()}
      />
      <Tool icon="step" label="One control step" hint="." act={() => drive.simulate("step")} />
      <Tool icon="reset" label="Begin anew" hint="R" act={() => drive.simulate("reset")} />
      <Tool icon="push" label="Push the robot" hint="X" act={() => drive.push()} />
      <KeyframeMenu store={store} page={page} />
      <SpeedMenu store={store} page={page} />
      <i class="divider" />
      <FollowButton store={store} page={page} />
      <CameraMenu store={store} page={page} />
      <OptionsMenu store={store} page={page} />
      <i class="divider" />
      <PolicyMenu store={store} page={page} />
    </nav>
  );
}

function Tool({ icon, label, hint, act }: { icon: IconName; label: string; hint: string; act: () => void }) {
  return (
    <button type="button" class="tool" aria-label={label} title={`${label} (${hint})`} onClick={act}>
      <Icon name={icon} />
    </button>
  );
}

/** Poses that the model names. */
function KeyframeMenu({ store, page }: { store: Store; page: Page }) {
  const keyframes = useStore(store, (state) => state.info?.keyframes ?? []);
  if (keyframes.length === 0) return null;
  return (
    <Menu label="Keyframe" title="Put the robot into a keyframe of its model" button={<Icon name="pose" />}>
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

/** Wanted speed to choose, reached speed to read. */
function SpeedMenu({ store, page }: { store: Store; page: Page }) {
  const drive = useStore(store, (state) => state.drive);
  const speed = drive?.speed ?? 1;
  const reached = drive?.state === "playing" ? drive.realTimeFactor : 0;
  return (
    <Menu
      label="Speed"
      title={`Speed: ${formatSpeed(speed)} of real time wanted, ${reached.toFixed(2)} reached (− +)`}
      button={
        <span class="speed-wanted">
          {speedName(speed)}
          <small data-testid="real-time-factor" class={reached > 0 && reached < 0.9 * speed ? "slow" : ""}>
            {drive?.state === "playing" ? `${reached.toFixed(2)} real` : "paused"}
          </small>
        </span>
      }
    >
      {(close) => (
        <Choices
          name="Speed"
          options={SPEEDS.map((value) => ({ value, text: value === 1 ? "1×, real time" : speedName(value) }))}
          current={speed}
          choose={(value) => {
            page.drive.setSpeed(value);
            close();
          }}
        />
      )}
    </Menu>
  );
}

function speedName(speed: number): string {
  return speed < 1 ? `1/${Math.round(1 / speed)}×` : `${speed}×`;
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
