import type { Machine } from '../../protocol/index.ts';
import type { TypeName } from './messages.ts';

export type SessionState = 'none' | 'asked' | 'retried' | 'answered' | 'open';

/** A handshake from its first hello on; the opener sent that. Pings are free at any time: they punch holes. */
export const machine: Machine<SessionState, TypeName> = {
  start: 'none',
  states: {
    none: 'waits for a hello',
    asked: 'waits for a hello retry',
    retried: 'waits for the hello with the cookie',
    answered: 'waits for the hello of the other side',
    open: 'has both hellos',
  },
  transitions: [
    { from: ['none'], message: 'hello', by: 'opener', to: 'asked' },
    { from: ['asked', 'retried', 'answered'], message: 'hello_retry', by: 'answerer', to: 'retried' },
    { from: ['retried', 'answered'], message: 'hello', by: 'opener', to: 'answered' },
    { from: ['asked'], message: 'hello', by: 'opener' },
    { from: ['answered', 'open'], message: 'hello', by: 'answerer', to: 'open' },
    { from: ['open'], message: 'hello', by: 'opener' },
    { from: ['open'], message: 'data', by: 'either' },
    { from: ['none', 'asked', 'retried', 'answered', 'open'], message: 'ping', by: 'either' },
  ],
};
