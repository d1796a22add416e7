/** The page as its own host: the studio runs in a worker, and the stream's line is a port to it. */
import { hostUrl } from "virtual:programs";
import { readShared } from "../../src/page/share-link.ts";
import type { Host, HostRefusal, Line, LineEvents } from "../../src/stream/host.ts";
import type { LineMessage } from "./doors/gate.ts";
import type { HostOrder, HostReport } from "./orders.ts";

/** As servers close lines that cannot be opened again by trying. */
const CLOSE_ABNORMAL = 1006;

/** Starts the worker with its first line. */
export function workerHost(): Host {
  const worker = new Worker(hostUrl, { type: "module" });
  const imports = new Map<number, (refusal: string | null) => void>();
  let refusal: HostRefusal | null = null;
  let events: LineEvents | null = null;
  let nextImport = 1;
  const send = (order: HostOrder, moved: Transferable[]) => worker.postMessage(order, moved);

  const fail = (reason: string) => {
    refusal = { what: "host", reason };
    events?.closed(CLOSE_ABNORMAL, reason, false);
  };
  worker.onerror = ({ message }) =>
    fail(message || "the page's worker did not load; expected a connection to the site");
  worker.onmessage = ({ data }: MessageEvent<HostReport>) => {
    if (data.kind === "imported") imports.get(data.id)?.(data.refusal);
    else fail(data.reason);
  };

  const open = (opened: LineEvents): Line => {
    events = opened;
    if (refusal !== null) return closedLine;
    const { port1, port2 } = new MessageChannel();
    let isOpen = false;
    port1.onmessage = ({ data }: MessageEvent<LineMessage>) => {
      if (!isOpen) {
        isOpen = true;
        refusal = null;
        opened.opened();
      }
      opened.received("text" in data ? data.text : ownBuffer(data.bytes));
    };
    const drives = readShared(location.hash) === null;
    send({ kind: "begin", site: new URL(".", location.href).href, port: port2, drives }, [port2]);
    return {
      get isOpen() {
        return isOpen;
      },
      send: (text) => port1.postMessage({ text } satisfies LineMessage),
    };
  };

  const importRun = (name: string, bytes: ArrayBuffer) =>
    new Promise<void>((resolve, reject) => {
      const id = nextImport++;
      imports.set(id, (reason) => {
        imports.delete(id);
        if (reason === null) resolve();
        else reject(new Error(reason));
      });
      send({ kind: "import", id, name, bytes }, [bytes]);
    });

  return { open, askForRefusal: async () => refusal, importRun };
}

const closedLine: Line = { isOpen: false, send: () => {} };

function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteLength === buffer.byteLength
    ? (buffer as ArrayBuffer)
    : (buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
}
