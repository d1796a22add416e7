/** All curves of a training on one sheet, and other runs to draw beside it. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RunEntry } from "../../../../src/stream/protocol.ts";
import type { Page } from "../../page/page.ts";
import { MOST_COMPARED } from "../../page/studio.ts";
import { type Store, useStore } from "../../state/store.ts";
import { Chart } from "../widgets/chart.tsx";
import { formatCount } from "../widgets/format.ts";
import { Icon } from "../widgets/icons.tsx";
import { colourOf, useOthers } from "./compared.tsx";
import { CurveTools } from "./curve-tools.tsx";
import { evaluationMarks, type Measure, measuresOf, placeOn, progress } from "./measures.ts";

/** The sheet of all curves; nothing while it is closed. */
export function Curves({ store, page }: { store: Store; page: Page }) {
  const isOpen = useStore(store, (state) => state.studio.areCurvesOpen);
  const hasStudio = useStore(store, (state) => state.studio.catalogue !== null);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const close = () => page.studio.setCurvesOpen(false);
  return (
    <dialog class="sheet curves-sheet" ref={dialog} aria-label="Curves" onClose={close}>
      {isOpen && (
        <>
          <header>
            <h2>Curves</h2>
            <CurveTools store={store} />
            <button type="button" class="icon-button" aria-label="Close the curves" title="Close (Esc)" onClick={close}>
              <Icon name="close" />
            </button>
          </header>
          <div class="curves-body">
            {hasStudio && <RunList store={store} page={page} />}
            <Wall store={store} />
          </div>
        </>
      )}
    </dialog>
  );
}

/** One chart per measure, in groups. */
function Wall({ store }: { store: Store }) {
  const points = useStore(store, (state) => state.points);
  const evaluations = useStore(store, (state) => state.evaluations);
  const compared = useStore(store, (state) => state.studio.compared);
  const theme = useStore(store, (state) => state.theme);
  const othersOf = useOthers(store);
  const style = useStore(store, (state) => state.curveStyle);
  const x = useMemo(() => points.map(placeOn(style.axis)), [points, style.axis]);
  const marks = useMemo(() => evaluationMarks(points, evaluations), [points, evaluations]);
  const measures = useMemo(
    () => [...progress, ...measuresOf([points.at(-1), ...compared.map((run) => run.points?.at(-1))])],
    [points.at(-1), compared],
  );
  const groups = [...new Set(measures.map(({ group }) => group))];
  return (
    <div class="curves-wall">
      {groups.map((group) => (
        <section key={group}>
          <h3>{group}</h3>
          <div class="curves-grid">
            {measures
              .filter((measure) => measure.group === group)
              .map((measure) => (
                <Curve
                  key={measure.key}
                  measure={measure}
                  x={x}
                  y={points.map(measure.of)}
                  points={marksOf(measure, marks)}
                  others={othersOf(measure)}
                  style={style}
                  theme={theme}
                />
              ))}
          </div>
        </section>
      ))}
    </div>
  );
}

function marksOf({ key }: Measure, { returns, lengths }: ReturnType<typeof evaluationMarks>) {
  if (key === "returnMean") return returns;
  return key === "lengthMean" ? lengths : undefined;
}

type CurveProps = Omit<Parameters<typeof Chart>[0], "label" | "unit" | "title"> & { readonly measure: Measure };

function Curve({ measure: { label, unit }, ...rest }: CurveProps) {
  return <Chart label={label} unit={unit} {...rest} />;
}

/** The runs on disk; those that are chosen are drawn. */
function RunList({ store, page }: { store: Store; page: Page }) {
  const runs = useStore(store, (state) => state.studio.runs);
  const shown = useStore(store, (state) => state.studio.shown);
  const [search, setSearch] = useState("");
  const found = runs.filter(({ key }) => key.toLowerCase().includes(search.toLowerCase()));
  return (
    <aside class="curves-runs" aria-label="Runs">
      <input
        type="search"
        class="field"
        aria-label="Search runs"
        placeholder={`Search ${runs.length} ${runs.length === 1 ? "run" : "runs"}`}
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      <ul>
        {found.map((run) => (
          <Run key={run.key} run={run} isShown={run.key === shown} store={store} page={page} />
        ))}
      </ul>
      {found.length === 0 && (
        <p class="form-none">{runs.length === 0 ? "No run has recorded metrics yet." : "No matching run."}</p>
      )}
    </aside>
  );
}

function Run({ run, isShown, store, page }: { run: RunEntry; isShown: boolean; store: Store; page: Page }) {
  const compared = useStore(store, (state) => state.studio.compared);
  const mine = compared.find(({ key }) => key === run.key);
  const colour = isShown ? "--accent" : mine && colourOf(mine);
  return (
    <li>
      <label class={isShown ? "run-line shown" : "run-line"}>
        <input
          type="checkbox"
          checked={isShown || mine !== undefined}
          disabled={isShown || (!mine && compared.length >= MOST_COMPARED)}
          onChange={() => page.studio.toggleCompared(run.key)}
        />
        <i style={{ background: colour ? `var(${colour})` : "var(--line)" }} />
        <span>
          <b>{run.key.replace(/^runs\//, "")}</b>
          <small>
            {run.algorithm} · {formatCount(run.steps)} of {formatCount(run.totalSteps)} steps
            {run.isRunning ? " · training" : ""}
            {isShown ? " · on screen" : ""}
          </small>
        </span>
      </label>
    </li>
  );
}
