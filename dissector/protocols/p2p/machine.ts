import type { Machine } from '../../protocol/index.ts';

export type PeerState = 'hello' | 'hello_ack' | 'fin' | 'fin_ack' | 'open' | 'closed';

const working = [
  'KEEP_ALIVE',
  'NLIST_REQ',
  'NLIST_RES',
  'PAIR_REQ',
  'PAIR_RES',
  'DATA',
  'TUNNEL_REQ',
  'TUNNEL_CREATE',
  'TUNNEL_CREATE_ACK',
  'TUNNEL_DATA',
  'TUNNEL_CLOSE',
];

/** A connection of p2p, seen from outside. Outbound, who opened the TCP connection, is the opener. */
export const machine: Machine<PeerState> = {
  start: 'hello',
  states: {
    hello: 'waits for the HELLO of outbound',
    hello_ack: 'waits for the HELLO_ACK of inbound',
    fin: 'waits for the FIN of outbound',
    fin_ack: 'waits for the FIN_ACK of inbound',
    open: 'the handshake is done',
    closed: 'a DISCONNECT was sent',
  },
  transitions: [
    { from: ['hello'], message: 'HELLO', by: 'opener', to: 'hello_ack' },
    { from: ['hello_ack'], message: 'HELLO_ACK', by: 'answerer', to: 'fin' },
    { from: ['fin'], message: 'FIN', by: 'opener', to: 'fin_ack' },
    { from: ['fin_ack'], message: 'FIN_ACK', by: 'answerer', to: 'open' },
    ...working.map((message) => ({ from: ['open'] as const, message, by: 'either' as const })),
    {
      from: ['hello', 'hello_ack', 'fin', 'fin_ack', 'open', 'closed'],
      message: 'DISCONNECT',
      by: 'either',
      to: 'closed',
    },
  ],
};
