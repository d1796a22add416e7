/** The page's controls of trainings: the form that starts one, the current run, runs to compare with. Sends requests; the server decides. */
import type {
  CatalogueMessage,
  CheckpointEntry,
  ClientMessage,
  DownloadKind,
  FormProblem,
  GalleryMessage,
  IncidentEntry,
  MetricsPoint,
  PlanMessage,
  PortraitMessage,
  RunEntry,
  RunState,
  TrainForm,
  TrainingMessage,
} from "../../../src/stream/protocol.ts";
import type { Store } from "../state/store.ts";
import { download, fromBase64 } from "./download.ts";
import type { Notices } from "./notices.ts";
import { readShared, sharedHash } from "./share-link.ts";

/** A filled form is looked at by the server when its user pauses for so long. */
const PLAN_MS = 120;
/** Runs that can be compared at a time: as many as there are colours. */
export const MOST_COMPARED = 6;
const COMPARED_KEY = "flowgait.compared";
/** States in which the server starts no other training. */
const busyStates: readonly (RunState | undefined)[] = ["starting", "training", "evaluating", "paused", "stopping"];

/** The form as it is filled. */
export interface FormState extends Omit<TrainForm, "settings"> {
  /** Changed settings, as typed. */
  readonly settings: Readonly<Record<string, string>>;
  /** What the server says of it; null until it has answered. */
  readonly plan: PlanMessage | null;
  /** Why the server refused to start. */
  readonly refusal: FormProblem | null;
  /** Whether a start was requested. */
  readonly isSent: boolean;
}

/** A run whose curves are drawn beside those of the one that is shown. */
export interface ComparedRun {
  /** Key of the run. */
  readonly key: string;
  /** From 0; which colour it has. */
  readonly colour: number;
  /** null until they have come. */
  readonly points: readonly MetricsPoint[] | null;
}

/** What the page knows of trainings. */
export interface StudioState {
  /** null where the server starts no trainings. */
  readonly catalogue: CatalogueMessage | null;
  /** The runs below runs/, newest first. */
  readonly runs: readonly RunEntry[];
  /** Key of the run that is shown. */
  readonly shown: string | null;
  /** What the shown run kept of its last fall and its last NaN. */
  readonly incidents: readonly IncidentEntry[];
  /** null while it is closed. */
  readonly form: FormState | null;
  /** Whether the sheet of all curves is open. */
  readonly areCurvesOpen: boolean;
  /** Runs whose curves are drawn beside those of the shown one. */
  readonly compared: readonly ComparedRun[];
}

/** What the page knows before the server has said anything. */
export const noStudio: StudioState = {
  catalogue: null,
  runs: [],
  shown: null,
  incidents: [],
  form: null,
  areCurvesOpen: false,
  compared: [],
};

/** The form, the trainings and the compared runs, as part of the store. */
export class Studio {
  private readonly store: Store;
  private readonly send: (message: ClientMessage) => void;
  private readonly notices: Notices;
  /** The form that the page's address holds, until the studio's catalogue has come. */
  private shared = readShared(location.hash);
  private planTimer = 0;
  private nextPlan = 1;

  constructor(store: Store, send: (message: ClientMessage) => void, notices: Notices) {
    this.store = store;
    this.send = send;
    this.notices = notices;
  }

  private get state(): StudioState {
    return this.store.get().studio;
  }

  private set(change: Partial<StudioState>): void {
    this.store.set({ studio: { ...this.state, ...change } });
  }

  // ------------------------------------------------------------------------------------------------------------------------------- the form

  /** Opens the form: a new training, or one that begins from a checkpoint. */
  openForm(from: CheckpointEntry | null = null, run?: RunEntry): void {
    const { catalogue } = this.state;
    if (!catalogue) return;
    const { info } = this.store.get();
    const known = catalogue.tasks.some(({ name }) => name === info?.task);
    const task = run?.task ?? (known ? info!.task : catalogue.task);
    const settings: Record<string, string> = from && run ? forkSettings(from, run) : {};
    const form = { task, preset: catalogue.presets[0], algorithm: null, settings, from: from?.key ?? null };
    this.set({ form: { ...form, plan: null, refusal: null, isSent: false }, areCurvesOpen: false });
    this.plan(0);
  }

  /** Closes the form; what was typed is forgotten. */
  closeForm(): void {
    this.set({ form: null });
  }

  /** Changes the form, and asks the server what it says of it. */
  changeForm(change: Partial<Pick<FormState, "task" | "preset" | "algorithm" | "settings">>): void {
    const { form } = this.state;
    if (!form) return;
    // settings by a task's own names mean nothing to another
    const kept = change.task === undefined ? {} : { settings: withoutTaskSettings(form) };
    this.set({ form: { ...form, ...kept, ...change, refusal: null } });
    this.plan("settings" in change ? PLAN_MS : 0);
  }

  /** Changes a setting, or, with null, gives it its own value again. */
  setSetting(name: string, text: string | null): void {
    const { form } = this.state;
    if (!form) return;
    const settings = { ...form.settings };
    if (text === null || text === form.plan?.values[name]) delete settings[name];
    else settings[name] = text;
    this.changeForm({ settings });
  }

  /** Opens the form as a link has it, once. Settings that do not exist are named by the server, beside the others. */
  private openShared({ tasks, presets }: CatalogueMessage): void {
    const { shared } = this;
    this.shared = null;
    if (shared === null) return;
    const isUnknown = tasks.every(({ name }) => name !== shared.task);
    const refusal = isUnknown
      ? `link: there is no task ${shared.task}, expected one of this studio's`
      : `link: there is no preset ${shared.preset}, expected ${presets.join(", ")}`;
    if (isUnknown || !presets.includes(shared.preset)) {
      this.notices.note({ type: "event", kind: "refused", steps: 0, message: refusal });
      return;
    }
    this.set({ form: { ...shared, from: null, plan: null, refusal: null, isSent: false }, areCurvesOpen: false });
  }

