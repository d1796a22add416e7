/** Who may connect: a check of the addressed host, the page's origin and the token. Pure functions of a request's headers. */
import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** What the server demands of a connection. */
export interface AccessRules {
  /** Host the server is bound to. */
  readonly host: string;
  /** Required from everyone when not null. */
  readonly token: string | null;
  /** Origins allowed in addition to the server's own, such as a proxy's: scheme and host, default ports omitted. Their hosts may be addressed too. */
  readonly origins: readonly string[];
}

/** Why a request is refused. */
export type Refusal = "host" | "origin" | "token";

const loopbackNames = ["127.0.0.1", "localhost", "[::1]", "::1"];

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return loopbackNames.includes(host);
}

/**
 * Says why a connection is refused, or null when it is welcome.
 * @param query the part of the address after the question mark
 */
export function refusalOf(headers: IncomingHttpHeaders, query: URLSearchParams, rules: AccessRules): Refusal | null {
  if (!isHostAllowed(headers.host, rules)) return "host";
  if (!isOriginAllowed(headers.origin, headers.host, rules)) return "origin";
  return rules.token === null || isSame(rules.token, tokenOf(headers, query)) ? null : "token";
}

/**
 * A server on loopback answers to loopback names and the hosts of its allowed origins only, so that a foreign name resolved to 127.0.0.1
 * gets nothing. Ports do not count: proxies leave them out of the header or put their own there.
 */
export function isHostAllowed(host: string | undefined, { host: bound, origins }: AccessRules): boolean {
  if (!isLoopback(bound)) return true;
  const name = host?.replace(/:\d+$/, "").toLowerCase();
  return name !== undefined && (isLoopback(name) || origins.some((origin) => new URL(origin).hostname === name));
}

/** Why a request was refused, and what would help. One line. */
export function refusalText(refusal: Refusal, { host, origin }: IncomingHttpHeaders): string {
  switch (refusal) {
    case "host":
      return `this server was addressed as ${host ?? "nothing"}, expected the address that it printed or one given with --origin; try: --origin http://${host ?? "<host>"}`;
    case "origin":
      return `this request came from a page of ${origin}, expected one of ${host} or one given with --origin${hint(origin)}`;
    case "token":
      return "the token is missing or wrong, expected the whole address that the server printed";
    default:
      return refusal satisfies never;
  }
}

/** Pages in a sandbox and of files have the origin "null", which cannot be allowed. */
function hint(origin: string | undefined): string {
  return origin !== undefined && URL.canParse(origin) ? `; try: --origin ${origin}` : "";
}

/** Pages of this server, the named others, and programs that are no browser (they send no origin). */
function isOriginAllowed(origin: string | undefined, host: string | undefined, rules: AccessRules): boolean {
  if (origin === undefined || rules.origins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function tokenOf(headers: IncomingHttpHeaders, query: URLSearchParams): string {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
  return bearer ?? query.get("token") ?? "";
}

function isSame(expected: string, got: string): boolean {
  const a = Buffer.from(expected);
  const b = Buffer.from(got);
  return a.length === b.length && timingSafeEqual(a, b);
}
