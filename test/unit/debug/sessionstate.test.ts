/** Whether a foreign debug session is stopped, from the messages that pass by. */
import { describe, expect, it } from 'vitest';
import { SessionState } from '../../../extension/debug/sessionstate.ts';

const stopped = (body: object) => ({ type: 'event', event: 'stopped', body });
const continued = (body: object) => ({ type: 'event', event: 'continued', body });

function asked(state: SessionState, command: string, { threadId = 1, body = {}, success = true } = {}): void {
  state.toAdapter({ type: 'request', seq: 7, command, arguments: { threadId } });
  state.fromAdapter({ type: 'response', request_seq: 7, command, success, body });
}

describe('a debug session', () => {
  it('is stopped from its event on, until it continues', () => {
    const state = new SessionState();
    expect(state.isStopped).toBe(false);
    state.fromAdapter(stopped({ threadId: 1, allThreadsStopped: true }));
    expect(state.isStopped).toBe(true);
    asked(state, 'continue');
    expect(state.isStopped).toBe(false);
  });

  it.each(['next', 'stepIn', 'stepOut', 'reverseContinue', 'goto'])('runs after %s, and not where that fails', (command) => {
    const state = new SessionState();
    state.fromAdapter(stopped({ threadId: 1, allThreadsStopped: true }));
    asked(state, command, { success: false });
    expect(state.isStopped).toBe(true);
    asked(state, command);
    expect(state.isStopped).toBe(false);
  });

  it('with threads that stop by themselves is stopped as long as one is', () => {
    const state = new SessionState();
    state.fromAdapter(stopped({ threadId: 1 }));
    state.fromAdapter(stopped({ threadId: 2 }));
    asked(state, 'continue', { threadId: 1, body: { allThreadsContinued: false } });
    expect(state.isStopped).toBe(true);
    state.fromAdapter(continued({ threadId: 2, allThreadsContinued: false }));
    expect(state.isStopped).toBe(false);
    state.fromAdapter(stopped({ threadId: 3 }));
    state.fromAdapter({ type: 'event', event: 'terminated' });
    expect(state.isStopped).toBe(false);
  });

  it('is not changed by other messages, whatever they are', () => {
    const state = new SessionState();
    state.fromAdapter(stopped({ threadId: 1, allThreadsStopped: true }));
    asked(state, 'evaluate');
    for (const message of [
      null,
      undefined,
      7,
      'x',
      {},
      { type: 'event' },
      { type: 'response', request_seq: 99, command: 'continue', success: true },
    ]) {
      state.fromAdapter(message);
      state.toAdapter(message);
    }
    expect(state.isStopped).toBe(true);
  });
});
