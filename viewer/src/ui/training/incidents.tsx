/** The last fall and the last NaN that training recorded: opens in the driven simulation, to replay and to continue from. */
import type { IncidentEntry } from "../../../../src/stream/protocol.ts";
import type { Page } from "../../page/page.ts";
import { type Store, useStore } from "../../state/store.ts";
import { formatCount } from "../widgets/format.ts";

const titles: Readonly<Record<IncidentEntry["kind"], string>> = { fall: "The last fall", nan: "The last NaN" };

/** What there is to open. */
export function Incidents({ store, page }: { store: Store; page: Page }) {
  const incidents = useStore(store, (state) => state.studio.incidents);
  if (incidents.length === 0) return null;
  return (
    <div class="card incidents">
      <header>
        <h3>Incidents</h3>
      </header>
      <ul>
        {incidents.map((incident) => (
          <li key={incident.kind}>
            <span>
              {titles[incident.kind]}
              <small>
                robot {incident.environment}, at {formatCount(incident.steps)} steps
                {incident.source && `, ${incident.source}`}
              </small>
            </span>
            <button
              type="button"
              class="text-button"
              aria-label={`Open ${titles[incident.kind].toLowerCase()}`}
              title={`Replay the ${incident.seconds.toFixed(1)} s before it`}
              onClick={() => page.openIncident(incident.kind)}
            >
              Open {incident.seconds.toFixed(1)} s
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Says what is driven when it is a stretch of the training, and how to leave it. */
export function IncidentBar({ store, page }: { store: Store; page: Page }) {
  const kind = useStore(store, (state) => state.info?.incident);
  if (!kind) return null;
  return (
    <div class="incident-bar glass" role="status" data-testid="incident">
      <span>
        <b>{titles[kind]}</b> of the training. Play it, or drag the time.
      </span>
      <button
        type="button"
        class="text-button primary"
        title="Let the policy continue from the step on screen"
        onClick={() => page.drive.goOn()}
      >
        Drive from here
      </button>
      <button type="button" class="text-button" onClick={() => page.studio.openIncident(null)}>
        Leave
      </button>
    </div>
  );
}
