/** Turns a complaint of the schema library into one line: key, what was found, what was expected. */
import type { z } from "zod";
import { suggestion } from "../math/near-names.ts";

/**
 * @param issue the first issue of a failed parse
 * @param input what was parsed, to name the value that was found
 * @param keys names that unknown keys are compared with
 */
export function describeIssue(issue: z.core.$ZodIssue, input: unknown, keys: readonly string[] = []): string {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const key = [...path, issue.keys[0]!].join(".");
    return `${key}: unknown setting${suggestion(key, keys)}`;
  }
  return `${path.join(".") || "configuration"}: ${expectation(issue, valueAt(input, issue.path))}`;
}

/** "got X, expected Y". */
function expectation(issue: z.core.$ZodIssue, found: unknown): string {
  const got = found === undefined ? "is missing" : `got ${JSON.stringify(found)}`;
  switch (issue.code) {
    case "invalid_type":
      return `${got}, expected ${issue.expected === "int" ? "a whole number" : article(issue.expected)}`;
    case "invalid_value":
      return `${got}, expected ${oneOf(issue.values.map(String))}`;
    case "too_small":
      return `${got}, expected ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}${elements(issue.origin)}`;
    case "too_big":
      return `${got}, expected ${issue.inclusive ? "at most" : "less than"} ${issue.maximum}${elements(issue.origin)}`;
    case "invalid_union":
      if (typeof found === "number" && issue.errors[0]?.[0] !== undefined)
        return expectation(issue.errors[0][0], found);
      return `${got}, expected ${"options" in issue ? oneOf((issue.options as unknown[]).map(String)) : "another value"}`;
    case "custom":
      return `${got}, expected ${issue.message}`;
    default:
      return `${got}: ${issue.message}`;
  }
}

/** "a, b or c" */
export function oneOf(values: readonly string[]): string {
  return values.length < 2 ? values.join("") : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function elements(origin: string): string {
  return origin === "array" ? " element(s)" : origin === "string" ? " character(s)" : "";
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return value;
}
