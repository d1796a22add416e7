/** Who may connect: a check of the addressed host, the page's origin and the token. Pure functions of a request's headers. */
import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

export interface AccessRules {
  /** Host the server is bound to. */
  readonly host: string;
  /** Required from everyone when not null. */
  readonly token: string | null;
  /** Origins allowed besides the server's own, such as a development server's. */
  readonly origins: readonly string[];
}

const loopbackNames = ["127.0.0.1", "localhost", "[::1]", "::1"];

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return loopbackNames.includes(host);
}

/**
 * Says why a connection is refused, or null when it is welcome.
 * @param query the part of the address after the question mark
 */
export function refusalOf(
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
  rules: AccessRules,
): "host" | "origin" | "token" | null {
  if (!isHostAllowed(headers.host, rules)) return "host";
  if (!isOriginAllowed(headers.origin, headers.host, rules)) return "origin";
  return rules.token === null || isSame(rules.token, tokenOf(headers, query)) ? null : "token";
}

/** A server on loopback answers to loopback names only, so that a foreign name resolved to 127.0.0.1 gets nothing. */
export function isHostAllowed(host: string | undefined, rules: AccessRules): boolean {
  if (!isLoopback(rules.host)) return true;
  return host !== undefined && isLoopback(host.replace(/:\d+$/, ""));
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
