import { describe, expect, it } from 'vitest';
import { sectionEvent } from '../../../extension/host/debug/sectionevents.ts';

const script = 'expect b data { counter: 99 }';
const mended = { start: 25, end: 27, text: '16' };
const failure = { at: 0, text: 'expected 99, got 16', mended };

describe('what a debug session tells of a section', () => {
  it('is that it does not hold, with what came, and that it ended', () => {
    expect(sectionEvent('peerscopeFailure', { script, section: 1, failure })).toEqual({ script, section: 1, failure });
    expect(sectionEvent('peerscopeResult', { script, section: 0, seconds: 2, title: 'a' })).toEqual({
      ...{ script, section: 0, seconds: 2 },
    });
  });

  it.each([
    ['another event', 'output', { script, section: 0 }],
    ['nothing', 'peerscopeResult', undefined],
    ['no script', 'peerscopeResult', { section: 0 }],
    ['no section', 'peerscopeFailure', { script, section: -1, failure }],
  ])('is nothing in %s', (_, event, body) => expect(sectionEvent(event, body)).toBeUndefined());

  it('writes nothing that lies outside of the script', () => {
    const read = (given: object) => sectionEvent('peerscopeFailure', { script, section: 0, failure: { ...failure, ...given } });
    for (const wrong of [{ ...mended, end: 1_000 }, { ...mended, start: 28 }, { ...mended, text: 5 }, null, 'x'])
      expect(read({ mended: wrong })?.failure).toEqual({ at: 0, text: failure.text });
    expect(read({ at: 1_000 })?.failure).toBeUndefined();
    expect(read({ text: undefined })?.failure).toBeUndefined();
  });
});
