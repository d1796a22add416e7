/** How the training goes: return, episode length, and any other measure the user picks. */
import { useMemo, useState } from "preact/hooks";
import type { MetricsPoint } from "../../../src/stream/protocol.ts";
import { type PageState, type Store, useStore } from "../store.ts";
import { Chart } from "./chart.tsx";
import { formatName } from "./format.ts";

/** The third curve until another is picked. */
const FIRST_PICK = "losses.clipFraction";

/** A curve that can be picked, and where its value stands in a point. */
interface Measure {
  readonly key: string;
  readonly label: string;
  readonly group: string;
  readonly of: (point: MetricsPoint) => number | null;
}

export function Learning({ store }: { store: Store }) {
  const points = useStore(store, (state) => state.points);
  const evaluations = useStore(store, (state) => state.evaluations);
  const theme = useStore(store, (state) => state.theme);
  const [picked, setPicked] = useState("");
  const x = useMemo(() => points.map((point) => point.steps), [points]);
  const returns = useMemo(() => points.map((point) => point.returnMean), [points]);
  const lengths = useMemo(() => points.map((point) => point.episodeLengthMean), [points]);
  const marks = useMemo(() => evaluationMarks(points, evaluations), [points, evaluations]);
  const measures = useMemo(() => measuresOf(points.at(-1)), [points.at(-1)]);
  const measure =
    measures.find(({ key }) => key === picked) ?? measures.find(({ key }) => key === FIRST_PICK) ?? measures[0];
  const values = useMemo(() => points.map((point) => measure?.of(point) ?? null), [points, measure?.key]);
  return (
    <div class="card">
      <Chart label="Return" x={x} y={returns} points={marks.returns} theme={theme} />
      <Chart label="Episode length" unit="steps" x={x} y={lengths} points={marks.lengths} theme={theme} />
      {measure && (
        <Chart
          label={measure.label}
          x={x}
          y={values}
          theme={theme}
          title={<MeasureChoice measures={measures} measure={measure} pick={setPicked} />}
        />
      )}
      {evaluations.length > 0 && (
        <p class="chart-key">
          <i class="dot" /> evaluation with seeds of its own
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

function measuresOf(point: MetricsPoint | undefined): Measure[] {
  if (!point) return [];
  const group = (name: string, field: "losses" | "terms" | "terminations"): Measure[] =>
    Object.keys(point[field]).map((key) => ({
      key: `${field}.${key}`,
      label: formatName(key),
      group: name,
      of: (at) => at[field][key] ?? null,
    }));
  return [
    ...group("Update", "losses"),
    ...group("Reward per second", "terms"),
    ...group("Episodes that ended by", "terminations"),
    { key: "stepsPerSecond", label: "steps per second", group: "Speed", of: (at) => at.stepsPerSecond },
  ];
}

/** Evaluations on the curve's own x: each at the point of its iteration, or the last one before it. */
function evaluationMarks(points: PageState["points"], evaluations: PageState["evaluations"]) {
  const returns: (number | null)[] = points.map(() => null);
  const lengths: (number | null)[] = points.map(() => null);
  let k = 0;
  for (const { steps, returnMean, episodeLengthMean } of evaluations) {
    while (k + 1 < points.length && points[k + 1].steps <= steps) k++;
    if (points.length === 0) break;
    returns[k] = returnMean;
    lengths[k] = episodeLengthMean;
  }
  return { returns, lengths };
}
