/** The flags of every command that serves the viewer: where it listens, and what a proxy before it needs. */
import type { Command } from "commander";
import { wholeNumber } from "../../catalogue/flag-value.ts";
import { UserError } from "../../math/user-error.ts";

/** The flags as they are given. */
export interface ServeFlags {
  readonly port?: string;
  readonly host?: string;
  readonly origin?: readonly string[];
  readonly base?: string;
}

/** Where a server listens and whom it answers. */
export interface ServeSettings {
  readonly port: number;
  readonly host: string;
  /** As `URL.origin` spells them. */
  readonly origins: readonly string[];
  /** With a slash at both ends. */
  readonly base: string;
}

const PORT = 8080;
const LOOPBACK = "127.0.0.1";

/** Gives a command the flags. */
export function addServeOptions(command: Command): Command {
  return command
    .option("--port <port>", `port to listen on; the next free one if it is taken (default: ${PORT})`)
    .option(
      "--host <address>",
      `address to bind; any address but a loopback one requires the printed token (default: ${LOOPBACK})`,
    )
    .option("--origin <url>", "behind a proxy: an address that browsers show, without a path; repeatable", collected)
    .option("--base </path/>", "behind a proxy that does not strip its path prefix: that prefix (default: /)");
}

function collected(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/** Throws UserError (exit code 2) naming the first flag that does not fit. */
export function readServeFlags({ port, host = LOOPBACK, origin = [], base = "/" }: ServeFlags): ServeSettings {
  return {
    port: port === undefined ? PORT : wholeNumber("--port", port, 0, 65535),
    host,
    origins: origin.map(readOrigin),
    base: readBase(base),
  };
}

/** Refuses the flags where nothing is served. Throws UserError (exit code 2). */
export function refuseServeFlags(flags: ServeFlags): void {
  for (const name of ["port", "host", "origin", "base"] as const)
    if (flags[name] !== undefined)
      throw new UserError(`--${name}: nothing is served, expected --view too; or omit this flag`, {
        exitCode: 2,
      });
}

/** "https://Robot.example:443/" → "https://robot.example" */
function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isWeb = url !== null && /^https?:$/.test(url.protocol) && url.hostname !== "";
  if (!isWeb || url.username !== "" || url.password !== "" || url.hostname.includes("*"))
    throw badFlag("--origin", text, "http:// or https:// with a host, such as https://robot.example");
  if (url.pathname !== "/" || /[?#]/.test(text))
    throw badFlag("--origin", text, `no path, such as ${url.origin}; a path prefix goes into --base`);
  return url.origin;
}

/** "/robot" → "/robot/" */
function readBase(text: string): string {
  const segments = text.replace(/^\/|\/$/g, "").split("/");
  const isPlain = segments.every((segment) => /^[\w.~!$&'()*+,;=:@-]+$/.test(segment) && !/^\.+$/.test(segment));
  if (text === "/") return text;
  if (text.startsWith("/") && isPlain) return `/${segments.join("/")}/`;
  throw badFlag("--base", text, "a path of letters, digits and -._~ between slashes, such as /robot/");
}

function badFlag(flag: string, text: string, expected: string): UserError {
  return new UserError(`${flag}: got "${text}", expected ${expected}`, { exitCode: 2 });
}
