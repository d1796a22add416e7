/** The sheet that starts a training: task, preset, algorithm and every setting of the schema, with what the server says of them. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { CatalogueMessage } from "../../../../src/stream/protocol.ts";
import type { Page } from "../../page/page.ts";
import { type FormState, isBusy } from "../../page/studio.ts";
import { type Store, useStore } from "../../state/store.ts";
import { formatCount } from "../widgets/format.ts";
import { Icon } from "../widgets/icons.tsx";
import { Segments } from "../widgets/segments.tsx";
import { TrainSettings } from "./train-settings.tsx";

/** The sheet; nothing while it is closed. */
export function TrainForm({ store, page }: { store: Store; page: Page }) {
  const form = useStore(store, (state) => state.studio.form);
  const catalogue = useStore(store, (state) => state.studio.catalogue);
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = form !== null && catalogue !== null;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog class="sheet train-form" ref={dialog} aria-label="New training" onClose={() => page.studio.closeForm()}>
      {isOpen && <Form form={form} catalogue={catalogue} store={store} page={page} />}
    </dialog>
  );
}

interface FormProps {
  readonly form: FormState;
  readonly catalogue: CatalogueMessage;
  readonly store: Store;
  readonly page: Page;
}

function Form({ form, catalogue, store, page }: FormProps) {
  const [search, setSearch] = useState("");
  const [onlyChanged, setOnlyChanged] = useState(false);
  const changed = Object.keys(form.settings).length;
  return (
    <form
      method="dialog"
      onSubmit={(event) => {
        event.preventDefault();
        page.studio.start();
      }}
    >
      <header>
        <h2>{form.from === null ? "New training" : "Continue from a checkpoint"}</h2>
        {form.from === null && <ShareButton page={page} />}
        <button
          type="button"
          class="icon-button"
          aria-label="Close the form"
          title="Close (Esc)"
          onClick={() => page.studio.closeForm()}
        >
          <Icon name="close" />
        </button>
      </header>
      {form.from === null ? <Choice form={form} catalogue={catalogue} page={page} /> : <Origin from={form.from} />}
      <div class="form-find">
        <input
          type="search"
          class="field"
          aria-label="Search settings"
          placeholder={`Search ${catalogue.settings.length + (form.plan?.taskSettings.length ?? 0)} settings`}
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        <button
          type="button"
          class="text-button"
          aria-pressed={onlyChanged}
          disabled={changed === 0 && !onlyChanged}
          onClick={() => setOnlyChanged(!onlyChanged)}
        >
          Changed <b>{changed}</b>
        </button>
        {changed > 0 && (
          <button type="button" class="text-button" onClick={() => page.studio.changeForm({ settings: {} })}>
            Reset all
          </button>
        )}
      </div>
      <TrainSettings form={form} catalogue={catalogue} page={page} search={search} onlyChanged={onlyChanged} />
      <Footer form={form} store={store} page={page} />
    </form>
  );
}

/** Copies a link that opens this form. */
function ShareButton({ page }: { page: Page }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(page.studio.link ?? "");
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <button
      type="button"
      class="text-button"
      title="A link with which anyone trains this run"
      onClick={() => void copy()}
    >
      {isCopied ? "Link copied" : "Copy link"}
    </button>
  );
}

function Choice({ form, catalogue, page }: Omit<FormProps, "store">) {
  const families = [...new Set(catalogue.tasks.map(({ family }) => family))];
  const algorithm = form.algorithm ?? form.plan?.algorithm ?? "";
  return (
    <div class="form-choice">
      <label class="form-task">
        <span>Task</span>
        <select
          class="field"
          value={form.task}
          onChange={(event) => page.studio.changeForm({ task: event.currentTarget.value, algorithm: null })}
        >
          {families.map((family) => (
            <optgroup key={family} label={family}>
              {catalogue.tasks
                .filter((task) => task.family === family)
                .map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
      </label>
      <Labelled
        label="Preset"
        options={catalogue.presets}
        current={form.preset}
        choose={(preset) => page.studio.changeForm({ preset, algorithm: null })}
      />
      <Labelled
        label="Algorithm"
        options={catalogue.algorithms}
        current={algorithm}
        choose={(chosen) => page.studio.changeForm({ algorithm: chosen })}
      />
    </div>
  );
}

interface LabelledProps {
  readonly label: string;
  readonly options: readonly string[];
  readonly current: string;
  readonly choose: (option: string) => void;
}

function Labelled({ label, options, current, choose }: LabelledProps) {
  const choices = options.map((option) => ({ value: option, text: option }));
  return (
    <div class="form-segments">
      <span>{label}</span>
      <Segments label={label} choices={choices} value={current} choose={choose} />
    </div>
  );
}

/** What a fork begins with. */
function Origin({ from }: { from: string }) {
  return (
    <p class="form-origin">
      A new run with the weights, optimiser and normaliser of <b>{from}</b>. Settings that you do not change are those
      of that run.
    </p>
  );
}

function Footer({ form, store, page }: Omit<FormProps, "catalogue">) {
  const status = useStore(store, (state) => state.status);
  const shown = useStore(store, (state) => state.studio.shown);
  const busy = isBusy(status?.state);
  const { plan } = form;
  return (
    <footer>
      <Note form={form} training={busy ? (shown ?? "A run") : null} />
      {busy && (
        <button
          type="button"
          class="text-button"
          disabled={status?.state === "stopping"}
          onClick={() => page.studio.stop()}
        >
          {status?.state === "stopping" ? "Stopping" : "Stop it"}
        </button>
      )}
      <button
        type="submit"
        class="text-button primary"
        disabled={busy || form.isSent || plan === null || plan.problems.length > 0}
      >
        {form.isSent ? "Starting" : "Start training"}
      </button>
    </footer>
  );
}

/** What keeps a training from being started, or what it would be. */
function Note({ form, training }: { form: FormState; training: string | null }) {
  const { plan, refusal } = form;
  const problems = [...(plan?.problems ?? []), ...(refusal === null ? [] : [refusal])];
  const general = problems.find(({ setting }) => setting === "");
  if (training !== null)
    return (
      <p class="form-note" role="status">
        <b>{training}</b> is training. Only one training runs at a time: stop it to start another.
      </p>
    );
  if (general)
    return (
      <p class="form-note bad" role="alert">
        {general.message}
      </p>
    );
  if (problems.length > 0)
    return (
      <p class="form-note bad" role="status">
        {problems.length === 1 ? "One setting needs" : `${problems.length} settings need`} another value.
      </p>
    );
  return (
    <p class="form-note" data-testid="plan">
      {plan === null ? "Checking the settings" : summary(form)}
    </p>
  );
}

function summary({ plan, settings }: FormState): string {
  const each = plan?.iterationSteps ?? 0;
  const total = Number((settings.steps ?? plan?.values.steps ?? "0").replaceAll("_", ""));
  if (!plan || each === 0) return "";
  return `${plan.algorithm} · ${formatCount(total)} steps in ${formatCount(Math.ceil(total / each))} iterations of ${formatCount(each)}`;
}
