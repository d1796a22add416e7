import { describe, expect, it } from "vitest";
import { checkTaskName, taskFileName } from "../../src/tasks/own/task-name.ts";

const welcome = ["CheetahRun", "dm_control/walker-walk", "ALE/Pong-v5", '关节 "Übung"', "a */ b", "</script>", "v1.2"];
const unwelcome = [
  "",
  "  ",
  "../x",
  "a/../b",
  "..",
  "a/.",
  "a\\..\\b",
  ".hidden",
  "-rf",
  "a\nb",
  "a\u009b31m",
  "a\u0000b",
  "a\u2028b",
  "a ",
  "\ud800",
];

describe("a task's name", () => {
  it.each(welcome)("may be %s", (name) => {
    expect(() => checkTaskName(name)).not.toThrow();
  });

  it.each([...unwelcome, 7, undefined])("may not be %j, which is said in one line", (name) => {
    expect(() => checkTaskName(name)).toThrow(/^defineTask: name: got .*, expected .*$/);
    expect(() => checkTaskName(name)).not.toThrow(/[\p{Cc}\u2028]/u);
  });

  it("has at most 100 characters", () => {
    expect(() => checkTaskName("x".repeat(100))).not.toThrow();
    expect(() => checkTaskName("x".repeat(101))).toThrow("expected at most 100 characters, got 101");
  });
});

describe("files of a task", () => {
  it("have its name where that is plain, and dashes for slashes and what some systems refuse", () => {
    expect(["CheetahRun", "dm_control/walker-walk", "关节 1", 'a<b>"c"'].map(taskFileName)).toEqual([
      "CheetahRun",
      "dm_control-walker-walk",
      "关节 1",
      "a-b-c-",
    ]);
  });

  it.each([...unwelcome, "/", "///", "x".repeat(500), "关".repeat(100)])("stay in their folder for %j too", (name) => {
    const file = taskFileName(name);
    expect(file).toMatch(/^[^\s.\-/\\][^/\\\p{Cc}]*$/u);
    expect(Buffer.byteLength(file)).toBeLessThanOrEqual(120);
    expect(Buffer.from(file).toString()).toBe(file);
  });
});
