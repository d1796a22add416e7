/** The flow settings: initial noise and integration steps of an action, with their time per action and reward. */
import { useEffect, useState } from "preact/hooks";
import {
  type FlowSettings,
  type FlowTally,
  LARGEST_NOISE_SEED,
  MOST_FLOW_STEPS,
} from "../../../../src/stream/protocol.ts";
import type { Page } from "../../page/page.ts";
import { type Store, useStore } from "../../state/store.ts";
import { formatFixed, formatValue } from "../widgets/format.ts";
import { Segments } from "../widgets/segments.tsx";

type NoiseKind = "random" | "zero" | "fixed";

const noises: readonly { readonly value: NoiseKind; readonly text: string }[] = [
  { value: "random", text: "Random" },
  { value: "zero", text: "Zero" },
  { value: "fixed", text: "Fixed" },
];
const FIRST_SEED = 1;

/** The card of the flow's settings and what they earn; of a policy from a file, a line that they are fixed. */
export function Flow({ store, page }: { store: Store; page: Page }) {
  const flow = useStore(store, (state) => state.drive?.flow ?? null);
  const isFile = useStore(store, (state) => state.drive?.kind === "file");
  if (!flow) return isFile ? <FixedFlow /> : null;
  return (
    <div class="card flow">
      <header>
        <h3>Flow</h3>
        <a class="rewards-key" href={`flow${location.search}`} target="_blank" rel="noreferrer">
          what is a flow?
        </a>
      </header>
      <Steps flow={flow} page={page} />
      <Noise flow={flow} page={page} />
      <Tallies store={store} />
    </div>
  );
}

/** A third-party file gives an action without its denoising path. */
function FixedFlow() {
  return (
    <div class="card flow">
      <header>
        <h3>Flow</h3>
        <a class="rewards-key" href={`flow${location.search}`} target="_blank" rel="noreferrer">
          what is a flow?
        </a>
      </header>
      <p class="fan-note" data-testid="fixed-flow">
        This ONNX file contains no flow: its steps and noise are fixed. To change them, drive a run or a controller that
        flowgait exported.
      </p>
    </div>
  );
}

interface FlowProps {
  readonly flow: FlowSettings;
  readonly page: Page;
}

/** The slider acts while it is dragged. */
function Steps({ flow, page }: FlowProps) {
  const [wanted, setWanted] = useState<number | null>(null);
  useEffect(() => setWanted(null), [flow.steps]);
  const steps = wanted ?? flow.steps;
  const ask = (value: number) => {
    setWanted(value);
    page.drive.setFlow({ steps: value });
  };
  return (
    <label class="flow-row">
      <span>steps</span>
      <input
        type="range"
        aria-label="Flow steps"
        min={1}
        max={MOST_FLOW_STEPS}
        value={steps}
        onInput={(event) => ask(Number(event.currentTarget.value))}
        onPointerUp={(event) => event.currentTarget.blur()}
      />
      <b data-testid="flow-steps">{steps}</b>
    </label>
  );
}

function Noise({ flow, page }: FlowProps) {
  const seed = typeof flow.noise === "object" ? flow.noise.seed : null;
  const choose = (kind: NoiseKind) => page.drive.setFlow({ noise: kind === "fixed" ? { seed: FIRST_SEED } : kind });
  return (
    <div class="flow-row noise">
      <span>noise</span>
      <Segments label="Start noise" choices={noises} value={kindOf(flow)} choose={choose} />
      {seed !== null && <Seed seed={seed} choose={(next) => page.drive.setFlow({ noise: { seed: next } })} />}
    </div>
  );
}

/** Text being typed stays, whatever the simulation reports meanwhile. */
function Seed({ seed, choose }: { seed: number; choose: (seed: number) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <input
      type="number"
      aria-label="Noise seed"
      title="Seed of the noise"
      min={0}
      max={LARGEST_NOISE_SEED}
      value={typed ?? seed}
      onInput={(event) => setTyped(event.currentTarget.value)}
      onChange={(event) =>
        choose(Math.max(0, Math.min(LARGEST_NOISE_SEED, Math.round(Number(event.currentTarget.value) || 0))))
      }
      onBlur={() => setTyped(null)}
    />
  );
}

function kindOf({ noise }: FlowSettings): NoiseKind {
  return typeof noise === "object" ? "fixed" : noise;
}

/** Time per action and reward of the present flow settings, and of earlier ones. */
function Tallies({ store }: { store: Store }) {
  const actMs = useStore(store, (state) => state.drive?.actMs ?? 0);
  const tallies = useStore(store, (state) => state.drive?.tallies ?? []);
  const controlHz = useStore(store, (state) => state.info?.controlHz ?? 1);
  const most = Math.max(1e-9, ...tallies.map(({ reward }) => Math.abs(reward)));
  return (
    <>
      <dl class="flow-costs">
        <div>
          <dt>per action</dt>
          <dd data-testid="act-ms">
            {formatValue(actMs)} ms <small>of {formatValue(1000 / controlHz)}</small>
          </dd>
        </div>
        <div>
          <dt>reward, last seconds</dt>
          <dd data-testid="recent-reward">
            {formatFixed(tallies[0]?.recentReward)} <small>per second</small>
          </dd>
        </div>
      </dl>
      {tallies.length > 0 && (
        <table class="flow-tallies" aria-label="Settings compared">
          <thead>
            <tr>
              <th scope="col">steps, noise</th>
              <th scope="col">reward/s</th>
              <th scope="col">ms</th>
              <th scope="col">falls</th>
              <th scope="col">for</th>
            </tr>
          </thead>
          <tbody>
            {tallies.map((tally, k) => (
              <Tally key={keyOf(tally)} tally={tally} share={tally.reward / most} isPresent={k === 0} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Tally({ tally, share, isPresent }: { tally: FlowTally; share: number; isPresent: boolean }) {
  const { flow, reward, actMs, falls, seconds, policy } = tally;
  return (
    <tr class={isPresent ? "present" : ""} title={policy} data-testid="tally">
      <th scope="row">
        {flow.steps}, {typeof flow.noise === "object" ? `seed ${flow.noise.seed}` : flow.noise}
      </th>
      <td>
        <i class={share < 0 ? "negative" : ""} style={{ width: `${Math.abs(share) * 100}%` }} />
        {formatFixed(reward)}
      </td>
      <td>{formatValue(actMs)}</td>
      <td>{falls}</td>
      <td>{seconds.toFixed(0)} s</td>
    </tr>
  );
}

function keyOf({ policy, flow }: FlowTally): string {
  return JSON.stringify([policy, flow.steps, flow.noise]);
}
