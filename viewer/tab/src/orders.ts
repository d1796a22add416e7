/** What the page says to its host, a worker, beside the line of the stream. */

/** Begins the host. The port is the page's end of the stream's line. */
export interface HostBeginning {
  readonly kind: "begin";
  /** Address of the page, with a slash at its end */
  readonly site: string;
  readonly port: MessagePort;
  /** Whether a robot is to be driven before anything is trained */
  readonly drives: boolean;
}

/** Takes over a run that was saved as a file. */
export interface ImportOrder {
  readonly kind: "import";
  readonly id: number;
  readonly name: string;
  readonly bytes: ArrayBuffer;
}

/** What the page tells its host. */
export type HostOrder = HostBeginning | ImportOrder;

/** What the host tells the page. */
export type HostReport =
  /** The page cannot be served, and why. */
  | { readonly kind: "failed"; readonly reason: string }
  /** Something to know. */
  | { readonly kind: "waiting"; readonly reason: string }
  | { readonly kind: "imported"; readonly id: number; readonly refusal: string | null };
