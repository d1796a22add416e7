/** The machines that compute shards of the training: what each does, and which were lost. */
import { type Store, useStore } from "../../state/store.ts";

/** Shown where a queue hands out the shards. */
export function MachineList({ store }: { store: Store }) {
  const machines = useStore(store, (state) => state.status?.machines);
  if (!machines) return null;
  const { present, lost } = machines;
  return (
    <div class="card machines">
      <header>
        <h3>Machines</h3>
        <small>{present.length === 1 ? "1 worker" : `${present.length} workers`}</small>
      </header>
      <ul data-testid="machines">
        {present.map(({ name, host, threads, doing, done }) => (
          <li key={name}>
            <span>
              {name}
              <small>
                {host}, {threads === 1 ? "1 thread" : `${threads} threads`}, {done} done
              </small>
            </span>
            <small>{doing.length > 0 ? doing.join(", ") : "waiting"}</small>
          </li>
        ))}
      </ul>
      {present.length === 0 && <p>Waiting for a worker: flowgait worker --queue …</p>}
      {lost.length > 0 && <p data-testid="lost-machines">Lost: {lost.slice(-5).join(", ")}</p>}
    </div>
  );
}
