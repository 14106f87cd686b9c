import { describe, expect, it } from 'vitest';
import { verbs } from '../../../dissector/protocols/ptpchat/messages.ts';
import { check, join, type Line, message } from './ptpchat-script.ts';

const verbNames = verbs.map(({ name }) => name);
const long = 'f18df073-00c4-47da-883e-81595454a8f6';

describe('msg_id', () => {
  it('belongs to one message', () => {
    expect(check([0, 'A B', 'JOIN', join(1, 'a')], [1, 'A B', 'LEAVE', join('1', 'a')])).toEqual(['2 ptpchat.id-collision (1)']);
    expect(check([0, 'A B', 'MESSAGE', message(long)], [1, 'C B', 'MESSAGE', message(long, 'c')])).toEqual([
      '2 ptpchat.id-collision (1)',
    ]);
    expect(check([0, 'A B', 'MESSAGE', message(1)], [1, 'A B', 'MESSAGE', message(1, 'a', { timestamp: 2 })])).toEqual([
      '2 ptpchat.id-collision (1)',
    ]);
  });

  it('is shared by copies of one message, however they are written', () => {
    const { msg_id, ...rest } = message(1, 'a', { recipient: [{ node_id: 'c' }] });
    expect(check([0, 'A B', 'MESSAGE', message(1)], [0, 'A C', 'MESSAGE', { ...rest, msg_id: String(msg_id) }])).toEqual([]);
  });

  it('is shared by copies that were encrypted each with an iv of its own', () => {
    const sealed = (fill: number, more = {}) => message(1, 'a', { message: Buffer.alloc(48, fill).toString('base64'), ...more });
    const first: Line = [0, 'A B', 'MESSAGE', sealed(1)];
    expect(check(first, [0, 'A C', 'MESSAGE', sealed(2)])).toEqual([]);
    expect(check(first, [0, 'A C', 'MESSAGE', sealed(2, { timestamp: 2 })])).toEqual(['2 ptpchat.id-collision (1)']);
    expect(check(first, [0, 'A B', 'MESSAGE', sealed(2)])).toEqual(['2 ptpchat.id-collision (1)']);
  });

  it('can be a number that each node counts for itself', () => {
    expect(check([0, 'A B', 'MESSAGE', message(1)], [1, 'B A', 'MESSAGE', message(1, 'b')])).toEqual([]);
  });
});

describe('ids and data that are none', () => {
  const strange = { node_id: null, msg_id: {}, channel_id: [], members: 3, dst: {}, src: null };
  it.each([null, true, [], {}, [1], 'text', 3, strange].map((data) => ({ data })))('$data never throws', ({ data }) => {
    expect(() => check(...verbNames.map((verb, i): Line => [i, 'A B', verb, data]))).not.toThrow();
  });
});
