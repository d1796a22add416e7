/** The modes of the data: spread, share and number. */

import { Slider, Switch } from "./inputs.tsx";
import { MOST_MODES, type Setting, withMode, withModes } from "./mixture.ts";
import { totalWeight } from "./mixture-flow.ts";

/** What the sections show and change. */
export interface SettingProps {
  readonly setting: Setting;
  readonly change: (setting: Setting) => void;
}

/** Spread and share of each mode, and how many there are. */
export function Modes({ setting, change }: SettingProps) {
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
              shown={`${Math.round((100 * mode.weight) / totalWeight(modes))} %`}
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
