/** A mistake of the user's or a failure of the machine, reported in one line; anything else that is thrown is a bug and keeps its stack trace. */
export class UserError extends Error {
  /** Process exit code: 1 the command failed, 2 the command was used wrongly. */
  readonly exitCode: 1 | 2;
  /** Further lines, where several things are wrong at once. */
  readonly more: readonly string[];

  constructor(message: string, options: { exitCode?: 1 | 2; cause?: unknown; more?: readonly string[] } = {}) {
    super(message, { cause: options.cause });
    this.name = "UserError";
    this.exitCode = options.exitCode ?? 1;
    this.more = options.more ?? [];
  }

  /** The same mistake in other words. */
  reworded(message: string): UserError {
    return new UserError(message, { exitCode: this.exitCode, cause: this, more: this.more });
  }
}
