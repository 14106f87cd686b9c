import type { Machine } from '../../protocol/index.ts';
import { verbs } from './messages.ts';

export type NeighbourState = 'silent' | 'greeted' | 'neighbours';
export type ExchangeState = 'none' | 'sent' | 'asked' | 'acknowledged' | 'answered' | 'done';
export type ConnectState = 'none' | 'asked' | 'forwarded' | 'returned' | 'connected';

const anyState: readonly NeighbourState[] = ['silent', 'greeted', 'neighbours'];

/** Two nodes and their HELLOs; the opener said the first. The specification ties no other verb to them. */
export const neighbourMachine: Machine<NeighbourState> = {
  start: 'silent',
  states: {
    silent: 'no node has said HELLO',
    greeted: 'one node says HELLO, and the other one should start to',
    neighbours: 'both nodes say HELLO',
  },
  transitions: [
    { from: ['silent'], message: 'HELLO', by: 'opener', to: 'greeted' },
    { from: ['greeted'], message: 'HELLO', by: 'answerer', to: 'neighbours' },
    { from: ['greeted', 'neighbours'], message: 'HELLO', by: 'either' },
    ...verbs.flatMap(({ name }) => (name === 'HELLO' ? [] : [{ from: anyState, message: name, by: 'either' as const }])),
  ],
};

const requests = ['GETCERTIFICATE', 'GETKEY'];
const replies = ['CERTIFICATE', 'KEY'];

/**
 * What is acknowledged: a request, its answer and the ACK of each, or a message that asks for nothing and its ACK. The opener
 * sends the first of them. Copies may come again.
 */
export const exchangeMachine: Machine<ExchangeState> = {
  start: 'none',
  states: {
    none: 'nothing was sent',
    sent: 'a message waits for its ACK',
    asked: 'a request waits for its ACK and its answer',
    acknowledged: 'the request was received; whether a KEY comes is up to its sender',
    answered: 'the answer waits for its ACK',
    done: 'everything is acknowledged',
  },
  transitions: [
    ...requests.flatMap((message) => [
      { from: ['none'] as const, message, by: 'opener' as const, to: 'asked' as const },
      { from: ['asked', 'acknowledged', 'answered', 'done'] as const, message, by: 'opener' as const },
    ]),
    { from: ['asked'], message: 'ACK', by: 'answerer', to: 'acknowledged' },
    ...replies.flatMap((message) => [
      { from: ['asked', 'acknowledged'] as const, message, by: 'answerer' as const, to: 'answered' as const },
      { from: ['answered', 'done'] as const, message, by: 'answerer' as const },
    ]),
    { from: ['answered'], message: 'ACK', by: 'opener', to: 'done' },
    ...[...replies, 'MESSAGE'].flatMap((message) => [
      { from: ['none'] as const, message, by: 'opener' as const, to: 'sent' as const },
      { from: ['sent', 'done'] as const, message, by: 'opener' as const },
    ]),
    { from: ['sent'], message: 'ACK', by: 'answerer', to: 'done' },
    { from: ['acknowledged', 'answered', 'done'], message: 'ACK', by: 'either' },
  ],
};

/** The five steps of CONNECT over three nodes: A is the opener, S and B answer. In step 5 nothing is sent. */
export const connectMachine: Machine<ConnectState> = {
  start: 'none',
  states: {
    none: 'A has asked for no path',
    asked: 'step 1: A has asked S for a path to B',
    forwarded: 'step 2: S has forwarded that to B, who opens a socket',
    returned: 'step 3: B has returned its port to S, and tries to reach A',
    connected: 'step 4: S has forwarded that to A, who can talk to B now (step 5)',
  },
  transitions: [
    { from: ['none', 'asked'], message: 'CONNECT', by: 'opener', to: 'asked' },
    { from: ['forwarded', 'returned', 'connected'], message: 'CONNECT', by: 'opener' },
    { from: ['asked'], message: 'CONNECT', by: 'answerer', to: 'forwarded' },
    { from: ['forwarded'], message: 'CONNECT', by: 'answerer', to: 'returned' },
    { from: ['returned'], message: 'CONNECT', by: 'answerer', to: 'connected' },
    { from: ['connected'], message: 'CONNECT', by: 'answerer' },
  ],
};
