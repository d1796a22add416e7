/** Binds an HTTP server to a port, or to the next free one. */
import type { Server } from "node:http";
import { UserError } from "../math/user-error.ts";

/** Ports tried after the wanted one. */
const MAX_TRIES = 20;

/**
 * Resolves with the port that was bound. Port 0 lets the system choose.
 * @throws UserError when the port is in use (and `fallback` is false) or may not be bound
 */
export async function listenOn(server: Server, host: string, port: number, fallback: boolean): Promise<number> {
  const last = fallback ? Math.min(65535, port + MAX_TRIES) : port;
  for (let candidate = port; candidate <= last; candidate++) {
    const error = await tryListen(server, host, candidate);
    if (error === null) return boundPort(server);
    if (error.code !== "EADDRINUSE" || !fallback) throw listenError(error, host, candidate);
  }
  throw new UserError(`stream: ports ${port} to ${last} on ${host} are all in use, expected a free one`);
}

function tryListen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException) => resolve(error);
    server.once("error", onError);
    server.listen({ host, port }, () => {
      server.off("error", onError);
      resolve(null);
    });
  });
}

function boundPort(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("stream: the server has no port");
  return address.port;
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): UserError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: "is in use, expected a free one",
    EACCES: "may not be bound by this user, expected one above 1023",
    EADDRNOTAVAIL: "cannot be bound, expected an address of this machine",
  };
  return new UserError(`stream: port ${port} on ${host} ${reasons[error.code ?? ""] ?? error.message}`, {
    cause: error,
  });
}
