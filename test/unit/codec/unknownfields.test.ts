/** Values that no field has a name for: an encoder refuses them instead of leaving them out. */
import { describe, expect, it } from 'vitest';
import { bytes, list, protoForm, struct, structForm, uint } from '../../../dissector/index.ts';

const form = structForm(
  'note',
  struct('note', 'A note.', [
    uint(1, 'length', 'Bytes.'),
    bytes('text', { ref: 'length' }, 'Text.', 'utf8'),
    uint(1, 'count', 'Parts.'),
    list('parts', 'count', 'Parts.', struct('part', 'A part.', [uint(1, 'size', 'A size.')])),
  ]),
);

describe('an encoder', () => {
  it('refuses a name that no field has, with the nearest, at any depth', () => {
    expect(() => form.encode({ text: 'a', parts: [], lenght: 3 })).toThrow(
      new TypeError('note has no field "lenght": did you mean length?'),
    );
    expect(() => form.encode({ text: 'a', parts: [{ size: 1 }, { siez: 2 }] })).toThrow('note.parts has no field "siez"');
    const proto = protoForm('peer', {
      name: 'peer',
      doc: 'A peer.',
      fields: [{ number: 1, name: 'agent', type: 'string', doc: 'Its name.' }],
    });
    expect(() => proto.encode({ agnet: 'x' })).toThrow('peer has no field "agnet": did you mean agent?');
  });

  it('takes all that it has decoded, a value of undefined, and a lie', () => {
    const encoded = form.encode({ text: 'ab', parts: [{ size: 1 }], count: 7, length: undefined as never });
    expect([...encoded]).toEqual([2, 97, 98, 7, 1]);
    expect(form.encode(form.decode(Uint8Array.of(1, 97, 1, 9)).values)).toEqual(Uint8Array.of(1, 97, 1, 9));
  });
});
