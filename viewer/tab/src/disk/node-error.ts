/** Errors as node:fs throws them: programs tell them apart by their code. */

/** Codes that the page's disk gives. */
export type ErrorCode =
  | "ENOENT"
  | "EEXIST"
  | "ENOTDIR"
  | "EISDIR"
  | "ENOTEMPTY"
  | "EBADF"
  | "EROFS"
  | "ENOSPC"
  | "EIO"
  | "EINVAL"
  | "ESRCH";

/** @param what the path, or what else it is about */
export function nodeError(code: ErrorCode, what: string, cause?: unknown): Error & { readonly code: ErrorCode } {
  return Object.assign(new Error(`${code}: ${what}`, { cause }), { code });
}
