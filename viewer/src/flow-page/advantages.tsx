/** How reward moves the flow: a weight on each mode. */

import { Slider, Switch } from "./inputs.tsx";
import { MOST_ADVANTAGE, updated } from "./mixture.ts";
import type { SettingProps } from "./modes.tsx";

/** Weights of the modes, and one update by them. */
export function Advantages({ setting, change }: SettingProps) {
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
