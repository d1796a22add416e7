/** Where a page's data come from: a server behind a socket, or workers of the page itself. */

/** What happens on a line. */
export interface LineEvents {
  opened(): void;
  received(data: string | ArrayBuffer): void;
  /** @param code as websockets have them @param wasOpen whether it was open before */
  closed(code: number, reason: string, wasOpen: boolean): void;
}

/** A line to the host. */
export interface Line {
  readonly isOpen: boolean;
  send(text: string): void;
}

/** Why a host lets nobody in. */
export interface HostRefusal {
  readonly what: string;
  readonly reason: string;
}

/** One host. */
export interface Host {
  /** Opens a line. */
  open(events: LineEvents): Line;
  /** Asks why a line was not opened; null where the host says nothing. */
  askForRefusal(): Promise<HostRefusal | null>;
  /** Takes over a run that was saved as a file. Absent where the host is another machine, which opens files itself. */
  readonly importRun?: (name: string, bytes: ArrayBuffer) => Promise<void>;
}
