/** Axis, scale and smoothing of all curves. */
import { CURVE_AXES, type CurveAxis, MOST_SMOOTHING } from "../../page/curve-style.ts";
import { type Store, useStore } from "../../state/store.ts";
import { Segments } from "../widgets/segments.tsx";

const axisWords: Readonly<Record<CurveAxis, string>> = { steps: "Steps", time: "Time" };

/** The tools above the curves. */
export function CurveTools({ store }: { store: Store }) {
  const style = useStore(store, (state) => state.curveStyle);
  const change = (part: Partial<typeof style>) => store.set({ curveStyle: { ...style, ...part } });
  return (
    <div class="curve-tools">
      <Segments
        label="Horizontal axis"
        choices={CURVE_AXES.map((value) => ({ value, text: axisWords[value] }))}
        value={style.axis}
        choose={(axis) => change({ axis })}
      />
      <label class="switch">
        <span>Log scale</span>
        <input
          type="checkbox"
          role="switch"
          aria-checked={style.isLog}
          checked={style.isLog}
          onChange={(event) => change({ isLog: event.currentTarget.checked })}
        />
      </label>
      <label class="curve-smoothing">
        <span>Smoothing</span>
        <input
          type="range"
          aria-label="Smoothing"
          min={0}
          max={MOST_SMOOTHING}
          step={0.05}
          value={style.smoothing}
          onInput={(event) => change({ smoothing: event.currentTarget.valueAsNumber })}
        />
        <output>{style.smoothing.toFixed(2)}</output>
      </label>
    </div>
  );
}
