import type { Machine } from '../../protocol/index.ts';
import type { Name } from './messages.ts';

export type SessionState =
  | 'none'
  | 'init_hello'
  | 'resp_hello'
  | 'init_done'
  | 'complete'
  | 'initiator_closed'
  | 'responder_closed'
  | 'closed';

const sendingInitHello = 'SendingInitHello/AwaitingRespHello';
const sendingResponseHello = 'SendingResponseHello/AwaitingInitDone';
const sendingInitDone = 'SendingInitDone/AwaitingFirstMessage';
const complete = 'HandshakeComplete';
const closing = ['initiator_closed', 'responder_closed', 'closed'] as const;

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
    initiator_closed: 'the initiator has sent a closing message',
    responder_closed: 'the responder has sent a closing message',
    closed: 'both sides have sent a closing message',
  },
  // Rows 0 to 4 of the table, each once the message that leads to it has arrived.
  sides: {
    none: [sendingInitHello, 'AwaitingInitHello'],
    init_hello: [sendingInitHello, sendingResponseHello],
    resp_hello: [sendingInitDone, sendingResponseHello],
    init_done: [sendingInitDone, complete],
    complete: [complete, complete],
    initiator_closed: ['closed', complete],
    responder_closed: [complete, 'closed'],
    closed: ['closed', 'closed'],
  },
  transitions: [
    { from: ['none', 'init_hello'], message: 'InitHello', by: 'opener', to: 'init_hello' },
    { from: ['init_hello', 'resp_hello'], message: 'RespHello', by: 'answerer', to: 'resp_hello' },
    { from: ['resp_hello', 'init_done', 'complete', ...closing], message: 'InitHello', by: 'opener' },
    { from: ['resp_hello', 'init_done'], message: 'InitDone', by: 'opener', to: 'init_done' },
    { from: ['complete', ...closing], message: 'InitDone', by: 'opener' },
    { from: ['init_done'], message: 'data', by: 'opener' },
    { from: ['init_done', 'complete'], message: 'data', by: 'answerer', to: 'complete' },
    { from: ['complete'], message: 'data', by: 'opener' },
    { from: ['init_done', 'complete'], message: 'closing', by: 'opener', to: 'initiator_closed' },
    { from: ['init_done', 'complete'], message: 'closing', by: 'answerer', to: 'responder_closed' },
    { from: ['initiator_closed'], message: 'data', by: 'answerer' },
    { from: ['responder_closed'], message: 'data', by: 'opener' },
    { from: ['initiator_closed'], message: 'closing', by: 'answerer', to: 'closed' },
    { from: ['responder_closed'], message: 'closing', by: 'opener', to: 'closed' },
    { from: closing, message: 'closing', by: 'either' },
  ],
};
