/**
 * The door of the stream's server: hands out the built page, and lets sockets in that may look. In a page, which is its own server,
 * viewer/tab/src/doors/gate.ts stands in its place.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { hostname } from "node:os";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { type AccessRules, isHostAllowed, isLoopback, refusalOf, refusalText } from "./access.ts";
import { listenOn } from "./listen.ts";
import type { PageSocket } from "./page-socket.ts";
import { MAX_CLIENT_MESSAGE_BYTES, STREAM_NAME } from "./protocol.ts";
import { refuse, StaticFiles } from "./static-files.ts";

/** Application close codes; the page explains them to the user. */
const CLOSE_TOKEN = 4401;
const CLOSE_FULL = 4503;

/** Address of the server and who may connect. */
export interface GateOptions {
  readonly port: number;
  /** Take the next free port when `port` is in use; otherwise that is a UserError. */
  readonly fallback?: boolean;
  /** Address to bind, 127.0.0.1 by default. Any address but loopback requires a token. */
  readonly host?: string;
  /** Token that pages must bring; made up when `host` needs one and none is given. */
  readonly token?: string;
  /** Foreign origins that may connect, such as a proxy's; as `URL.origin` spells them. */
  readonly origins?: readonly string[];
  /** Path that everything lies below, with a slash at both ends; "/" by default. */
  readonly base?: string;
}

/** Handlers for connections. */
export interface GateKeeper {
  readonly isFull: () => boolean;
  readonly enter: (socket: PageSocket) => void;
  /** Somebody was turned away. */
  readonly refused: () => void;
  /** A socket that was let in misbehaved. */
  readonly failed: (error: Error) => void;
}

/** Listens from the start; admits connections after `open`. */
export class Gate {
  /** Address to open in a browser, token included. */
  readonly url: string;
  readonly port: number;
  readonly #http: Server;
  readonly #files: StaticFiles;
  readonly #access: AccessRules;
  readonly #base: string;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
    perMessageDeflate: false,
  });

  private constructor(http: Server, port: number, files: StaticFiles, access: AccessRules, base: string) {
    this.#http = http;
    this.port = port;
    this.#files = files;
    this.#access = access;
    this.#base = base;
    this.url = addressOf(access, port, base);
  }

  /**
   * Reads the built page, binds the port and starts to listen.
   * @throws UserError when the port is in use or cannot be bound
   */
  static async listen(pageFolder: string, options: GateOptions): Promise<Gate> {
    const { host = "127.0.0.1", port, fallback = false, origins = [], base = "/" } = options;
    const token = options.token ?? (isLoopback(host) ? null : randomBytes(18).toString("base64url"));
    const files = await StaticFiles.load(pageFolder);
    const http = createServer();
    return new Gate(http, await listenOn(http, host, port, fallback), files, { host, token, origins }, base);
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
    const path = pathOf(request);
    const below = this.#below(path);
    if (!isHostAllowed(request.headers.host, this.#access)) {
      keeper.refused();
      refuse(response, 403, refusalText("host", request.headers));
    } else if (below === STREAM_NAME) this.#answerStream(request, response, keeper);
    else if (below !== null) this.#files.answer(request, `/${below}`, response);
    else if (`${path}/` === this.#base) redirect(response, `${this.#base}${queryOf(request)}`);
    else
      refuse(
        response,
        404,
        this.#base === "/" ? "not found" : `not found: this server's pages are below ${this.#base}`,
      );
  }

  /** A plain request where a websocket belongs: pages use it to learn why their socket was refused, since a socket does not say. */
  #answerStream(request: IncomingMessage, response: ServerResponse, keeper: GateKeeper): void {
    const refusal = this.#refusal(request);
    if (refusal !== null && refusal !== "token") {
      keeper.refused();
      refuse(response, 403, refusalText(refusal, request.headers));
      return;
    }
    response.setHeader("upgrade", "websocket");
    refuse(
      response,
      426,
      "got a plain request, expected a websocket; a proxy must forward the headers Upgrade and Connection",
    );
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, keeper: GateKeeper): void {
    socket.on("error", () => socket.destroy());
    const isStream = this.#below(pathOf(request)) === STREAM_NAME;
    const refusal = this.#refusal(request);
    if (!isStream || refusal !== null) keeper.refused();
    if (refusal !== null && refusal !== "token") {
      endWith(socket, "403 Forbidden", refusalText(refusal, request.headers));
      return;
    }
    if (!isStream) {
      endWith(socket, "404 Not Found", `not found: expected the websocket ${this.#base}${STREAM_NAME}`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on("error", keeper.failed);
      if (refusal === "token")
        turnAway(webSocket, CLOSE_TOKEN, "token", "the address that the server printed contains it");
      else if (keeper.isFull()) turnAway(webSocket, CLOSE_FULL, "viewers", "too many pages are open");
      else keeper.enter(webSocket);
    });
  }

  #refusal(request: IncomingMessage) {
    return refusalOf(request.headers, new URLSearchParams(queryOf(request)), this.#access);
  }

  /** What of a path lies below the base; null where it lies elsewhere. */
  #below(path: string): string | null {
    return path.startsWith(this.#base) ? path.slice(this.#base.length) : null;
  }
}

/** Ends a request for a websocket that was not opened with a status and one line. */
function endWith(socket: Duplex, status: string, line: string): void {
  const body = `${line}\n`;
  const headers = `connection: close\r\ncontent-type: text/plain; charset=utf-8\r\nx-content-type-options: nosniff`;
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location }).end();
}

function turnAway(socket: WebSocket, code: number, what: string, reason: string): void {
  socket.send(JSON.stringify({ type: "refused", what, reason }));
  socket.close(code, reason);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").replace(/[?#].*$/, "");
}

/** "?token=…", or nothing. */
function queryOf(request: IncomingMessage): string {
  return /\?[^#]*/.exec(request.url ?? "")?.[0] ?? "";
}

/** The address people open; a wildcard host is replaced by this machine's name. */
function addressOf({ host, token }: AccessRules, port: number, base: string): string {
  const isWildcard = host === "0.0.0.0" || host === "::";
  const name = isWildcard ? hostname() : host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `http://${name}:${port}${base}${token === null ? "" : `?token=${token}`}`;
}
