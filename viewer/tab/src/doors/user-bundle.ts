/** In place of tasks/own/user-bundle.ts: a page compiles no files. */

/** @param path with the separators of this page, which are slashes */
export function slashed(path: string): string {
  return path;
}

export async function portableBundle(path: string): Promise<never> {
  throw new Error(`${path}: a page compiles no files`);
}
