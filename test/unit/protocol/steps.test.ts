import { describe, expect, it } from 'vitest';
import {
  derivedValue,
  type Machine,
  type Member,
  type SessionStep,
  secretValue,
  walk,
} from '../../../dissector/protocol/index.ts';

const machine: Machine<'shut' | 'open' | 'ended', 'knock' | 'enter' | 'leave'> = {
  start: 'shut',
  states: { shut: 'nobody has knocked', open: 'somebody may enter', ended: 'somebody has left' },
  transitions: [
    { from: ['shut'], message: 'knock', by: 'opener', to: 'open' },
    { from: ['open'], message: 'enter', by: 'either' },
    { from: ['open'], message: 'leave', by: 'answerer', to: 'ended' },
  ],
};

/** Messages of the opener, or of the answerer (`<`), with what else is known of their part. */
function walked(...messages: readonly (string | readonly [string, Partial<SessionStep>])[]): string[] {
  const members = messages.map((one, n): Member => {
    const [text, more] = typeof one === 'string' ? [one, {}] : one;
    const direction = text.startsWith('<') ? 1 : 0;
    return { n, name: text.replace('<', ''), direction, part: { session: machine, title: '', opener: 0, machine, ...more } };
  });
  return walk(machine, members).map(({ by, before, after, allowed }) => `${by} ${before} ${after}${allowed ? '' : ' refused'}`);
}

describe('the walk of a session through its machine', () => {
  it('says what was allowed in each state, and stays where it was not', () => {
    expect(walked('knock', '<enter', 'leave', '<leave', 'enter')).toEqual([
      'opener shut open',
      'answerer open open',
      'opener open open refused',
      'answerer open ended',
      'opener ended ended refused',
    ]);
  });

  it('takes the state that a message found where the way there is not in the capture', () => {
    expect(walked(['enter', { unseen: 'open' }], '<leave')).toEqual(['opener open open', 'answerer open ended']);
    // Only where its own state does not allow it, and only where that one does.
    expect(walked(['knock', { unseen: 'open' }], ['leave', { unseen: 'open' }])).toEqual([
      'opener shut open',
      'opener open open refused',
    ]);
  });

  it('stays in its state where nobody can tell when a message was sent', () => {
    expect(walked(['<leave', { unseen: 'open', stays: true }], 'knock')).toEqual(['answerer shut shut', 'opener shut open']);
  });

  it('is not moved by copies and by what cannot be read', () => {
    expect(walked('knock', ['knock', { idle: true }], ['undecodable', { idle: true }])).toEqual([
      'opener shut open',
      'opener open open',
      'opener open open',
    ]);
  });

  it('has no opener in a conversation that it takes no part in', () => {
    expect(walked('knock', ['enter', { opener: undefined }], ['<leave', { opener: undefined }])).toEqual([
      'opener shut open',
      'answerer open open',
      'answerer open ended',
    ]);
  });
});

describe('a value in a computation', () => {
  it('is known, or says which key would tell it', () => {
    expect(derivedValue('Z', undefined, 'needs K')).toEqual({ name: 'Z', unknown: 'needs K' });
    expect(secretValue('Z', 'value', 'needs K')).toEqual({ name: 'Z', value: 'value', secret: true });
    expect(secretValue('Z', undefined, 'needs K')).toEqual({ name: 'Z', unknown: 'needs K', secret: true });
  });
});
