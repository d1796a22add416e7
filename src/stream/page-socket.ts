/** The server's end of a line to one page: a websocket, or the port between a worker and its page. */
export interface PageSocket {
  readonly readyState: number;
  /** The `readyState` in which it sends. */
  readonly OPEN: number;
  /** Bytes that wait to be sent. */
  readonly bufferedAmount: number;
  send(data: string | Uint8Array, sent?: (error?: Error) => void): void;
  /** Asks for a sign of life, which comes as "pong". */
  ping(): void;
  close(code: number, reason: string): void;
  /** Ends the line at once. */
  terminate(): void;
  on(event: "message", listener: (data: { toString(): string }, isBinary: boolean) => void): unknown;
  on(event: "close" | "pong", listener: () => void): unknown;
}
