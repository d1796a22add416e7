/** `flowgait diagnose ratio <run>`: the ratio that FPO clips beside the true ratio of likelihoods, epoch by epoch, as text, JSON and a picture. */
import { wholeNumber } from "../../catalogue/flag-value.ts";
import { placeOf } from "../../catalogue/place.ts";
import { figurePath, findCheckpoint, findPolicy } from "../../catalogue/policy-reference.ts";
import {
  diagnoseRatio,
  type RatioDiagnosis,
  type RatioEpoch,
  type TruthComparison,
} from "../../diagnose/ratio-diagnosis.ts";
import { ratioFigure } from "../../diagnose/ratio-figure.ts";
import { writeFileAtomically } from "../../files/atomic-file.ts";
import { type Output, resultJson } from "../../files/output.ts";
import { shownPath } from "../../files/shown-path.ts";
import { UserError } from "../../math/user-error.ts";
import { type Column, formatNumber, formatTable, percent } from "../table.ts";

/** The flags. */
export interface RatioOptions {
  readonly task?: string;
  readonly modelDir?: string;
  readonly rows: string;
  readonly odeSteps: string;
  readonly workers: string;
  readonly svg?: string;
  readonly json?: boolean;
}

/** Runs the command. */
export async function diagnose(reference: string, options: RatioOptions, output: Output): Promise<void> {
  const settings = readSettings(options);
  const { checkpoint, path } = await findCheckpoint(reference);
  const found = await findPolicy(reference);
  const { task: place, modelDir } = await placeOf(found, { task: options.task, modelDir: options.modelDir }, output);
  const request = { checkpoint, source: path, places: { task: place, modelDir }, ...settings };
  const diagnosis = await diagnoseRatio(request, (text) => output.note(text));
  const svg = options.svg ?? figurePath(reference, "ratio");
  const { task, algorithm, envSteps, seed } = diagnosis;
  const title = `${task}, ${algorithm} after ${envSteps.toLocaleString("en")} steps, seed ${seed}`;
  await writeFileAtomically(svg, ratioFigure(title, diagnosis));
  if (options.json === true) resultJson(output, ratioJson(reference, svg, diagnosis));
  else output.result(`${title}\n\n${ratioText(diagnosis)}\n\npicture: ${shownPath(svg)}\n`);
}

function readSettings(options: RatioOptions) {
  const odeSteps = wholeNumber("--ode-steps", options.odeSteps, 2, 10_000);
  if (odeSteps % 2 !== 0)
    throw new UserError(
      `--ode-steps: got ${odeSteps}, expected an even number, since half of them give the error estimate`,
      {
        exitCode: 2,
      },
    );
  return {
    rows: wholeNumber("--rows", options.rows, 2, 1_000_000),
    odeSteps,
    workers: wholeNumber("--workers", options.workers, 0, 256),
  };
}

/** The documented fields, in the documented order; the points are in the picture. */
function ratioJson(run: string, svg: string, { points: _points, epochs, rows, odeError, ...facts }: RatioDiagnosis) {
  const { task, algorithm, seed, envSteps, ...settings } = facts;
  return { run, task, algorithm, seed, envSteps, ...settings, rows, odeError, epochs, svg };
}

function ratioText(diagnosis: RatioDiagnosis): string {
  const { epochs, sampler, flowSteps, odeError } = diagnosis;
  const bySampler = epochs.flatMap((epoch) => (epoch.sampler === null ? [] : [{ epoch, truth: epoch.sampler }]));
  const byFlow = epochs.map((epoch) => ({ epoch, truth: epoch.flow }));
  const sections = [settingsText(diagnosis)];
  if (bySampler.length > 0)
    sections.push(`true ratio r under the ${flowSteps}-step ${sampler} sampler\n${comparisonTable(bySampler)}`);
  sections.push(
    `true ratio r under the continuous flow (integration error of ln π at most ${odeError.toExponential(0)})\n${comparisonTable(byFlow)}`,
    LEGEND,
  );
  return sections.join("\n\n");
}

const LEGEND = [
  "slope, corr., sign: least-squares slope of ln ρ over ln r, their correlation, share of actions where both have the same sign",
  "ρ out, r out, differ: share outside the trust region, and share of actions where ρ and r lie on different sides of it",
  "KL: divergence of the old policy from the new one; E[r] is 1, except for sampling error, if actions come from the likelihood itself",
  "bound slope, corr.: the same with the change of the likelihood bound (ELBO) in place of ln ρ; gap: mean of ln π minus the bound, in nats",
].join("\n");

function settingsText(diagnosis: RatioDiagnosis): string {
  const { rows, iterationRows, pairs, perPair, clip, actionNoise } = diagnosis;
  const counts = `${rows.toLocaleString("en")} of the ${iterationRows.toLocaleString("en")} actions of one iteration`;
  const ratio = perPair ? `ρ per pair, ${pairs} pairs` : `ρ averaged over ${pairs} pairs`;
  const lines = [`${counts}; ${ratio}, clip ${clip}`];
  if (actionNoise > 0)
    lines.push(
      `actions carry added noise of standard deviation ${actionNoise}, which neither likelihood includes: E[r] need not be 1`,
    );
  const folds = worst(diagnosis, "folded");
  if (folds > 0)
    lines.push(`up to ${percent(folds)} of the actions met a fold of the sampler: other noise may lead to them too`);
  const lost = worst(diagnosis, "unsolved");
  if (lost > 0)
    lines.push(`up to ${percent(lost)} of the actions could not be traced back to their noise and are omitted`);
  return lines.join("\n");
}

function worst({ epochs }: RatioDiagnosis, share: "folded" | "unsolved"): number {
  return Math.max(0, ...epochs.map(({ sampler }) => sampler?.[share] ?? 0));
}

const COLUMNS: readonly Column[] = (
  [
    "epoch",
    "E[ρ]",
    "E[r]",
    "slope",
    "corr.",
    "sign",
    "ρ out",
    "r out",
    "differ",
    "KL",
    "bound slope",
    "corr.",
    "gap",
  ] as const
).map((heading) => ({ heading, align: "right" }));

function comparisonTable(rows: readonly { readonly epoch: RatioEpoch; readonly truth: TruthComparison }[]): string {
  const cells = rows.map(({ epoch, truth }) => [
    String(epoch.epoch),
    epoch.ratioMean.toFixed(3),
    truth.ratioMean.toFixed(3),
    optional(truth.slope),
    optional(truth.correlation),
    percent(truth.signAgreement),
    percent(epoch.clipped),
    percent(truth.clipped),
    percent(truth.clipDisagreement),
    formatNumber(truth.divergence, 2),
    optional(truth.bound.slope),
    optional(truth.bound.correlation),
    truth.gap.toFixed(2),
  ]);
  return formatTable(COLUMNS, cells, "  ");
}

function optional(value: number | null): string {
  return value === null ? "–" : value.toFixed(2);
}
