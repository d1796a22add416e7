/** Sliders and switches of the page about flows. */

/** What a slider shows and changes. */
export interface SliderProps {
  readonly label: string;
  /** What it belongs to, where several have one label. */
  readonly of?: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  readonly set: (value: number) => void;
  readonly isOff?: boolean;
  /** What is shown in place of the number. */
  readonly shown?: string;
}

/** A range with its name before and its value after it. */
export function Slider({ label, of, min, max, step, value, set, isOff = false, shown }: SliderProps) {
  return (
    <label class={isOff ? "slider off" : "slider"}>
      <span>{label}</span>
      <input
        type="range"
        aria-label={of ? `${of}: ${label}` : label}
        {...{ min, max, step, value }}
        aria-valuetext={shown}
        disabled={isOff}
        onInput={(event) => set(Number(event.currentTarget.value))}
      />
      <b>{shown ?? Number(value.toFixed(2))}</b>
    </label>
  );
}

/** A check box that is drawn as a switch. */
export function Switch({ label, value, set }: { label: string; value: boolean; set: (value: boolean) => void }) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        aria-checked={value}
        checked={value}
        onChange={(event) => set(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}
