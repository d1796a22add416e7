/** The process of stream.ts that watches: as many pages' ends of the stream as asked, without the pages. Told over IPC to watch, rest and report. */
import { WebSocket } from "ws";

/** What the parent requests. */
export type ViewersOrder = "watch" | "rest" | "report";

/** What was received since the last report. */
export interface ViewersReport {
  readonly seconds: number;
  /** Of all viewers together. */
  readonly bytes: number;
  readonly frames: number;
  /** Viewers that are still connected. */
  readonly connected: number;
}

const WATCHED = 64;
/** As the page does. */
const CONFIRM_EVERY = 3;

const [address, count] = process.argv.slice(2);
const environments = Array.from({ length: WATCHED }, (_, n) => n);
let [bytes, frames, sinceMs] = [0, 0, performance.now()];

function connect(): Promise<WebSocket> {
  const socket = new WebSocket(address);
  let seen = 0;
  socket.on("message", (data: Buffer, isBinary) => {
    bytes += data.length;
    if (!isBinary) return;
    frames++;
    if (++seen % CONFIRM_EVERY === 0) socket.send(JSON.stringify({ type: "seen", frames: seen }));
  });
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => {
      socket.send(JSON.stringify({ type: "watch", environments }));
      socket.send(JSON.stringify({ type: "pause", what: "view" }));
      resolve(socket);
    });
  });
}

const sockets = await Promise.all(Array.from({ length: Number(count) }, connect));
process.on("message", (order: ViewersOrder) => {
  const what = order === "watch" ? "resume" : "pause";
  if (order !== "report") for (const socket of sockets) socket.send(JSON.stringify({ type: what, what: "view" }));
  else {
    const nowMs = performance.now();
    const connected = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
    const report: ViewersReport = { seconds: (nowMs - sinceMs) / 1000, bytes, frames, connected };
    [bytes, frames, sinceMs] = [0, 0, nowMs];
    process.send!(report);
  }
});
process.on("disconnect", () => process.exit());
process.send!("ready");
