/** The clock of a driven simulation: play, step, reset, push, speed. For the studio and for exported pages. */
import type { ComponentChildren } from "preact";
import { type Drive, SPEEDS } from "../../page/drive.ts";
import { PUSH_SIDES, PUSH_SPEEDS, type PushSide } from "../../page/push.ts";
import { type Store, useStore } from "../../state/store.ts";
import { Choices } from "../widgets/choices.tsx";
import { formatSpeed } from "../widgets/format.ts";
import { Icon, type IconName } from "../widgets/icons.tsx";
import { Menu } from "../widgets/menu.tsx";

interface Hands {
  readonly store: Store;
  readonly drive: Drive;
}

interface Tools extends Hands {
  /** False where the robot has no base to push. */
  readonly canPush?: boolean;
  /** Further tools, before the speed. */
  readonly children?: ComponentChildren;
}

/** The buttons of the clock. */
export function ClockTools({ store, drive, canPush = true, children }: Tools) {
  const isPlaying = useStore(store, (state) => state.drive?.state === "playing");
  return (
    <>
      <Tool
        icon={isPlaying ? "pause" : "play"}
        label={isPlaying ? "Pause simulation" : "Play simulation"}
        hint="Space"
        act={() => drive.togglePlaying()}
      />
      <Tool icon="step" label="One control step" hint="." act={() => drive.simulate("step")} />
      <Tool icon="reset" label="Reset" hint="R" act={() => drive.simulate("reset")} />
      {canPush && <Tool icon="push" label="Push the robot" hint="X" act={() => drive.push()} />}
      {canPush && <PushMenu store={store} drive={drive} />}
      {children}
      <SpeedMenu store={store} drive={drive} />
    </>
  );
}

function Tool({ icon, label, hint, act }: { icon: IconName; label: string; hint: string; act: () => void }) {
  return (
    <button type="button" class="tool" aria-label={label} title={`${label} (${hint})`} onClick={act}>
      <Icon name={icon} />
    </button>
  );
}

const sideWords: Readonly<Record<PushSide, string>> = {
  any: "any side",
  left: "left",
  right: "right",
  front: "front",
  back: "behind",
};

/** How hard a push is and from which side; the side of the last one to read. */
function PushMenu({ store, drive }: Hands) {
  const { speed, side } = useStore(store, (state) => state.push);
  const pushedFrom = useStore(store, (state) => state.pushedFrom);
  const words = `${speed.toFixed(1)} m/s from ${sideWords[pushedFrom ?? side]}`;
  return (
    <Menu
      label="Push settings"
      title={`Push: ${words}`}
      button={
        <span class="speed-wanted" data-testid="push">
          {speed.toFixed(1)} m/s
          <small>
            {pushedFrom && side === "any" ? "was " : ""}
            {sideWords[pushedFrom ?? side]}
          </small>
        </span>
      }
    >
      {() => (
        <div class="push-sheet">
          <div class="push-size">
            <span>Change of velocity</span>
            <output>{speed.toFixed(1)} m/s</output>
            <input
              type="range"
              aria-label="Change of velocity"
              aria-valuetext={`${speed.toFixed(1)} m/s`}
              min={PUSH_SPEEDS.least}
              max={PUSH_SPEEDS.most}
              step={PUSH_SPEEDS.step}
              value={speed}
              onInput={(event) => drive.setPush({ speed: Number(event.currentTarget.value) })}
            />
          </div>
          <Choices
            name="Side"
            options={PUSH_SIDES.map((value) => ({
              value,
              text: value === "any" ? "From any side" : `From ${sideNames[value]}`,
            }))}
            current={side}
            choose={(value) => drive.setPush({ side: value })}
          />
        </div>
      )}
    </Menu>
  );
}

const sideNames = { left: "the left", right: "the right", front: "the front", back: "behind" } as const;

/** Wanted speed to choose, reached speed to read. */
function SpeedMenu({ store, drive }: Hands) {
  const told = useStore(store, (state) => state.drive);
  const speed = told?.speed ?? 1;
  const reached = told?.state === "playing" ? told.realTimeFactor : 0;
  return (
    <Menu
      label="Speed"
      title={`Speed: ${formatSpeed(speed)} of real time set, ${reachedText(reached)} reached (− +)`}
      button={
        <span class="speed-wanted">
          {speedName(speed)}
          <small
            aria-hidden="true"
            data-testid="real-time-factor"
            class={reached > 0 && reached < 0.9 * speed ? "slow" : ""}
          >
            {told?.state === "playing" ? `${reachedText(reached)} real` : "paused"}
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
            drive.setSpeed(value);
            close();
          }}
        />
      )}
    </Menu>
  );
}

/** "–" until enough steps were counted. */
function reachedText(reached: number): string {
  return reached > 0 ? reached.toFixed(2) : "–";
}

function speedName(speed: number): string {
  return speed < 1 ? `1/${Math.round(1 / speed)}×` : `${speed}×`;
}
