/** What both ends agree on before the first message. */

/** Raised when a message changes its meaning; additions keep it. */
export const PROTOCOL_VERSION = 1;
/** Name of the websocket beside the page. */
export const STREAM_NAME = "stream";
/** Environments one page may watch at a time. */
export const MAX_WATCHED = 64;
/** Pose frames that may be on their way to a page; beyond that only the newest waits, so a slow page sees fewer but current ones. */
export const MAX_UNSEEN_FRAMES = 12;
