/** In place of the cache of clips: a page keeps none. */

/** Nothing is kept. */
export function cachedFrames(): null {
  return null;
}

/** Keeps nothing. */
export function cacheFrames(): void {}
