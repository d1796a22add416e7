/** The pages of the documentation, in the order of its menu. */

/** A part of the menu. */
export interface Section {
  readonly title: string;
  /** Files relative to the package, without `.md`. */
  readonly pages: readonly string[];
}

/** Every page is in exactly one section; the first page of all is the site's front page. */
export const SECTIONS: readonly Section[] = [
  {
    title: "Start",
    pages: [
      "docs/index",
      "docs/get-started",
      "docs/install",
      "docs/tutorial",
      "docs/own-task",
      "docs/view",
      "docs/comparison",
    ],
  },
  {
    title: "Use",
    pages: [
      "docs/train-and-steer",
      "docs/check",
      "docs/why",
      "docs/train-in-the-tab",
      "docs/lesson-for",
      "docs/motion-tracking",
      "docs/sweeps-and-verify",
      "docs/task-settings",
      "docs/several-machines",
      "docs/agents",
      "docs/tensorflow",
      "docs/behind-a-proxy",
      "docs/troubleshooting",
    ],
  },
  {
    title: "Concepts",
    pages: [
      "docs/concepts/flow-policy",
      "docs/concepts/fpo",
      "docs/concepts/lessons",
      "docs/concepts/determinism",
      "docs/concepts/contract",
    ],
  },
  { title: "Deploy", pages: ["docs/export", "docs/deploy", "docs/identify", "docs/policy-files"] },
  {
    title: "Reference",
    pages: [
      "docs/reference/commands",
      "docs/reference/settings",
      "docs/reference/tasks",
      "docs/reference/contract",
      "docs/reference/protocol",
      "docs/reference/api",
    ],
  },
  { title: "Results", pages: ["docs/results", "controllers/README", "docs/experiments"] },
  { title: "Project", pages: ["CONTRIBUTING", "CHANGELOG", "SECURITY"] },
];

/** Pages that the menu omits: another page lists them. */
export const UNLISTED = /^controllers\/(?!README$)/;

/** Path of a page on the site, without its ending. */
export function placeOf(page: string): string {
  if (page === "controllers/README") return "controllers/index";
  if (page.startsWith("controllers/")) return page;
  return page.startsWith("docs/") ? page.slice("docs/".length) : page.toLowerCase();
}
