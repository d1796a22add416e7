/** The flow at work: from how much noise an action begins, in how many steps it is integrated, what that costs and what it earns. */
import { useEffect, useState } from "preact/hooks";
import { type FlowSettings, MOST_FLOW_STEPS } from "../../../src/stream/protocol.ts";
import type { Page } from "../page.ts";
import { type Store, useStore } from "../store.ts";
import { formatFixed, formatValue } from "./format.ts";

/** Time constant of the reward that is shown, s. */
const REWARD_LAG = 2;

const noises: readonly { readonly value: FlowSettings["noise"]; readonly text: string }[] = [
  { value: "random", text: "Random" },
  { value: "zero", text: "Zero" },
];

export function Flow({ store, page }: { store: Store; page: Page }) {
  const flow = useStore(store, (state) => state.drive?.flow ?? null);
  const [wanted, setWanted] = useState<number | null>(null);
  useEffect(() => setWanted(null), [flow?.steps]);
  if (!flow) return null;
  const steps = wanted ?? flow.steps;
  return (
    <div class="card flow">
      <header>
        <h3>Flow</h3>
        <span class="rewards-key">how an action is drawn</span>
      </header>
      <label class="flow-row">
        <span>steps</span>
        <input
          type="range"
          aria-label="Flow steps"
          min={1}
          max={MOST_FLOW_STEPS}
          value={steps}
          onInput={(event) => setWanted(Number(event.currentTarget.value))}
          onChange={(event) => page.drive.setFlow({ steps: Number(event.currentTarget.value) })}
          onPointerUp={(event) => event.currentTarget.blur()}
        />
        <b data-testid="flow-steps">{steps}</b>
      </label>
      <div class="flow-row">
        <span>noise</span>
        <div class="segments" role="radiogroup" aria-label="Start noise">
          {noises.map(({ value, text }) => (
            // biome-ignore lint/a11y/useSemanticElements: a segment is a button that looks pressed
            <button
              key={value}
              type="button"
              role="radio"
              aria-checked={value === flow.noise}
              onClick={() => page.drive.setFlow({ noise: value })}
            >
              {text}
            </button>
          ))}
        </div>
      </div>
      <Costs store={store} />
    </div>
  );
}

function Costs({ store }: { store: Store }) {
  const actMs = useStore(store, (state) => state.drive?.actMs ?? 0);
  const controlHz = useStore(store, (state) => state.info?.controlHz ?? 1);
  const reward = useReward(store);
  return (
    <dl class="flow-costs">
      <div>
        <dt>per action</dt>
        <dd data-testid="act-ms">
          {formatValue(actMs)} ms <small>of {formatValue(1000 / controlHz)}</small>
        </dd>
      </div>
      <div>
        <dt>reward</dt>
        <dd>
          {formatFixed(reward)} <small>per second</small>
        </dd>
      </div>
    </dl>
  );
}

/** Reward per second of the driven robot, smoothed over simulated time. */
function useReward(store: Store): number | null {
  const [reward, setReward] = useState<number | null>(null);
  useEffect(
    () =>
      store.subscribe(({ terms, info }, before) => {
        if (!terms || !info || terms === before.terms) return;
        const now = terms.values.reduce<number>((sum, value) => sum + (value ?? 0), 0) * info.controlHz;
        const passed = terms.time - (before.terms?.time ?? terms.time);
        const share = passed > 0 ? 1 - Math.exp(-passed / REWARD_LAG) : 1;
        setReward((old) => (old === null ? now : old + share * (now - old)));
      }),
    [store],
  );
  return reward;
}
