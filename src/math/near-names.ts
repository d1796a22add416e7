/** Suggestions for misspelt names: "has no joint X; nearest: …". Levenshtein distance, letter case ignored. */

/**
 * The candidates nearest to `name`, best first. Those that need more edits than half the longer word's letters are omitted, unless one contains the other.
 * @param limit at most this many are returned
 */
export function nearNames(name: string, candidates: Iterable<string>, limit = 3): string[] {
  const wanted = name.toLowerCase();
  const scored: { candidate: string; score: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const offered = candidate.toLowerCase();
    const edits = editDistance(wanted, offered);
    const contained = wanted.length > 0 && (offered.includes(wanted) || wanted.includes(offered));
    if (contained || edits <= Math.max(wanted.length, offered.length) / 2) scored.push({ candidate, score: edits });
  }
  scored.sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1));
  return scored.slice(0, limit).map((entry) => entry.candidate);
}

/** "; nearest: a, b" where something is near, else nothing: for messages that name all candidates. */
export function nearest(name: string, candidates: Iterable<string>): string {
  const near = nearNames(name, candidates);
  return near.length > 0 ? `; nearest: ${near.join(", ")}` : "";
}

/** "; nearest: a, b" where something is near, "; there are: a, b, …" where the list is short, else nothing. */
export function suggestion(name: string, candidates: Iterable<string>): string {
  const all = [...candidates];
  const near = nearest(name, all);
  if (near !== "") return near;
  return all.length > 0 && all.length <= 12 ? `; there are: ${all.join(", ")}` : "";
}

/**
 * "--envz: unknown flag; nearest: --envs"
 * @param name without dashes in front
 * @param flags the known names, without dashes in front
 */
export function unknownFlag(name: string, flags: readonly string[]): string {
  const near = nearFlags(name, flags);
  return `--${name}: unknown flag${near.length === 0 ? "" : `; nearest: ${near.map((flag) => `--${flag}`).join(", ")}`}`;
}

/** Compares with whole names and with last parts, so that `learning-rate` finds `algorithm.learning-rate`. */
function nearFlags(name: string, flags: readonly string[]): string[] {
  const lastPart = (flag: string) => flag.slice(flag.lastIndexOf(".") + 1);
  const byWhole = nearNames(name, flags, 2);
  const parts = nearNames(lastPart(name), flags.map(lastPart), 2);
  const byPart = parts.flatMap((part) => flags.filter((flag) => lastPart(flag) === part));
  const exact = byPart.filter((flag) => lastPart(flag) === lastPart(name));
  return [...new Set([...exact, ...byWhole, ...byPart])].slice(0, 2);
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[j] + 1, current[j - 1] + 1));
    }
    previous = current;
  }
  return previous[b.length];
}
