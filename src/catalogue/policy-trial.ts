/** A trial run of a policy file, which shows what its declared shapes leave open. */
import { firstLayerSize, loadOnnxSession, type OnnxSession } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import type { FilePolicy } from "../rollout/policy-data.ts";
import type { Environment } from "../tasks/index.ts";

/** What of a file a trial needs. */
type TriedFile = Pick<FilePolicy, "source" | "bytes" | "input" | "output" | "noise">;

/** Enough to distinguish a file that takes any number of rows from one that takes a single row. */
const TRIED_ROWS = 2;

/**
 * Rows that the file wants at once; null: any number.
 * @param declared rows that its input names; null where it leaves them open
 * @throws UserError when it does not run on the task's observations, or gives another number of values than the task's actions
 */
export async function rowsAtOnce(file: TriedFile, declared: number | null, env: Environment): Promise<number | null> {
  const session = await loadOnnxSession(file.bytes, file.source);
  try {
    if (declared !== null) {
      await tryRows(session, file, declared, env);
      return declared;
    }
    // A graph that is made for one row often declares an open number all the same.
    const takesMany = await tryRows(session, file, TRIED_ROWS, env).then(
      () => true,
      () => false,
    );
    if (takesMany) return null;
    await tryRows(session, file, 1, env);
    return 1;
  } finally {
    await session.dispose();
  }
}

/** Runs it on zeros. */
async function tryRows(session: OnnxSession, file: TriedFile, rows: number, env: Environment): Promise<void> {
  const { source, input, output, noise } = file;
  const feeds = {
    [input]: new Float32Array(rows * env.obsSize),
    ...(noise && { [noise.input]: new Float32Array(rows * noise.size) }),
  };
  const given = await session.run(feeds, rows, output).catch((cause: unknown) => {
    throw refusal(file, rows, env, cause);
  });
  if (given.length === rows * env.actionSize) return;
  const found = `${given.length} values for ${rows} ${rows === 1 ? "observation" : "observations"}`;
  throw new UserError(`${source}: output "${output}" gives ${found}, expected for each observation ${actionText(env)}`);
}

function refusal({ source, bytes, input }: TriedFile, rows: number, env: Environment, cause: unknown): UserError {
  const found = firstLayerSize(bytes, input, source);
  const expected = `expected ${observationText(env)}`;
  if (found !== null && found !== env.obsSize)
    return new UserError(`${source}: input "${input}" takes rows of ${found} values, ${expected}`, { cause });
  const reason = cause instanceof Error ? cause.message.replace(`${source}: `, "") : String(cause);
  return new UserError(`${source}: does not run on [${rows}, ${env.obsSize}], ${expected}; ${reason}`, { cause });
}

/** The task's observation in words. */
export function observationText({ task, obsSize, observationLayout }: Environment): string {
  const layout = observationLayout.map(({ name, size }) => `${name} ${size}`).join(", ");
  return `the ${obsSize} values of ${task.name}: ${layout}`;
}

/** The task's actions in words. */
export function actionText({ task, actionSize, actionDescription }: Environment): string {
  return `the ${actionSize} ${actionSize === 1 ? "action" : "actions"} of ${task.name}: ${actionDescription.names.join(", ")}`;
}
