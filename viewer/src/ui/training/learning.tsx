/** How the training goes: return, episode length, and any other measure the user picks. */
import { useMemo, useState } from "preact/hooks";
import type { Page } from "../../page/page.ts";
import { type Store, useStore } from "../../state/store.ts";
import { Chart } from "../widgets/chart.tsx";
import { RunLegend, useOthers } from "./compared.tsx";
import { evaluationMarks, type Measure, measuresOf, placeOn, progress } from "./measures.ts";

/** The third curve until another is picked. */
const FIRST_PICK = "losses.clipFraction";

/** The card of the three curves beside the picture. */
export function Learning({ store, page }: { store: Store; page: Page }) {
  const points = useStore(store, (state) => state.points);
  const evaluations = useStore(store, (state) => state.evaluations);
  const theme = useStore(store, (state) => state.theme);
  const [picked, setPicked] = useState("");
  const style = useStore(store, (state) => state.curveStyle);
  const x = useMemo(() => points.map(placeOn(style.axis)), [points, style.axis]);
  const returns = useMemo(() => points.map((point) => point.returnMean), [points]);
  const lengths = useMemo(() => points.map((point) => point.episodeLengthMean), [points]);
  const marks = useMemo(() => evaluationMarks(points, evaluations), [points, evaluations]);
  const measures = useMemo(() => measuresOf([points.at(-1)]), [points.at(-1)]);
  const measure =
    measures.find(({ key }) => key === picked) ?? measures.find(({ key }) => key === FIRST_PICK) ?? measures[0];
  const values = useMemo(() => points.map((point) => measure?.of(point) ?? null), [points, measure?.key]);
  const othersOf = useOthers(store);
  return (
    <div class="card">
      <RunLegend store={store} page={page} />
      <Chart
        label="Return"
        x={x}
        y={returns}
        points={marks.returns}
        others={othersOf(progress[0])}
        style={style}
        theme={theme}
      />
      <Chart
        label="Episode length"
        unit="steps"
        x={x}
        y={lengths}
        points={marks.lengths}
        others={othersOf(progress[1])}
        style={style}
        theme={theme}
      />
      {measure && (
        <Chart
          label={measure.label}
          x={x}
          y={values}
          others={othersOf(measure)}
          style={style}
          theme={theme}
          title={<MeasureChoice measures={measures} measure={measure} pick={setPicked} />}
        />
      )}
      {evaluations.length > 0 && (
        <p class="chart-key">
          <i class="dot" /> evaluation with its own seeds
        </p>
      )}
    </div>
  );
}

function MeasureChoice(props: { measures: readonly Measure[]; measure: Measure; pick: (key: string) => void }) {
  const groups = [...new Set(props.measures.map(({ group }) => group))];
  return (
    <select
      class="chart-choice"
      aria-label="Third curve"
      value={props.measure.key}
      onChange={(event) => props.pick(event.currentTarget.value)}
    >
      {groups.map((group) => (
        <optgroup key={group} label={group}>
          {props.measures
            .filter((measure) => measure.group === group)
            .map(({ key, label }) => (
              <option key={key} value={key}>
                {label}
              </option>
            ))}
        </optgroup>
      ))}
    </select>
  );
}
