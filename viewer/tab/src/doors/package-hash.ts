/** In place of files/package-hash.ts: the build of the site says which one it is. */
declare const __PACKAGE_HASH__: string;

export function packageHash(): string {
  return __PACKAGE_HASH__;
}
