/** The noise at every step: whether there is any, and how strong it is. */
import { Slider, Switch } from "./inputs.tsx";

/** Largest strength η on the slider. */
const MOST_ETA = 6;

/** Noise that is added to a particle at every step. */
export interface WayNoise {
  readonly isStochastic: boolean;
  /** η of the standard deviation √(2η(1 − t)) per √time, where it is on. */
  readonly eta: number;
}

/** No noise yet; what the switch turns on first. */
export const NO_NOISE: WayNoise = { isStochastic: false, eta: 1 };

/** Switch, strength, and what they do. */
export function NoiseSection({ noise, change }: { noise: WayNoise; change: (noise: WayNoise) => void }) {
  return (
    <section>
      <h2>With noise at every step</h2>
      <div class="bar">
        <Switch
          label="Stochastic"
          value={noise.isStochastic}
          set={(isStochastic) => change({ ...noise, isStochastic })}
        />
        <Slider
          label="Strength η"
          min={0}
          max={MOST_ETA}
          step={0.1}
          value={noise.eta}
          set={(eta) => change({ ...noise, eta })}
          isOff={!noise.isStochastic}
        />
      </div>
      <p>
        Off: a particle's initial noise decides where it ends. On: fresh noise g·dW with g = √(2η(1 − t)) is added at
        every step, and ½g² times the score compensates it. The lines shake, and the density at every time stays the
        same. With large η a particle forgets where it started.
      </p>
    </section>
  );
}
