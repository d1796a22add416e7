import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync, Visitor } from "vite";
import { describe, expect, it } from "vitest";
import { trainFlags } from "../src/config/config-flags.ts";
import { packageRoot } from "../src/files/package-root.ts";
import { callCli } from "./cli/cli-process.ts";

/** Phrases that no text for users needs, each with what to write instead. */
const BANNED: Readonly<Record<string, string>> = {
  "tells of": "reports",
  "(is|are) told": "is reported, is recorded",
  "told (as|to|of)": "reported as, commanded to",
  "came (of it|out)": "resulted",
  "left out": "omitted",
  "leaves? out": "omits",
  "(is|are) none": "is missing, is not a …",
  amid: "during",
  besides: "in addition",
  "who (always|never|falls)": "a robot that …",
  "asked (of the first|for)": "goal, commanded, requested",
  "(way|ways) from noise": "denoising path",
  "on (the|its|their) way": "at every step",
  "anew|begin(s|ning)? again": "reset, again",
  "(go|goes|going|went) on": "resume, continue",
  "made elsewhere": "third-party",
  "evaluations among": "including evaluations",
  "among (it|them)\\b(?=[ ,.(])": "including",
  "which does not tell|does not tell": "does not contain",
  "look into": "examine, diagnose",
  "(runs?|knows|known|takes?) (it )?as it (is|was)": "present version, stored version",
  "as (trained|in training|in the file) without it|without it$": "(default: …)",
  "has to bear": "robustness sweep",
  "ended early": "early termination",
  "\\d steps? late": "latency",
  "means nothing": "has no effect",
};
const pattern = new RegExp(`\\b(${Object.keys(BANNED).join("|")})(?!\\w)`, "i");

function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name))
    .map((name) => join(folder, name));
}

function textOf(file: string): string {
  return readFileSync(join(packageRoot, file), "utf8");
}

/** String literals, template literals with a placeholder for each expression, and texts of JSX. */
function stringsOf(file: string): string[] {
  const found: string[] = [];
  const { program, errors } = parseSync(file, textOf(file));
  expect(errors).toEqual([]);
  new Visitor({
    Literal: ({ value }) => void (typeof value === "string" && found.push(value)),
    TemplateLiteral: ({ quasis }) => void found.push(quasis.map(({ value }) => value.cooked).join("…")),
    JSXText: ({ value }) => void found.push(value),
  }).visit(program);
  return found;
}

/** The banned phrases of some texts, with where they stand. */
function bannedIn(file: string, texts: readonly string[]): string[] {
  const plain = texts.map((text) => text.replace(/\s+/g, " "));
  return plain.filter((text) => pattern.test(text)).map((text) => `${file}: ${text}`);
}

describe("texts for users", () => {
  it("hold none of the banned phrases in src and viewer", () => {
    const files = ["src", "viewer"].flatMap((folder) => filesBelow(folder, /\.tsx?$/));
    expect(files.length).toBeGreaterThan(400);
    expect(files.flatMap((file) => bannedIn(file, stringsOf(file))).join("\n")).toBe("");
  });

  it("hold none of them in the documentation", () => {
    const root = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"];
    const pages = ["controllers", "docs", "models"].flatMap((folder) => filesBelow(folder, /\.md$/));
    const read = [...root, ...pages].filter((file) => file !== "docs/experiments.md");
    const paragraphs = (file: string) => textOf(file).split(/\n\n|\n(?=[-|#])/);
    expect(read.flatMap((file) => bannedIn(file, paragraphs(file))).join("\n")).toBe("");
  });
});

const COMMANDS = [
  ..."tasks train eval play replay studio verify bench export doctor diagnose reproduce"
    .split(" ")
    .map((name) => [name]),
  ..."modes ratio stability".split(" ").map((name) => ["diagnose", name]),
];

const HELP = [[], ...COMMANDS].map((words) => [...words, "--help"]);
const WHOLE = ["train", "studio", "sweep", "reproduce"].map((name) => [name, "--help-all"]);

describe.each([...HELP, ...WHOLE].map((words) => [words]))("flowgait %j", (words: string[]) => {
  it("spells settings as they are typed, and no default in brackets or after “without it”", async () => {
    const { code, stdout } = await callCli(...words);
    expect(code).toBe(0);
    const camel = trainFlags.map(({ path }) => path.at(-1)!).filter((name) => /[A-Z]/.test(name));
    expect(camel.length).toBeGreaterThan(20);
    const text = stdout.replace(/\s+/g, " ");
    expect(camel.filter((name) => new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
    expect(text).not.toMatch(/--[\w.-]+ \[(?!options)|\(default: "/);
    expect(text).not.toMatch(pattern);
  });
});
