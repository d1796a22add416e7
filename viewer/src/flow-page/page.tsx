/** The page: a figure with handles, its controls, and the text around them. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Theme } from "../store.ts";
import { Logo } from "../ui/icons.tsx";
import { Figure } from "./flow-figure.tsx";
import { FIRST, MOST_ADVANTAGE, MOST_MODES, type Setting, targetsOf, updated, withMode, withModes } from "./mixture.ts";
import { drawParticles, Particles } from "./particles.ts";

const COUNTS = { least: 50, most: 800, first: 300 };
/** Of √(2η(1 − t)), where the switch is on. */
const ETA = { most: 6, first: 1 };

export function FlowPage({ theme, keepTheme }: { theme: Theme; keepTheme: (theme: Theme) => void }) {
  const [setting, setSetting] = useState<Setting>(FIRST);
  const [count, setCount] = useState(COUNTS.first);
  const [round, setRound] = useState(0);
  const [isStochastic, setStochastic] = useState(false);
  const [eta, setEta] = useState(ETA.first);
  const [isPlaying, setPlaying] = useState(!matchMedia("(prefers-reduced-motion: reduce)").matches);
  const [shownTheme, setShownTheme] = useState(theme);
  const targets = useMemo(() => targetsOf(setting), [setting]);
  const draws = useMemo(() => drawParticles(count, Math.random), [count, round]);
  const strength = isStochastic ? eta : 0;
  const particles = useMemo(() => new Particles(draws, targets.target, strength), [draws, targets, strength]);
  useEffect(() => {
    // What the page knows of itself, for tests and the curious.
    Object.assign(globalThis, { flowPage: { setting, targets, particles, eta: strength } });
  }, [setting, targets, particles, strength]);
  const turn = () => {
    const next = shownTheme === "dark" ? "light" : "dark";
    setShownTheme(next);
    keepTheme(next);
  };
  return (
    <>
      <header class="head">
        <a class="brand" href={`./${location.search}`}>
          <Logo /> flow<b>gait</b>
        </a>
        <button type="button" class="button" onClick={turn}>
          {shownTheme === "dark" ? "Light" : "Dark"}
        </button>
      </header>
      <main>
        <h1>A flow in one dimension</h1>
        <p class="lead">
          A flow policy draws an action by starting at noise and following a velocity field. Here the action is one
          number, so the whole field can be seen: noise on the left, data on the right. Drag the round handles, or focus
          one and press the arrow keys.
        </p>
        <Figure
          setting={setting}
          change={setSetting}
          targets={targets}
          particles={particles}
          isPlaying={isPlaying}
          theme={shownTheme}
          strength={strength}
        />
        <div class="bar">
          <button type="button" class="button strong" onClick={() => setPlaying(!isPlaying)}>
            {isPlaying ? "Pause" : "Play"}
          </button>
          <button type="button" class="button" onClick={() => setRound(round + 1)}>
            New noise
          </button>
          <button
            type="button"
            class="button"
            onClick={() => {
              setSetting(FIRST);
              setStochastic(false);
              setEta(ETA.first);
              setCount(COUNTS.first);
            }}
          >
            Reset
          </button>
          <Slider label="Particles" min={COUNTS.least} max={COUNTS.most} step={50} value={count} set={setCount} />
        </div>
        <Modes setting={setting} change={setSetting} />
        <section>
          <h2>Where the velocity comes from</h2>
          <p>
            Mix a data point x₁ with noise ε: x<sub>t</sub> = t·x₁ + (1 − t)·ε. Along this line the velocity is x₁ − ε.
            Many such lines pass through one point; flow matching fits their mean, and following the mean moves all the
            noise onto the data. For a mixture of Gaussians the mean has a closed form, which is drawn here; a network
            has to learn it.
          </p>
        </section>
        <section>
          <h2>With noise at every step</h2>
          <div class="bar">
            <Switch label="Stochastic" value={isStochastic} set={setStochastic} />
            <Slider
              label="Strength η"
              min={0}
              max={ETA.most}
              step={0.1}
              value={eta}
              set={setEta}
              isOff={!isStochastic}
            />
          </div>
          <p>
            Off: a particle's initial noise decides where it ends. On: fresh noise g·dW with g = √(2η(1 − t)) is added
            at every step, and ½g² times the score compensates it. The lines shake, and the density at every time stays
            the same. With large η a particle forgets where it started.
          </p>
        </section>
        <Advantages setting={setting} change={setSetting} />
        <section>
          <h2>Signs</h2>
          <p>
            Time runs from noise (0) to data (1) here, as in most figures. The controllers of flowgait count from 1
            (noise) to 0 (action), so their velocity has the other sign, and their g is √(2ηt).
          </p>
        </section>
      </main>
    </>
  );
}

