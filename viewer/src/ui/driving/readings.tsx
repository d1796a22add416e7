/** The driven model in numbers: sliders for joints and actuators, live readings of all that it has, and the code that reads it. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ModelInfo, ReadingsMessage } from "../../../../src/stream/protocol.ts";
import type { Drive } from "../../page/drive.ts";
import { type Store, useStore } from "../../state/store.ts";
import { formatFixed, formatValue } from "../widgets/format.ts";

/** Positions of a slider. */
const SLIDER_STEPS = 400;
/** A slider that was let go shows what the simulation reports again, after this time. */
const SETTLE_MS = 400;
/** Messages of a dragged slider are this far apart. */
const SEND_MS = 33;
/** Values of a list that shows more only on demand. */
const FIRST_SHOWN = 8;

/** Sliders of a model without a task. */
export function ModelSliders({ store, drive }: { store: Store; drive: Drive }) {
  const model = useStore(store, (state) => state.info?.model);
  const readings = useStore(store, (state) => state.readings);
  const isPaused = useStore(store, (state) => state.drive?.state === "paused");
  if (!model) return null;
  return (
    <>
      <section class="card sliders" aria-label="Joints">
        <header>
          <h3>Joints</h3>
          {isPaused && <span class="rewards-key">paused: poses stay as you set them</span>}
        </header>
        {model.coordinates.length === 0 && <p class="fan-note">This model has no joints with a single coordinate.</p>}
        <ul>
          {model.coordinates.map(({ label, unit, range, qposAddress }, k) => (
            <Slider
              key={label}
              label={label}
              unit={unit}
              range={range}
              value={readings?.qpos[qposAddress]}
              set={(value) => drive.setCoordinate(k, value)}
            />
          ))}
        </ul>
      </section>
      <section class="card sliders" aria-label="Actuators">
        <header>
          <h3>Actuators</h3>
          {isPaused && model.actuators.length > 0 && <span class="rewards-key">act while the simulation plays</span>}
        </header>
        {model.actuators.length === 0 && <p class="fan-note">This model has no actuators.</p>}
        <ul>
          {model.actuators.map(({ label, unit, range, servoOf, about }, k) => (
            <Slider
              key={label}
              label={label}
              title={servoOf === null ? `${label} ${about}` : `${label}: position servo of ${servoOf}`}
              unit={unit}
              range={range}
              value={readings?.controls[k]}
              set={(value) => drive.setControl(k, value)}
            />
          ))}
        </ul>
      </section>
    </>
  );
}

interface SliderProps {
  readonly label: string;
  readonly title?: string;
  readonly unit: string;
  readonly range: readonly [number, number];
  /** As the simulation reports it. */
  readonly value: number | null | undefined;
  set(value: number): void;
}

/** One slider; while it is dragged it shows the user's value. */
function Slider({ label, title = label, unit, range: [lowest, highest], value, set }: SliderProps) {
  const [held, hold] = useState<number | null>(null);
  const timers = useRef({ settle: 0, send: 0, wanted: 0 });
  const shown = held ?? value ?? 0;
  const give = (wanted: number) => {
    const { current } = timers;
    hold(wanted);
    clearTimeout(current.settle);
    current.settle = window.setTimeout(() => hold(null), SETTLE_MS);
    current.wanted = wanted;
    if (current.send !== 0) return;
    set(wanted);
    current.send = window.setTimeout(() => {
      current.send = 0;
      if (current.wanted !== wanted) set(current.wanted);
    }, SEND_MS);
  };
  return (
    <li title={title}>
      <span class="slider-name">{label}</span>
      <output>
        {formatFixed(shown)} <small>{unit}</small>
      </output>
      <input
        type="range"
        aria-label={label}
        aria-valuetext={`${formatFixed(shown)} ${unit}`}
        min={lowest}
        max={highest}
        step={(highest - lowest) / SLIDER_STEPS || "any"}
        value={shown}
        onInput={(event) => give(event.currentTarget.valueAsNumber)}
      />
    </li>
  );
}

/** Live values of everything that the model has. Requested only while they are open. */
export function Readings({ store, isOpen }: { store: Store; isOpen: boolean }) {
  const model = useStore(store, (state) => state.info?.model);
  const [open, setOpen] = useState(isOpen);
  useEffect(() => {
    store.set({ areReadingsSeen: open });
    return () => store.set({ areReadingsSeen: false });
  }, [store, open]);
  if (!model) return null;
  return (
    <details class="card readings" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h3>Sensors and contacts</h3>
      </summary>
      {open && <Values store={store} model={model} />}
    </details>
  );
}