  /** An address that opens this form; null where it begins from a checkpoint, which is only here. */
  get link(): string | null {
    const { form } = this.state;
    return form === null || form.from !== null ? null : new URL(sharedHash(form), location.href).href;
  }

  /** Sends the form off. */
  start(): void {
    const { form } = this.state;
    if (!form) return;
    this.set({ form: { ...form, isSent: true, refusal: null } });
    this.send({ type: "train", form: sentForm(form) });
  }

  private plan(afterMs: number): void {
    clearTimeout(this.planTimer);
    this.planTimer = window.setTimeout(() => {
      const { form } = this.state;
      if (form) this.send({ type: "plan", id: this.nextPlan++, form: sentForm(form) });
    }, afterMs);
  }

  // ------------------------------------------------------------------------------------------------------------------------------- trainings

  /** Pauses the training itself or lets it go on; the server decides. */
  setPaused(isPaused: boolean): void {
    this.send({ type: isPaused ? "pause" : "resume", what: "training" });
  }

  /** Stops the training after its last checkpoint. */
  stop(): void {
    this.send({ type: "stopTraining" });
  }

  /** @param steps new length of the run; null leaves it */
  resume(run: string, steps: number | null = null): void {
    this.send({ type: "resumeTraining", run, steps });
  }

  /** Hands a run, its controller or the page that plays it to the user. */
  download(run: string, what: DownloadKind): void {
    this.send({ type: "download", run, what });
  }

  /** Lets the kept fall or NaN take the place of what is driven; null returns to driving. */
  openIncident(kind: IncidentEntry["kind"] | null): void {
    this.send({ type: "incident", kind });
  }

  // --------------------------------------------------------------------------------------------------------------------------------- curves

  /** Opens or closes the sheet of all curves. */
  setCurvesOpen(areCurvesOpen: boolean): void {
    this.set({ areCurvesOpen });
    if (areCurvesOpen) this.send({ type: "runs" });
  }

  /** Adds the curves of a run, or removes them. */
  toggleCompared(key: string): void {
    const { compared } = this.state;
    if (compared.some((run) => run.key === key)) this.setCompared(compared.filter((run) => run.key !== key));
    else if (compared.length < MOST_COMPARED) {
      const colour = [...Array(MOST_COMPARED).keys()].find((k) => compared.every((run) => run.colour !== k))!;
      this.setCompared([...compared, { key, colour, points: null }]);
      this.send({ type: "curves", run: key });
    }
  }

  private setCompared(compared: readonly ComparedRun[]): void {
    this.set({ compared });
    sessionStorage.setItem(COMPARED_KEY, JSON.stringify(compared.map(({ key, colour }) => ({ key, colour }))));
  }

  // ------------------------------------------------------------------------------------------------------------------------- from the server

  /** A new connection: the server says next whether it starts trainings. */
  greeted(): void {
    this.set({ catalogue: null });
  }

  /** What the server says of trainings. */
  receive(message: Exclude<TrainingMessage, GalleryMessage | PortraitMessage>): void {
    switch (message.type) {
      case "catalogue":
        this.set({ catalogue: message, compared: keptComparison() });
        for (const { key } of this.state.compared) this.send({ type: "curves", run: key });
        this.openShared(message);
        this.plan(0);
        return;
      case "plan":
        this.receivePlan(message);
        return;
      case "runs":
        this.set({ runs: message.runs, shown: message.shown, incidents: message.incidents });
        return;
      case "curves":
        this.set({
          compared: this.state.compared.map((run) =>
            run.key === message.run ? { ...run, points: message.points } : run,
          ),
        });
        return;
      case "started":
        this.set({ form: null });
        return;
      case "file":
        download(message.name, new Blob([fromBase64(message.data)]));
        return;
      default:
        message satisfies never;
    }
  }

  /** Answers to older questions are out of date. */
  private receivePlan(plan: PlanMessage): void {
    const { form } = this.state;
    if (form && plan.id === this.nextPlan - 1) this.set({ form: { ...form, plan } });
  }

  /** True where the form shows the refusal itself. */
  refused(what: string, reason: string): boolean {
    const { form, compared } = this.state;
    if (what === "curves") this.setCompared(compared.filter(({ points }) => points !== null));
    if (!form || (what !== "train" && what !== "plan")) return false;
    const [, setting = "", message = reason] = /^--([\w.-]+): (.*)$/s.exec(reason) ?? [];
    this.set({ form: { ...form, isSent: false, refusal: { setting, message } } });
    return true;
  }
}

/** Whether another training can be started now. */
export function isBusy(state: RunState | undefined): boolean {
  return busyStates.includes(state);
}

/** A fork of a run that is through needs somewhere to go. */
function forkSettings(from: CheckpointEntry, run: RunEntry): Record<string, string> {
  return from.steps < run.totalSteps ? {} : { steps: String(from.steps + run.totalSteps) };
}

function withoutTaskSettings({ settings, plan }: FormState): Record<string, string> {
  const own = new Set(plan?.taskSettings.map(({ name }) => name));
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !own.has(name)));
}

function sentForm({ task, preset, algorithm, settings, from }: FormState): TrainForm {
  return { task, preset, algorithm, settings: Object.entries(settings), from };
}

function keptComparison(): ComparedRun[] {
  try {
    const kept = JSON.parse(sessionStorage.getItem(COMPARED_KEY) ?? "[]") as ComparedRun[];
    return kept.slice(0, MOST_COMPARED).map(({ key, colour }) => ({ key, colour, points: null }));
  } catch {
    return [];
  }
}
