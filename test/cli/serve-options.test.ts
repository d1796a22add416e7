import { describe, expect, it } from "vitest";
import { readServeFlags } from "../../src/cli/flags/serve-options.ts";
import { callCli } from "./cli-process.ts";

const origin = (...given: string[]) => readServeFlags({ origin: given }).origins;
const base = (given: string) => readServeFlags({ base: given }).base;

describe("flags of commands that serve", () => {
  it("listen on 127.0.0.1:8080 for pages of their own at / unless told", () => {
    expect(readServeFlags({})).toEqual({ port: 8080, host: "127.0.0.1", origins: [], base: "/" });
  });

  it("take an origin as browsers send it, however it is typed, and several of them", () => {
    expect(origin("https://Robot.Example:443/", "http://lab:9000")).toEqual([
      "https://robot.example",
      "http://lab:9000",
    ]);
    expect(origin("http://bücher.example")).toEqual(["http://xn--bcher-kva.example"]);
    expect(origin("http://[::1]:81")).toEqual(["http://[::1]:81"]);
  });

  it.each(["robot.example", "*", "http://*", "ftp://a", "null", "", "http://me@a", "file:///x"])(
    "refuse %j as an origin",
    (text) => {
      expect(() => origin(text)).toThrow(`--origin: got "${text}", expected http:// or https:// with a host`);
    },
  );

  it.each(["https://a/robot/", "https://a/?x", "https://a#x"])("send the path of %j to --base", (text) => {
    expect(() => origin(text)).toThrow("expected no path, such as https://a; a path prefix goes into --base");
  });

  it("take a base with or without its last slash", () => {
    expect(["/", "/robot", "/user/me/proxy/8080/"].map(base)).toEqual(["/", "/robot/", "/user/me/proxy/8080/"]);
  });

  it.each(["", "robot/", "//", "/a//b/", "/a/../b/", "/./", "/a?b/", "/a b/", "http://a/b/", '/"/'])(
    "refuse %j as a base",
    (text) => {
      expect(() => base(text)).toThrow(`--base: got "${text}", expected a path`);
    },
  );

  it.each([
    ["train", "CartpoleBalance"],
    ["replay", "walk.replay.json"],
  ])("are of no use to %s without --view, which says so", async (...argv) => {
    const { code, stderr } = await callCli(...argv, "--base", "/robot/");
    expect(stderr).toBe("flowgait: --base: nothing is served, expected --view too; or omit this flag\n");
    expect(code).toBe(2);
  });
});
