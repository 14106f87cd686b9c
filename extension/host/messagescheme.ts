/** Scheme of messages that are written beside a running node: `peerscope-message:/held/…` for one that waits, `/new/…` for a new one. */
export const MESSAGE = 'peerscope-message';
