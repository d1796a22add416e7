/** The settings of a training in groups: value, help, range, and what is wrong with it beside it. */
import { useId, useState } from "preact/hooks";
import type { CatalogueMessage, SettingDescription } from "../../../../src/stream/protocol.ts";
import type { Page } from "../../page/page.ts";
import type { FormState } from "../../page/studio.ts";
import { formatName } from "../widgets/format.ts";
import { Icon } from "../widgets/icons.tsx";

interface SettingsProps {
  readonly form: FormState;
  readonly catalogue: CatalogueMessage;
  readonly page: Page;
  readonly search: string;
  readonly onlyChanged: boolean;
}

/** Every setting that fits the search, in its group. */
export function TrainSettings({ form, catalogue, page, search, onlyChanged }: SettingsProps) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const { plan, settings } = form;
  if (!plan) return <div class="form-settings" />;
  const problems = new Map([...plan.problems, ...(form.refusal ? [form.refusal] : [])].map((p) => [p.setting, p]));
  const wanted = [...catalogue.settings, ...plan.taskSettings].filter(
    (setting) =>
      (setting.name in plan.values || setting.name in settings) && (!onlyChanged || setting.name in settings),
  );
  const found = wanted.filter((setting) => fits(setting, search));
  const isFiltered = search !== "" || onlyChanged;
  return (
    <div class="form-settings">
      {catalogue.groups.map((title, index) => {
        const mine = found.filter(({ group }) => group === title);
        if (mine.length === 0) return null;
        const hasProblem = mine.some(({ name }) => problems.has(name));
        const open = isFiltered || hasProblem || toggled.has(title) !== (index === 0);
        const changed = mine.filter(({ name }) => name in settings).length;
        return (
          <section key={title} class="form-group">
            <h3>
              <button
                type="button"
                aria-expanded={open}
                onClick={() => {
                  const next = new Set(toggled);
                  if (!next.delete(title)) next.add(title);
                  setToggled(next);
                }}
              >
                <Icon name="next" />
                {title}
                <small>
                  {mine.length}
                  {changed > 0 && <b> · {changed} changed</b>}
                </small>
              </button>
            </h3>
            {open && (
              <div class="form-fields">
                {mine.map((setting) => (
                  <Setting
                    key={setting.name}
                    setting={setting}
                    form={form}
                    page={page}
                    problem={problems.get(setting.name)?.message}
                  />
                ))}
              </div>
            )}
          </section>
        );
      })}
      {found.length === 0 && (
        <p class="form-none">{search === "" ? "No setting is changed." : `No setting matches “${search}”.`}</p>
      )}
    </div>
  );
}

function fits({ name, description, unit }: SettingDescription, search: string): boolean {
  const text = `${name} ${formatName(name.replaceAll("-", " "))} ${description} ${unit ?? ""}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** "algorithm.learning-rate" → "learning rate" */
function shortName(name: string): string {
  return name
    .replace(/^(algorithm|reward|command|event|noise|randomise)\./, "")
    .replaceAll("-", " ")
    .replace(".", ": ");
}

interface SettingProps {
  readonly setting: SettingDescription;
  readonly form: FormState;
  readonly page: Page;
  readonly problem: string | undefined;
}

function Setting({ setting, form, page, problem }: SettingProps) {
  const id = useId();
  const { name, description, unit, source } = setting;
  const own = form.plan?.values[name] ?? "";
  const isChanged = name in form.settings;
  const isFixed = form.from !== null && setting.isFixedInFork;
  return (
    <div class={`form-field${problem ? " bad" : ""}${isChanged ? " changed" : ""}`} data-setting={name}>
      <div class="form-field-head">
        <label for={id} title={`--${name}`}>
          {shortName(name)}
        </label>
        {isChanged && (
          <button
            type="button"
            class="form-undo"
            aria-label={`Reset ${shortName(name)}`}
            title={`Reset to ${own === "" ? "empty" : own}`}
            onClick={() => page.studio.setSetting(name, null)}
          >
            <Icon name="reset" />
          </button>
        )}
      </div>
      <div class="form-value">
        {setting.slider && (
          <Slider
            name={shortName(name)}
            ends={setting.slider}
            value={Number(form.settings[name] ?? own)}
            change={(text) => page.studio.setSetting(name, text)}
          />
        )}
        <Value
          id={id}
          setting={setting}
          value={form.settings[name] ?? own}
          isDisabled={isFixed}
          isBad={problem !== undefined}
          change={(text) => page.studio.setSetting(name, text)}
        />
        {unit && <small>{unit}</small>}
      </div>
      {problem && (
        <p class="form-problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
      <p class="form-help" id={`${id}-help`}>
        {description}{" "}
        <span title={`Default: ${source}`}>{isFixed ? "Fixed by the checkpoint." : rangeText(setting)}</span>
      </p>
    </div>
  );
}

/** What a value may be, where the field does not show it. */
function rangeText({ kind, expected, slider }: SettingDescription): string {
  return slider === undefined && kind !== "boolean" && kind !== "choice" && kind !== "string" ? sentence(expected) : "";
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

interface SliderProps {
  readonly name: string;
  /** Lowest and highest value. */
  readonly ends: readonly [number, number];
  readonly value: number;
  readonly change: (text: string) => void;
}

/** Hundred steps; a number outside of the ends can be typed beside it. */
function Slider({ name, ends: [least, most], value, change }: SliderProps) {
  const step = (most - least) / 100;
  return (
    <input
      type="range"
      class="form-slider"
      aria-label={`${name}, slider`}
      min={least}
      max={most}
      step={step}
      value={Number.isFinite(value) ? value : 0}
      onInput={(event) => change(String(Number(Number(event.currentTarget.value).toPrecision(3))))}
    />
  );
}

interface ValueProps {
  readonly id: string;
  readonly setting: SettingDescription;
  readonly value: string;
  readonly isDisabled: boolean;
  readonly isBad: boolean;
  readonly change: (text: string) => void;
}

function Value({ id, setting, value, isDisabled, isBad, change }: ValueProps) {
  const attributes = {
    id,
    disabled: isDisabled,
    "aria-invalid": isBad,
    "aria-describedby": isBad ? `${id}-problem ${id}-help` : `${id}-help`,
  };
  if (setting.kind === "boolean")
    return (
      <span class="switch form-switch">
        <input
          {...attributes}
          type="checkbox"
          role="switch"
          aria-checked={value === "true"}
          checked={value === "true"}
          onChange={(event) => change(String(event.currentTarget.checked))}
        />
      </span>
    );
  if (setting.kind === "choice")
    return (
      <select {...attributes} class="field" value={value} onChange={(event) => change(event.currentTarget.value)}>
        {setting.choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    );
  return (
    <input
      {...attributes}
      class="field"
      type="text"
      inputMode={setting.kind === "number" ? "decimal" : "text"}
      autocomplete="off"
      spellcheck={false}
      placeholder={setting.kind === "string" ? "none" : ""}
      value={value}
      onInput={(event) => change(event.currentTarget.value)}
    />
  );
}
