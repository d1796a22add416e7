/** The door of the stream's server: hands out the built page, and lets sockets in that may look. */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { hostname } from "node:os";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { type AccessRules, isHostAllowed, isLoopback, refusalOf } from "./access.ts";
import { listenOn } from "./listen.ts";
import { MAX_CLIENT_MESSAGE_BYTES, STREAM_PATH } from "./protocol.ts";
import { refuse, StaticFiles } from "./static-files.ts";

/** Close codes of our own; the page tells people what they mean. */
const CLOSE_TOKEN = 4401;
const CLOSE_FULL = 4503;

/** Where the door is and who may come in. */
export interface GateOptions {
  readonly port: number;
  /** Take the next free port when `port` is in use; otherwise that is a UserError. */
  readonly fallback?: boolean;
  /** Address to bind, 127.0.0.1 unless told. Any other than loopback requires a token. */
  readonly host?: string;
  /** Token that pages must bring; made up when `host` needs one and none is given. */
  readonly token?: string;
  /** Foreign origins that may connect, such as a development server's. */
  readonly origins?: readonly string[];
}

/** Who is told of visitors. */
export interface GateKeeper {
  readonly isFull: () => boolean;
  readonly enter: (socket: WebSocket) => void;
  /** Somebody was turned away. */
  readonly refused: () => void;
  /** A socket that was let in misbehaved. */
  readonly failed: (error: Error) => void;
}

/** Listens from the start; nobody comes in before `open`. */
export class Gate {
  /** Address to open in a browser, token included. */
  readonly url: string;
  readonly port: number;
  readonly #http: Server;
  readonly #files: StaticFiles;
  readonly #access: AccessRules;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
    perMessageDeflate: false,
  });

  private constructor(http: Server, port: number, files: StaticFiles, access: AccessRules) {
    this.#http = http;
    this.port = port;
    this.#files = files;
    this.#access = access;
    this.url = addressOf(access, port);
  }

  /**
   * Reads the built page, binds the port and starts to listen.
   * @throws UserError when the port is in use or cannot be bound
   */
  static async listen(pageFolder: string, options: GateOptions): Promise<Gate> {
    const { host = "127.0.0.1", port, fallback = false, origins = [] } = options;
    const token = options.token ?? (isLoopback(host) ? null : randomBytes(18).toString("base64url"));
    const files = await StaticFiles.load(pageFolder);
    const http = createServer();
    return new Gate(http, await listenOn(http, host, port, fallback), files, { host, token, origins });
  }

  /** Answers from now on. */
  open(keeper: GateKeeper): void {
    this.#http.on("request", (request, response) => this.#answer(request, response, keeper));
    this.#http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head, keeper));
  }

  /** Frees the port. Sockets that were let in are their owner's to close. */
  async close(): Promise<void> {
    this.#sockets.close();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  #answer(request: IncomingMessage, response: ServerResponse, keeper: GateKeeper): void {
    if (!isHostAllowed(request.headers.host, this.#access)) {
      keeper.refused();
      refuse(response, 403, "this server answers to the address that it printed");
      return;
    }
    this.#files.answer(request, pathOf(request), response);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, keeper: GateKeeper): void {
    socket.on("error", () => socket.destroy());
    const query = new URLSearchParams(/\?(.*)$/.exec(request.url ?? "")?.[1] ?? "");
    const refusal = pathOf(request) === STREAM_PATH ? refusalOf(request.headers, query, this.#access) : "path";
    if (refusal !== null) keeper.refused();
    if (refusal !== null && refusal !== "token") {
      socket.end(`HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on("error", keeper.failed);
      if (refusal === "token")
        turnAway(webSocket, CLOSE_TOKEN, "token", "the address that the server printed holds it");
      else if (keeper.isFull()) turnAway(webSocket, CLOSE_FULL, "viewers", "too many pages watch");
      else keeper.enter(webSocket);
    });
  }
}

function turnAway(socket: WebSocket, code: number, what: string, reason: string): void {
  socket.send(JSON.stringify({ type: "refused", what, reason }));
  socket.close(code, reason);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").replace(/[?#].*$/, "");
}

/** The address people open; a wildcard host is replaced by this machine's name. */
function addressOf({ host, token }: AccessRules, port: number): string {
  const isWildcard = host === "0.0.0.0" || host === "::";
  const name = isWildcard ? hostname() : host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `http://${name}:${port}/${token === null ? "" : `?token=${token}`}`;
}
