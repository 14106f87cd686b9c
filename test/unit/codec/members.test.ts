import { describe, expect, it } from 'vitest';
import { bytes, compileStruct, type Item, struct, uint } from '../../../dissector/index.ts';

const length = uint(1, 'length', 'Bytes of the text.');
const built =
  (...items: readonly unknown[]) =>
  () =>
    compileStruct(struct('note', 'A note.', items as Item[]));

describe('what a layout says and nobody reads', () => {
  it.each([
    ['an option', built({ ...length, ordr: 'little' }), 'layout: note.length has no "ordr": did you mean "order"?'],
    [
      'a part of a length',
      built(length, bytes('text', { ref: 'length', les: 1 } as never, '')),
      'the length of note.text has no "les": did you mean "less"?',
    ],
    ['a form', built(bytes('text', 2, '', 'utf-8' as never)), 'note.text cannot be read as "utf-8": did you mean "utf8"?'],
    [
      'a name',
      built(length, bytes('text', { ref: 'lenght' }, '')),
      'refers to "lenght", which no earlier integer is called: did you mean "length"?',
    ],
  ])('%s is refused', (_, build, told) => expect(build).toThrow(told));

  it('is nothing in a layout that is right', () => {
    expect(built(length, bytes('text', { ref: 'length', less: 0, plus: 0, times: 1 }, '', 'utf8'))).not.toThrow();
  });
});
