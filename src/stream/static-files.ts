/** Serves the built page: read once into memory when the server starts, so no path that a request names ever reaches the file system. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";

interface StaticFile {
  readonly body: Buffer;
  readonly type: string;
  readonly etag: string;
  /** Built assets carry a hash of their content in their name. */
  readonly isImmutable: boolean;
}

const mimeTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".onnx": "application/octet-stream",
  ".txt": "text/plain; charset=utf-8",
};

/** The page loads nothing from other servers, and no page may frame it. `blob:` and `data:` are the textures it draws itself. */
const securityHeaders = {
  "content-security-policy":
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

const notBuilt =
  "<!doctype html><meta charset=utf-8><title>flowgait</title><p>The viewer is not built. Run <code>npm run build</code> and load this page again.";

/** The files of one folder by their path in an address. */
export class StaticFiles {
  private readonly files: ReadonlyMap<string, StaticFile>;

  private constructor(files: ReadonlyMap<string, StaticFile>) {
    this.files = files;
  }

  /** Reads the folder; a folder that does not exist gives a page that says how to build it. */
  static async load(folder: string): Promise<StaticFiles> {
    const files = new Map<string, StaticFile>();
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const address = path.slice(folder.length).replaceAll("\\", "/");
      files.set(address.startsWith("/") ? address : `/${address}`, await readStatic(path));
    }
    return new StaticFiles(files);
  }

  /** Answers a request: the file (a page's without its ending too), 304 when the asker has it, 404 for anything else. */
  answer(request: IncomingMessage, path: string, response: ServerResponse): void {
    const file = this.files.get(path === "/" ? "/index.html" : path) ?? this.files.get(`${path}.html`);
    if (request.method !== "GET" && request.method !== "HEAD") refuse(response, 405, "method not allowed");
    else if (file) sendFile(request, file, response);
    else if (path === "/") sendHtml(response, 503, notBuilt);
    else refuse(response, 404, "not found");
  }
}

function sendFile(request: IncomingMessage, file: StaticFile, response: ServerResponse): void {
  const headers = { ...securityHeaders, etag: file.etag, "cache-control": cacheRule(file) };
  if (request.headers["if-none-match"] === file.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, "content-type": file.type, "content-length": file.body.length });
  response.end(request.method === "HEAD" ? undefined : file.body);
}

async function readStatic(path: string): Promise<StaticFile> {
  const body = await readFile(path);
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const type = mimeTypes[extname(path)] ?? "application/octet-stream";
  return { body, type, etag, isImmutable: /[/\\]assets[/\\]/.test(path) };
}

function cacheRule(file: StaticFile): string {
  return file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache";
}

function sendHtml(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { ...securityHeaders, "content-type": "text/html; charset=utf-8" }).end(html);
}

/** Ends a request with a status and one line. */
export function refuse(response: ServerResponse, status: number, line: string): void {
  response.writeHead(status, { ...securityHeaders, "content-type": "text/plain; charset=utf-8" }).end(`${line}\n`);
}
