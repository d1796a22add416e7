/** In place of queue/hand-out.ts: a page hands nothing out to other machines. */
export const HandOut = undefined;
