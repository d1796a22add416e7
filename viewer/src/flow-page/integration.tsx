/** How a particle follows the field: exactly, or in the few steps that a controller takes. */
import { useState } from "preact/hooks";
import { Slider, Switch } from "./inputs.tsx";

/** Steps on the slider, and what the switch turns on first: as the shipped controllers were trained. */
const MOST_STEPS = 32;
const FIRST_STEPS = 10;

/** Switch, number of steps, and what they do. @param steps of Euler's method; 0 follows the field exactly */
export function Integration({ steps, change }: { steps: number; change: (steps: number) => void }) {
  const [kept, keep] = useState(FIRST_STEPS);
  return (
    <section>
      <h2>In few steps</h2>
      <div class="bar">
        <Switch label="Euler's method" value={steps > 0} set={(isOn) => change(isOn ? kept : 0)} />
        <Slider
          label="Steps"
          min={1}
          max={MOST_STEPS}
          step={1}
          value={kept}
          set={(wanted) => {
            keep(wanted);
            if (steps > 0) change(wanted);
          }}
          isOff={steps === 0}
        />
      </div>
      <p>
        A controller cannot follow the field exactly: it takes a few straight steps. With one step every particle lands
        on the mean of the data, between the modes. Each further step costs one evaluation of the network.
      </p>
    </section>
  );
}