function Values({ store, model }: { store: Store; model: ModelInfo }) {
  const readings = useStore(store, (state) => state.readings);
  const isBare = model.code !== "";
  if (!readings) return <p class="fan-note">Waiting for the simulation</p>;
  return (
    <>
      <Group title="Sensors" none="The model has no sensors." rows={sensorRows(model, readings)} />
      <Group title="Contacts" none="Nothing touches." rows={contactRows(readings)} />
      <Group title="Sites" none="The model has no sites." rows={siteRows(model, readings)} />
      {!isBare && <Group title="Joints" none="" rows={jointRows(model, readings)} />}
      <Group title="Actuators" none="" rows={actuatorRows(model, readings)} />
      {!isBare && <Group title="Observation" none="" rows={observationRows(model, readings)} />}
    </>
  );
}

interface Row {
  readonly name: string;
  readonly value: string;
  readonly title: string;
}

/** A list of readings, the first ones at once. */
function Group({ title, none, rows }: { title: string; none: string; rows: readonly Row[] }) {
  const [isWhole, setWhole] = useState(false);
  if (rows.length === 0) return none === "" ? null : <p class="fan-note">{none}</p>;
  const shown = isWhole ? rows : rows.slice(0, FIRST_SHOWN);
  return (
    <div class="reading-group">
      <h4>{title}</h4>
      <dl data-testid={`readings-${title.toLowerCase()}`}>
        {shown.map(({ name, value, title: about }, k) => (
          <div key={`${name} ${k}`} title={about}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {rows.length > shown.length && <More act={() => setWhole(true)}>{rows.length - shown.length} more</More>}
    </div>
  );
}

function More({ act, children }: { act: () => void; children: ComponentChildren }) {
  return (
    <button type="button" class="text-button" onClick={act}>
      {children}
    </button>
  );
}

function sensorRows({ sensors }: ModelInfo, { sensors: values }: ReadingsMessage): Row[] {
  return sensors.map(({ label, kind, unit, address, size }) => ({
    name: label,
    value: listed(values.slice(address, address + size), unit),
    title: unit === "" ? kind : `${kind}, ${unit}`,
  }));
}

function contactRows({ touching }: ReadingsMessage): Row[] {
  return touching.map(({ between: [a, b], force }) => ({
    name: `${a} · ${b}`,
    value: `${formatValue(force)} N`,
    title: "Magnitude of the force between the two",
  }));
}

function siteRows({ sites }: ModelInfo, { sites: values }: ReadingsMessage): Row[] {
  return sites.map(({ label, body }, k) => ({
    name: label,
    value: listed(values.slice(3 * k, 3 * k + 3), "m"),
    title: `Position in the world; on ${body}`,
  }));
}

function jointRows({ coordinates }: ModelInfo, { qpos }: ReadingsMessage): Row[] {
  return coordinates.map(({ label, unit, qposAddress }) => ({
    name: label,
    value: listed([qpos[qposAddress]], unit),
    title: label,
  }));
}

function actuatorRows({ actuators }: ModelInfo, { controls, forces }: ReadingsMessage): Row[] {
  return actuators.map(({ label, unit, servoOf, about }, k) => ({
    name: label,
    value: `${listed([controls[k]], unit)} → ${formatFixed(forces[k])}`,
    title: `Control, then the force before the gear; ${servoOf === null ? about : `position servo of ${servoOf}`}`,
  }));
}

function observationRows({ observation }: ModelInfo, { obs }: ReadingsMessage): Row[] {
  return observation.map(({ name, offset, size }) => ({
    name,
    value: listed(obs.slice(offset, offset + size), ""),
    title: `${name}: ${size === 1 ? "1 value" : `${size} values`} of what the policy sees`,
  }));
}

function listed(values: readonly (number | null)[], unit: string): string {
  const shown = values.slice(0, 4).map(formatFixed).join(" ");
  const more = values.length > 4 ? ` … (${values.length})` : "";
  return `${shown}${more}${unit === "" ? "" : ` ${unit}`}`;
}

/** TypeScript that reads the model in a task. */
export function ModelCode({ store }: { store: Store }) {
  const code = useStore(store, (state) => state.info?.model?.code ?? "");
  const [word, setWord] = useState("Copy");
  if (code === "") return null;
  const copy = () =>
    navigator.clipboard.writeText(code).then(
      () => setWord("Copied"),
      () => setWord("Select the text and copy it"),
    );
  return (
    <section class="card model-code" aria-label="In a task">
      <header>
        <h3>In a task</h3>
        <button type="button" class="text-button" onClick={copy}>
          {word}
        </button>
      </header>
      <p class="fan-note">
        Paste into defineTask: timing, actions, and a reading for every joint, sensor and site with a name.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard */}
      <pre tabIndex={0}>{code}</pre>
    </section>
  );
}
