/** Runs whose curves are drawn beside those of the one on screen, and the legend that names them. */
import { useMemo } from "preact/hooks";
import type { CurveAxis } from "../../page/curve-style.ts";
import type { Page } from "../../page/page.ts";
import type { ComparedRun } from "../../page/studio.ts";
import { type Store, useStore } from "../../state/store.ts";
import type { OtherCurve } from "../widgets/chart.tsx";
import { Icon } from "../widgets/icons.tsx";
import { type Measure, placeOn } from "./measures.ts";

/** Name of a compared run's colour in the style sheet. */
export function colourOf({ colour }: Pick<ComparedRun, "colour">): string {
  return `--run-${colour}`;
}

/** Gives the curves of the compared runs for a measure; the same arrays while nothing has changed. */
export function useOthers(store: Store): (measure: Measure) => readonly OtherCurve[] {
  const compared = useStore(store, (state) => state.studio.compared);
  const axis = useStore(store, (state) => state.curveStyle.axis);
  return useMemo(() => {
    const known = new Map<string, readonly OtherCurve[]>();
    return (measure: Measure) => {
      const curves = known.get(measure.key) ?? curvesOf(compared, measure, axis);
      known.set(measure.key, curves);
      return curves;
    };
  }, [compared, axis]);
}

function curvesOf(compared: readonly ComparedRun[], measure: Measure, axis: CurveAxis): OtherCurve[] {
  return compared
    .filter(({ points }) => points !== null)
    .map((run) => ({
      label: run.key,
      colour: colourOf(run),
      x: run.points!.map(placeOn(axis)),
      y: run.points!.map((point) => measure.of(point)),
    }));
}

/** Names the runs that are drawn; opens all curves. */
export function RunLegend({ store, page }: { store: Store; page: Page }) {
  const compared = useStore(store, (state) => state.studio.compared);
  const shown = useStore(store, (state) => state.studio.shown);
  const hasStudio = useStore(store, (state) => state.studio.catalogue !== null);
  return (
    <div class="legend">
      <header>
        <h3>Curves</h3>
        <button
          type="button"
          class="text-button"
          title="Curves of all runs (V)"
          onClick={() => page.studio.setCurvesOpen(true)}
        >
          {hasStudio ? "All curves and runs" : "All curves"}
        </button>
      </header>
      {compared.length > 0 && (
        <ul aria-label="Runs in the curves">
          {shown && (
            <li>
              <i style={{ background: "var(--accent)" }} />
              <span>{shown.replace(/^runs\//, "")}</span>
            </li>
          )}
          {compared.map((run) => (
            <li key={run.key}>
              <i style={{ background: `var(${colourOf(run)})` }} />
              <span>{run.key.replace(/^runs\//, "")}</span>
              <button
                type="button"
                class="form-undo"
                aria-label={`Hide ${run.key}`}
                onClick={() => page.studio.toggleCompared(run.key)}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
