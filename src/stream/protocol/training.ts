/**
 * What a page and the studio say to each other about trainings: the form to start one, the runs that exist, their curves. Both ends compile this
 * file, so it imports types alone.
 */
import type { GalleryMessage, PortraitMessage, PortraitSubject } from "./gallery.ts";
import type { MetricsPoint } from "./run-info.ts";

/** Longest text of one setting. */
export const MAX_SETTING_TEXT = 300;
/** Most settings that one form changes. */
export const MAX_FORM_SETTINGS = 80;
/** Longest name of a run or checkpoint. */
export const MAX_RUN_KEY = 400;
/** Points of a stored curve that are sent. */
export const MAX_STORED_POINTS = 600;

/** One setting of the configuration schema, in the words of its documentation. */
export interface SettingDescription {
  /** Kebab-case and dotted, as on the command line: `algorithm.learning-rate`. */
  readonly name: string;
  readonly kind: "number" | "schedule" | "boolean" | "string" | "choice" | "numbers" | "range";
  /** Of kind "choice". */
  readonly choices: readonly string[];
  /** "whole number from 1 to 4,096" */
  readonly expected: string;
  readonly description: string;
  /** Title of the settings that it stands with. */
  readonly group: string;
  /** Where the schema's default comes from. */
  readonly source: string;
  readonly unit?: string;
  /** Algorithms that have it; empty where it does not belong to one. */
  readonly algorithms: readonly string[];
  /** Whether it stays as it was when a run begins from a checkpoint. */
  readonly isFixedInFork: boolean;
  /** Lowest and highest value of a slider, where one helps. */
  readonly slider?: readonly [number, number];
}

/** What can be trained, and how; sent when a page connects to a studio. */
export interface CatalogueMessage {
  readonly type: "catalogue";
  /** What the form shows first. */
  readonly task: string;
  readonly tasks: readonly { readonly name: string; readonly family: string }[];
  readonly presets: readonly string[];
  readonly algorithms: readonly string[];
  /** Titles, in the order in which they are shown; the first is open from the start */
  readonly groups: readonly string[];
  readonly settings: readonly SettingDescription[];
}

/** A training that a page requests. */
export interface TrainForm {
  readonly task: string;
  readonly preset: string;
  /** null takes the task's own. */
  readonly algorithm: string | null;
  /** Changed settings, as they were typed. */
  readonly settings: readonly (readonly [name: string, text: string])[];
  /** Key of a checkpoint to begin from, whose settings then stand in place of the preset's; null begins from nothing. */
  readonly from: string | null;
}

/** The plan that a form results in. */
export interface PlanMessage {
  readonly type: "plan";
  /** Number of the question. */
  readonly id: number;
  readonly algorithm: string;
  /** Settings that the task has by its own names, such as weights of its rewards. */
  readonly taskSettings: readonly SettingDescription[];
  /** Values as they would be without the form's own changes, by setting; those of other algorithms omitted. */
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly FormProblem[];
  /** Environment steps of one iteration; null while something is wrong. */
  readonly iterationSteps: number | null;
}

/** What is wrong, and with which setting; "" if with no setting. */
export interface FormProblem {
  readonly setting: string;
  readonly message: string;
}

/** A run folder. */
export interface RunEntry {
  /** Names the run in messages; the folder's name. */
  readonly key: string;
  readonly task: string;
  readonly algorithm: string;
  readonly seed: number;
  /** Environment steps of the newest checkpoint, or of the training itself while it runs. */
  readonly steps: number;
  readonly totalSteps: number;
  readonly isRunning: boolean;
  /** Oldest first. */
  readonly checkpoints: readonly CheckpointEntry[];
}

/** A checkpoint of a run. */
export interface CheckpointEntry {
  /** What `policy` and `TrainForm.from` take. */
  readonly key: string;
  readonly steps: number;
  readonly isBest: boolean;
}

/** The runs below runs/ and the one that is shown, newest first. */
export interface RunsMessage {
  readonly type: "runs";
  readonly runs: readonly RunEntry[];
  /** Key of the run that the training channel shows; null before there is one. */
  readonly shown: string | null;
  /** What training kept to look at. */
  readonly incidents: readonly IncidentEntry[];
}

/** The last fall, or value that was not finite, of the training that is shown. */
export interface IncidentEntry {
  readonly kind: "fall" | "nan";
  readonly environment: number;
  /** Environment steps trained by then. */
  readonly steps: number;
  /** Simulated seconds that lead up to it. */
  readonly seconds: number;
  /** What was not finite; "" for a fall. */
  readonly source: string;
}

/** The curves of a stored run; sent to the page that asked. */
export interface CurvesMessage {
  readonly type: "curves";
  readonly run: string;
  readonly points: readonly MetricsPoint[];
}

/** A training has begun; sent to the page that requested it. */
export interface StartedMessage {
  readonly type: "started";
  readonly run: string;
}

/** What a page may take away of a run: all of it, its controller, or a page that plays the controller. */
export type DownloadKind = "run" | "controller" | "page";

/** A file for the user; sent to the page that asked. */
export interface FileMessage {
  readonly type: "file";
  readonly name: string;
  /** In base64. */
  readonly data: string;
}

/** Everything that the studio tells a page about trainings. */
export type TrainingMessage =
  | CatalogueMessage
  | PlanMessage
  | RunsMessage
  | CurvesMessage
  | StartedMessage
  | FileMessage
  | GalleryMessage
  | PortraitMessage;

/** What any page may ask: it changes nothing. */
export type TrainingQuestion =
  | { readonly type: "plan"; readonly id: number; readonly form: TrainForm }
  | { readonly type: "runs" }
  | { readonly type: "curves"; readonly run: string }
  | { readonly type: "download"; readonly run: string; readonly what: DownloadKind }
  | ({ readonly type: "portrait" } & PortraitSubject);

/** What the page that has the wheel may ask of the studio. One training runs at a time. */
export type TrainingWish =
  | { readonly type: "train"; readonly form: TrainForm }
  /** Finishes the iteration and saves. */
  | { readonly type: "stopTraining" }
  /** Continues with a run; `steps` is its new length, null leaves it. */
  | { readonly type: "resumeTraining"; readonly run: string; readonly steps: number | null }
  /** Opens what training kept of a fall or a NaN in the driven simulation; null returns to driving. */
  | { readonly type: "incident"; readonly kind: IncidentEntry["kind"] | null }
  /** Drives another robot of the gallery, by its shipped controller if one is named; null returns to the robot in training. */
  | { readonly type: "robot"; readonly subject: PortraitSubject | null };