interface SettingProps {
  readonly setting: Setting;
  readonly change: (setting: Setting) => void;
}

function Modes({ setting, change }: SettingProps) {
  const { modes } = setting;
  return (
    <section aria-label="Modes">
      <div class="modes">
        {modes.map((mode, k) => (
          <fieldset key={k}>
            <legend>Mode {k + 1}</legend>
            <Slider
              label="Spread"
              of={`Mode ${k + 1}`}
              min={0.05}
              max={1}
              step={0.05}
              value={mode.deviation}
              set={(deviation) => change(withMode(setting, k, { deviation }))}
            />
            <Slider
              label="Share"
              of={`Mode ${k + 1}`}
              min={0.05}
              max={1}
              step={0.05}
              value={mode.weight}
              set={(weight) => change(withMode(setting, k, { weight }))}
            />
          </fieldset>
        ))}
      </div>
      <div class="bar">
        <button
          type="button"
          class="button"
          disabled={modes.length >= MOST_MODES}
          onClick={() => change(withModes(setting, modes.length + 1))}
        >
          Add a mode
        </button>
        <button
          type="button"
          class="button"
          disabled={modes.length <= 1}
          onClick={() => change(withModes(setting, modes.length - 1))}
        >
          Remove the last
        </button>
        <Switch
          label="Data are samples"
          value={setting.isSampled}
          set={(isSampled) => change({ ...setting, isSampled })}
        />
      </div>
    </section>
  );
}

/** How reward moves the flow. */
function Advantages({ setting, change }: SettingProps) {
  const { advantages, isWeighted } = setting;
  const set = (k: number, value: number) =>
    change({ ...setting, advantages: advantages.map((old, i) => (i === k ? value : old)) });
  return (
    <section>
      <h2>With rewards</h2>
      <p>
        In reinforcement learning the data are the policy's own actions. Weight each action's loss with its advantage,
        and the fitted flow sends more noise to better actions: a weight of 2 is the same as listing the sample twice, 0
        as omitting it. The dashed line is the data, the filled one the result of the weighted flow. An update turns
        that result into the data of the next round.
      </p>
      <div class="bar">
        <Switch
          label="Weight by advantage"
          value={isWeighted}
          set={(value) => change({ ...setting, isWeighted: value })}
        />
        <button type="button" class="button" disabled={!isWeighted} onClick={() => change(updated(setting))}>
          One update
        </button>
      </div>
      <div class="modes">
        {advantages.map((advantage, k) => (
          <Slider
            key={k}
            label={`Advantage weight ${k + 1}`}
            min={0}
            max={MOST_ADVANTAGE}
            step={0.1}
            value={advantage}
            set={(value) => set(k, value)}
            isOff={!isWeighted}
          />
        ))}
      </div>
      <p>
        Negative weights would push mass away and no longer describe a flow of probability, so advantages are shifted
        here. FPO takes this gradient in small, clipped steps instead of fitting all of it at once.
      </p>
    </section>
  );
}

interface SliderProps {
  readonly label: string;
  /** What it belongs to, where several have one label. */
  readonly of?: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  readonly set: (value: number) => void;
  readonly isOff?: boolean;
}

function Slider({ label, of, min, max, step, value, set, isOff = false }: SliderProps) {
  return (
    <label class={isOff ? "slider off" : "slider"}>
      <span>{label}</span>
      <input
        type="range"
        aria-label={of ? `${of}: ${label}` : label}
        {...{ min, max, step, value }}
        disabled={isOff}
        onInput={(event) => set(Number(event.currentTarget.value))}
      />
      <b>{Number(value.toFixed(2))}</b>
    </label>
  );
}

function Switch({ label, value, set }: { label: string; value: boolean; set: (value: boolean) => void }) {
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
