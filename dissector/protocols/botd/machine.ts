import type { Machine } from '../../protocol/index.ts';

export type PeerState = 'init' | 'ack' | 'open';

/** A connection of botd. The opener is who sends the Init. */
export const machine: Machine<PeerState> = {
  start: 'init',
  states: {
    init: 'waits for the Init of the opener',
    ack: 'waits for the Ack of the other side',
    open: 'is encrypted',
  },
  transitions: [
    { from: ['init'], message: 'Init', by: 'opener', to: 'ack' },
    { from: ['ack'], message: 'Ack', by: 'answerer', to: 'open' },
    ...['Ping', 'Pong', 'protobuf'].map((message) => ({ from: ['open'] as const, message, by: 'either' as const })),
  ],
};
