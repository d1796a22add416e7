import { describe, expect, it } from "vitest";
import { askedQueue, parseQueueUrl } from "../../src/queue/queue-url.ts";

const parse = (text: string) => parseQueueUrl(text, "--queue");

describe("the address of a queue", () => {
  it("has host, port, database, user, password and prefix, and shows no secret", () => {
    const address = parse("redis://lab:s%40cret@example.org:7000/3?prefix=robots");
    expect(address).toEqual({
      shown: "redis://example.org:7000 database 3 (prefix robots)",
      prefix: "robots",
      options: { host: "example.org", port: 7000, db: 3, username: "lab", password: "s@cret" },
    });
  });

  it("is port 6379, database 0 and the prefix flowgait where it does not say", () => {
    expect(parse("redis://example.org")).toEqual({
      shown: "redis://example.org:6379",
      prefix: "flowgait",
      options: { host: "example.org", port: 6379, db: 0 },
    });
  });

  it("may be a socket, or TLS with the server's name", () => {
    expect(parse("unix:///run/redis.sock?db=2&password=p").options).toEqual({
      path: "/run/redis.sock",
      db: 2,
      password: "p",
    });
    expect(parse("rediss://:p@redis.example.org").options).toMatchObject({
      password: "p",
      tls: { servername: "redis.example.org" },
    });
    expect(parse("redis://[::1]:7000").options).toMatchObject({ host: "::1", port: 7000 });
  });

  it("comes from the flag, else from FLOWGAIT_QUEUE", () => {
    const environment = { FLOWGAIT_QUEUE: "redis://variable" };
    expect(askedQueue("redis://flag", environment)?.shown).toBe("redis://flag:6379");
    expect(askedQueue(undefined, environment)?.shown).toBe("redis://variable:6379");
    expect(askedQueue("", environment)).toBeNull();
    expect(askedQueue(undefined, {})).toBeNull();
  });

  it.each([
    ["nonsense", "--queue: got a text that is no URL, expected redis://host:6379"],
    ["http://u:secret@host", "--queue: got http://…, expected redis://host:6379"],
    ["redis://u:secret@host?prefx=a", '--queue: got the parameter "prefx", expected prefix or db'],
    ["redis://u:secret@host?prefix=a:b", '--queue: got the prefix "a:b", expected up to 64 letters'],
    ["redis://u:secret@host/name", '--queue: got the database "name", expected a number'],
    ["unix://run/redis.sock", "--queue: got unix:// without an absolute path, expected"],
  ])("%s is refused in one line without the password", (text, line) => {
    const refusal = (() => {
      try {
        return String(parse(text));
      } catch (error) {
        return error as Error & { exitCode: number };
      }
    })();
    expect(refusal).toMatchObject({ message: expect.stringContaining(line), exitCode: 2 });
    expect(String(refusal)).not.toContain("secret");
  });
});
