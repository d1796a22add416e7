/** A server as the page's host, over websockets. */
import { STREAM_NAME } from "../../../src/stream/protocol.ts";
import type { Host, HostRefusal, Line, LineEvents } from "./host.ts";

/** HTTP status of a request that should have been a websocket. */
const UPGRADE_REQUIRED = 426;

/** The server that the page came from. */
export const socketHost: Host = { open: openSocket, askForRefusal };

function openSocket(events: LineEvents): Line {
  const socket = new WebSocket(streamAddress(location));
  socket.binaryType = "arraybuffer";
  let wasOpen = false;
  socket.onopen = () => {
    wasOpen = true;
    events.opened();
  };
  socket.onmessage = ({ data }) => events.received(data);
  socket.onclose = ({ code, reason }) => events.closed(code, reason, wasOpen);
  return {
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    send: (text) => socket.send(text),
  };
}

/** A failed socket gives no reason; a plain request to the same address does. POST, since only that always names the page's origin. */
async function askForRefusal(): Promise<HostRefusal | null> {
  const response = await fetch(new URL(STREAM_NAME, location.href), { method: "POST" }).catch(() => null);
  if (response?.headers.get("content-type")?.startsWith("text/plain") !== true) return null;
  if (response.status === UPGRADE_REQUIRED) return { what: "upgrade", reason: await response.text() };
  return response.status === 403 ? { what: "origin", reason: await response.text() } : null;
}

/** The stream beside the page, wherever a proxy has put that; the page's token goes along. */
function streamAddress({ href, search }: Location): URL {
  const address = new URL(STREAM_NAME, href);
  const token = new URLSearchParams(search).get("token");
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  if (token !== null) address.searchParams.set("token", token);
  return address;
}
