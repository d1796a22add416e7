/** `flowgait doctor <file> --guess`: finds the layout of a third-party policy file, and writes the file adapted to its task. */
import { existsSync } from "node:fs";
import { basename, extname } from "node:path";
import { realNumber, wholeNumber } from "../catalogue/flag-value.ts";
import { findPolicyFile } from "../catalogue/policy-file.ts";
import { isOnnxName } from "../catalogue/policy-reference.ts";
import { shippedController } from "../catalogue/shipped-controllers.ts";
import { controllerContract } from "../export/contract/contract.ts";
import { fileOnnx } from "../export/onnx-controller.ts";
import { thirdPartyOrigin, thirdPartyPolicy } from "../export/third-party.ts";
import { writeFileAtomically } from "../files/atomic-file.ts";
import { type Output, resultJson } from "../files/output.ts";
import { packageVersion } from "../files/version.ts";
import { type GuessedFile, type GuessSizes, guessLayout } from "../guess/guess.ts";
import { UserError } from "../math/user-error.ts";
import { describeTask, Environment, resolveTask, type TaskVariant } from "../tasks/index.ts";
import type { DoctorOptions } from "./doctor.ts";
import { guessText } from "./examine/guess-text.ts";
import { stageProgress } from "./stage-progress.ts";

/** Of the longer episodes, where the user does not say. */
const EPISODES = "2";
const SECONDS = "4";

/** Runs the command. @throws UserError where nothing walks, which writes nothing */
export async function guessFile(reference: string, options: DoctorOptions, output: Output): Promise<void> {
  refuseGuessFlags(options);
  const { task, modelDir, lesson } = options;
  const sizes: GuessSizes = {
    episodes: wholeNumber("--episodes", options.episodes ?? EPISODES, 1, 1000),
    seconds: realNumber("--seconds", options.seconds ?? SECONDS, 0.5, 3600),
    seed: wholeNumber("--seed", options.seed, 0, 0xffffffff),
  };
  const workers = wholeNumber("--workers", options.workers, 0, 256);
  const found = await thirdParty(reference);
  if (task === undefined)
    throw new UserError(`--task: is missing, expected the task that ${reference} was trained for`, { exitCode: 2 });
  const out = options.out ?? `${reference.slice(0, -extname(reference).length)}.adapted.onnx`;
  const contractFile = checkedOut(out);
  const variant: TaskVariant = { modelDir, lesson };
  const env = await Environment.create(await resolveTask(task, variant));
  const progress = stageProgress(output);
  try {
    const policy = await found.bind(env);
    const guessed = await guessLayout({ task, variant, policy }, env, sizes, workers, progress.tell);
    progress.close();
    const { guess, adapter, normaliser } = guessed;
    if (guess.certainty === "none") throw nothingWalks(reference, guessed);
    const words = guess.ranking[0].differs;
    const name = basename(reference);
    const adapted = thirdPartyPolicy({ policy, name, normaliser }, { adapter, words });
    const origin = thirdPartyOrigin(name, packageVersion());
    const description = describeTask(env);
    const contract = controllerContract(adapted, description, origin);
    await writeFileAtomically(contractFile, `${JSON.stringify(contract, null, 2)}\n`);
    await writeFileAtomically(out, fileOnnx(adapted, description, origin, {}, adapter));
    if (options.json === true) resultJson(output, { policy: reference, path: out, contract: contractFile, ...guess });
    else output.result(`${guessText(guess)}\n\nwritten: ${out}, ${contractFile}\n`);
  } finally {
    progress.close();
    env.delete();
  }
}

/** Flags of the examination, which `--guess` does not run. */
function refuseGuessFlags(options: DoctorOptions): void {
  const given: readonly (readonly [string, boolean])[] = [
    ["--no-table", !options.table],
    ["--physics", options.physics !== "none"],
    ["--physics-episodes", options.physicsEpisodes !== undefined],
    ["--page", options.page !== undefined],
    ["--checkpoint", options.checkpoint !== undefined],
    ["--overlay", options.overlay !== undefined],
    ["--randomise.actionDelay", options["randomise.actionDelay"] !== undefined],
    ["--randomise.observationDelay", options["randomise.observationDelay"] !== undefined],
  ];
  const flag = given.find(([, isGiven]) => isGiven)?.[0];
  if (flag !== undefined)
    throw new UserError(`${flag}: has no effect with --guess, expected one of them`, { exitCode: 2 });
}

async function thirdParty(reference: string): Promise<Awaited<ReturnType<typeof findPolicyFile>>> {
  if (!isOnnxName(reference) && shippedController(reference) === null)
    throw new UserError(`${reference}: is no ONNX file, expected a third-party policy file (.onnx)`, { exitCode: 2 });
  const found = isOnnxName(reference) ? await findPolicyFile(reference) : null;
  if (found !== null && found.contract === undefined) return found;
  throw new UserError(`${reference}: has a contract that says its layout, so that nothing is to be guessed`, {
    exitCode: 2,
  });
}

/** The contract's file beside the ONNX file that is written. @throws UserError where one of them exists */
function checkedOut(out: string): string {
  if (!isOnnxName(out)) throw new UserError(`--out: got "${out}", expected the name of an ONNX file`, { exitCode: 2 });
  const contract = `${out.slice(0, -extname(out).length)}.json`;
  const existing = [out, contract].find((path) => existsSync(path));
  if (existing === undefined) return contract;
  throw new UserError(`${existing}: exists, expected the name of a new file; try: --out <file>`, { exitCode: 2 });
}

function nothingWalks(reference: string, { guess: { tries, ranking, standing } }: GuessedFile): UserError {
  const best = ranking[0].walked.toFixed(1);
  return new UserError(
    `${reference}: none of ${tries} layouts walked better than standing: the best walked for ${best} s, standing counts ${standing.toFixed(1)} s; expected a file for this task`,
  );
}
