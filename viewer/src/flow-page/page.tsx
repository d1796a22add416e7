/** The page: a figure with handles, its controls, and the text around them. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Theme } from "../state/store.ts";
import { Logo } from "../ui/widgets/icons.tsx";
import { Advantages } from "./advantages.tsx";
import { Figure } from "./flow-figure.tsx";
import { Slider } from "./inputs.tsx";
import { Integration } from "./integration.tsx";
import { FIRST, type Setting, targetsOf } from "./mixture.ts";
import { Modes } from "./modes.tsx";
import { NO_NOISE, NoiseSection } from "./noise.tsx";
import { drawParticles, Particles } from "./particles.ts";
import { PapersText, SignsText, VelocityText } from "./texts.tsx";

/** Particles on the slider. */
const COUNTS = { least: 50, most: 800, first: 300 };

/** The page about flows in one dimension. @param keepTheme remembers a theme that the user chose */
export function FlowPage({ theme, keepTheme }: { theme: Theme; keepTheme: (theme: Theme) => void }) {
  const flow = useFlow();
  const [isPlaying, setPlaying] = useState(!matchMedia("(prefers-reduced-motion: reduce)").matches);
  const [shownTheme, setShownTheme] = useState(theme);
  const turn = () => {
    const next = shownTheme === "dark" ? "light" : "dark";
    setShownTheme(next);
    keepTheme(next);
  };
  return (
    <>
      <Header theme={shownTheme} turn={turn} />
      <main>
        <h1>A flow in one dimension</h1>
        <p class="lead">
          A flow policy draws an action by starting at noise and following a velocity field. Here the action is one
          number, so the whole field can be seen: noise on the left, data on the right. Drag the round handles, or focus
          one and press the arrow keys.
        </p>
        <div class="figure-column">
          <Figure
            setting={flow.setting}
            change={flow.setSetting}
            targets={flow.targets}
            particles={flow.particles}
            isPlaying={isPlaying}
            theme={shownTheme}
            strength={flow.strength}
          />
          <div class="bar">
            <button type="button" class="button strong" onClick={() => setPlaying(!isPlaying)}>
              {isPlaying ? "Pause" : "Play"}
            </button>
            <button type="button" class="button" onClick={flow.drawAgain}>
              New noise
            </button>
            <button type="button" class="button" onClick={flow.reset}>
              Reset
            </button>
            <Slider
              label="Particles"
              min={COUNTS.least}
              max={COUNTS.most}
              step={50}
              value={flow.count}
              set={flow.setCount}
            />
          </div>
        </div>
        <div class="text-column">
          <Modes setting={flow.setting} change={flow.setSetting} />
          <Integration steps={flow.eulerSteps} change={flow.setEulerSteps} />
          <VelocityText />
          <NoiseSection noise={flow.noise} change={flow.setNoise} />
          <Advantages setting={flow.setting} change={flow.setSetting} />
          <SignsText />
          <PapersText />
        </div>
      </main>
    </>
  );
}

/** What the user sets, and the particles that follow from it. */
function useFlow() {
  const [setting, setSetting] = useState<Setting>(FIRST);
  const [count, setCount] = useState(COUNTS.first);
  const [round, setRound] = useState(0);
  const [noise, setNoise] = useState(NO_NOISE);
  const targets = useMemo(() => targetsOf(setting), [setting]);
  const draws = useMemo(() => drawParticles(count, Math.random), [count, round]);
  const strength = noise.isStochastic ? noise.eta : 0;
  const [eulerSteps, setEulerSteps] = useState(0);
  const particles = useMemo(
    () => new Particles(draws, targets.target, strength, eulerSteps),
    [draws, targets, strength, eulerSteps],
  );
  useEffect(() => {
    // The page's state, for tests and the console.
    Object.assign(globalThis, { flowPage: { setting, targets, particles, eta: strength, eulerSteps } });
  }, [setting, targets, particles, strength, eulerSteps]);
  const drawAgain = () => setRound(round + 1);
  const reset = () => {
    setSetting(FIRST);
    setNoise(NO_NOISE);
    setEulerSteps(0);
    setCount(COUNTS.first);
  };
  const drawn = { targets, particles, strength, drawAgain, reset };
  return { ...drawn, setting, setSetting, count, setCount, noise, setNoise, eulerSteps, setEulerSteps };
}

function Header({ theme, turn }: { theme: Theme; turn: () => void }) {
  return (
    <header class="head">
      <a class="brand" href={`./${location.search}`}>
        <Logo /> flow<b>gait</b>
      </a>
      <button type="button" class="button" onClick={turn}>
        {theme === "dark" ? "Light" : "Dark"}
      </button>
    </header>
  );
}
