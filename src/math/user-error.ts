/** A mistake of the user's or a failure of the machine, reported in one line; anything else that is thrown is a bug and keeps its stack trace. */
export class UserError extends Error {
  /** Process exit code: 1 the command failed, 2 the command was used wrongly. */
  readonly exitCode: 1 | 2;

  constructor(message: string, options: { exitCode?: 1 | 2; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "UserError";
    this.exitCode = options.exitCode ?? 1;
  }
}
