import { expect, it } from "vitest";
import { RecentlyUsed } from "../../src/rollout/recently-used.ts";

/** Things by key that note when they were made and disposed of. */
function kept(most: number) {
  const notes: string[] = [];
  const cache = new RecentlyUsed<{ dispose(): Promise<void> }>(most);
  const get = (key: string) =>
    cache.get(key, async () => {
      notes.push(`made ${key}`);
      return { dispose: async () => void notes.push(`disposed ${key}`) };
    });
  return { get, notes };
}

it("what was asked for least recently is disposed of, and made again when it is asked for again", async () => {
  const { get, notes } = kept(2);
  for (const key of ["a", "b", "a", "c", "b"]) await get(key);
  await Promise.resolve();
  expect(notes.filter((note) => note.startsWith("made"))).toEqual(["made a", "made b", "made c", "made b"]);
  expect(notes.filter((note) => note.startsWith("disposed"))).toEqual(["disposed b", "disposed a"]);
});

it("what could not be made is tried again", async () => {
  const cache = new RecentlyUsed<{ dispose(): Promise<void> }>(2);
  let tries = 0;
  const make = async () => {
    if (++tries === 1) throw new Error("no memory");
    return { dispose: async () => {} };
  };
  await expect(cache.get("a", make)).rejects.toThrow("no memory");
  await cache.get("a", make);
  await cache.get("a", make);
  expect(tries).toBe(2);
});
