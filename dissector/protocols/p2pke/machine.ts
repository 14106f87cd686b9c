import type { Machine } from '../../session/index.ts';
import type { Name } from './messages.ts';

export type SessionState = 'none' | 'init_hello' | 'resp_hello' | 'init_done' | 'complete' | 'closed';

const sendingInitHello = 'SendingInitHello/AwaitingRespHello';
const sendingResponseHello = 'SendingResponseHello/AwaitingInitDone';
const sendingInitDone = 'SendingInitDone/AwaitingFirstMessage';
const complete = 'HandshakeComplete';

/**
 * A session of p2pke seen from outside, both columns of the specification's table in one. Handshake messages may be repeated
 * until the peer shows that it has them, and copies of the initiator's may arrive later still; the initiator is the opener.
 */
export const machine: Machine<SessionState, Name> = {
  start: 'none',
  states: {
    none: 'waits for an InitHello',
    init_hello: 'SendingInitHello, AwaitingRespHello: the responder has to answer',
    resp_hello: 'SendingResponseHello, AwaitingInitDone: the initiator has to answer',
    init_done: 'SendingInitDone, AwaitingFirstMessage: both sides may send data',
    complete: 'HandshakeComplete: the responder has sent data',
    closed: 'a closing message was sent',
  },
  // Rows 0 to 4 of the table, each once the message that leads to it has arrived.
  sides: {
    none: [sendingInitHello, 'AwaitingInitHello'],
    init_hello: [sendingInitHello, sendingResponseHello],
    resp_hello: [sendingInitDone, sendingResponseHello],
    init_done: [sendingInitDone, complete],
    complete: [complete, complete],
    closed: ['closed', 'closed'],
  },
  transitions: [
    { from: ['none', 'init_hello'], message: 'InitHello', by: 'opener', to: 'init_hello' },
    { from: ['init_hello', 'resp_hello'], message: 'RespHello', by: 'answerer', to: 'resp_hello' },
    { from: ['resp_hello', 'init_done', 'complete'], message: 'InitHello', by: 'opener' },
    { from: ['resp_hello', 'init_done'], message: 'InitDone', by: 'opener', to: 'init_done' },
    { from: ['complete'], message: 'InitDone', by: 'opener' },
    { from: ['init_done'], message: 'data', by: 'opener' },
    { from: ['init_done', 'complete'], message: 'data', by: 'answerer', to: 'complete' },
    { from: ['complete'], message: 'data', by: 'opener' },
    { from: ['init_done', 'complete'], message: 'closing', by: 'either', to: 'closed' },
    { from: ['closed'], message: 'closing', by: 'either' },
  ],
};
