/** The guess of a layout as text: the ranking, the number of tries, and how sure it is. */
import type { Guess, GuessedLayout } from "../../guess/guess.ts";
import { formatNumber, formatTable } from "../table.ts";

/** Lines without an end. */
export function guessText(guess: Guess): string {
  const { task, tries, normaliser, sizes, standing, ranking } = guess;
  const evidence = normaliser ? ", chosen by the normaliser at the file's input" : "";
  const right = { align: "right" } as const;
  const columns = [
    { heading: "rank", ...right },
    { heading: "walked", ...right },
    { heading: "reward", ...right },
  ];
  const rows = ranking.map((one, i) => [
    String(i + 1),
    `${one.walked.toFixed(2)} s`,
    formatNumber(one.reward, 3),
    layoutWords(one),
  ]);
  return [
    `${task}: ${tries} layouts tried${evidence}; the best in ${sizes.episodes} episodes of ${sizes.seconds} s under each command`,
    formatTable([...columns, { heading: "what differs from the task's layout" }], rows, "  "),
    `standing counts ${standing.toFixed(2)} s; ${certaintyWords(guess)}`,
  ].join("\n\n");
}

function layoutWords({ differs }: GuessedLayout): string {
  return differs.length === 0 ? "nothing" : differs.join("; ");
}

function certaintyWords({ certainty, margin }: Guess): string {
  if (margin === null) return "sure: no other layout walks nearly as long";
  const more = `rank 1 walks ${margin.seconds.toFixed(2)} ± ${margin.error.toFixed(2)} s longer than rank 2`;
  if (certainty === "sure") return `sure: ${more}`;
  return `not sure: ${more}; layouts that walk equally long are ranked by reward`;
}
