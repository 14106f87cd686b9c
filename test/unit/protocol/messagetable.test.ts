import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { type MessageRecord, MessageTable } from '../../../dissector/protocol/index.ts';

const good: MessageRecord = { conversation: 0, direction: 0, frame: 1, name: 1, state: 'decoded', encrypted: false };

describe('MessageTable', () => {
  it('gives back what it was given', () => {
    const table = new MessageTable(['a', 'b']);
    const states = ['decoded', 'encrypted', 'malformed', 'incomplete'] as const;
    for (const state of states)
      for (const direction of [0, 1] as const) {
        const id = table.add({ ...good, state, direction, encrypted: direction === 1 });
        expect([table.state(id), table.direction(id), table.encrypted(id), table.name(id)]).toEqual([
          ...[state, direction, direction === 1, 1],
        ]);
      }
  });

  it('knows the pieces of each message, of those that have any', () => {
    const table = new MessageTable(['a', 'b']);
    const pieces = Array.from({ length: 400 }, (_, id) =>
      Array.from({ length: id % 4 }, (_, at) => ({ frame: id + at + 1, offset: 0xffff_0000 + at, length: 7 * at })),
    );
    for (const [id, own] of pieces.entries())
      expect(table.add(own.length === 0 ? good : { ...good, frame: id + 1, pieces: own })).toBe(id);
    for (const [id, own] of pieces.entries()) expect(table.pieces.get(id)).toEqual(own.length === 0 ? undefined : own);
    expect(table.pieces.get(pieces.length)).toBeUndefined();
  });

  it('tells no bytes at all from the payload of the frame', () => {
    const table = new MessageTable(['a', 'b']);
    const id = table.add({ ...good, frame: 3, pieces: [] });
    expect(table.pieces.get(id)).toEqual([{ frame: 3, offset: 0, length: 0 }]);
  });

  it('counts the messages whose state is encrypted, also where that changes', () => {
    const table = new MessageTable(['a', 'b']);
    const [first, second] = [table.add({ ...good, state: 'encrypted' }), table.add(good)];
    expect(table.encryptedCount).toBe(1);
    table.setState(second, 'encrypted');
    table.setState(second, 'encrypted');
    expect(table.encryptedCount).toBe(2);
    table.setState(first, 'malformed');
    expect(table.encryptedCount).toBe(1);
  });

  it.each([
    [{ state: 'opened' }, 'The state of a message is decoded, encrypted, malformed, incomplete, not "opened".'],
    [{ state: undefined }, 'The state of a message is'],
    [{ direction: 2 }, 'The direction of a message is 0 or 1, not 2.'],
    [{ direction: true }, 'The direction of a message is'],
    [{ name: 2 }, 'The name of a message is a place in the list of names, 0 to 1, not 2.'],
    [{ name: 'b' }, 'The name of a message is'],
    [{ name: -1 }, 'The name of a message is'],
    [{ frame: undefined }, 'The frame of a message is'],
    [{ conversation: 1.5 }, 'The conversation of a message is'],
  ])('%j is told, and nothing is added', (more, sentence) => {
    const table = new MessageTable(['a', 'b']);
    expect(() => table.add({ ...good, ...more } as MessageRecord)).toThrow(sentence);
    expect(() => table.add({ ...good, ...more } as MessageRecord)).toThrow(TypeError);
    expect(table.length).toBe(0);
  });

  it('changes to nothing that there cannot be', () => {
    const table = new MessageTable(['a', 'b']);
    const id = table.add({ ...good, direction: 1, encrypted: true });
    expect(() => table.setState(id, 'opened' as 'decoded')).toThrow('The state of a message');
    expect(() => table.setName(id, 7)).toThrow('The name of a message');
    expect([table.state(id), table.name(id), table.direction(id), table.encrypted(id)]).toEqual(['decoded', 1, 1, true]);
  });
});

describe('the session of a message', () => {
  const message = { conversation: 0, direction: 0, frame: 1, name: 0, state: 'decoded', encrypted: false } as const;

  it('is given as itself or by its place, and is added where it is new', () => {
    const table = new MessageTable<unknown, { name: string }>(['a']);
    const [first, second] = [{ name: 'first' }, { name: 'second' }];
    const ids = [0, 1, 2].map(() => table.add(message));
    table.sessions.push(first);
    table.setSession(ids[0]!, second);
    table.setSession(ids[1]!, first);
    table.setSession(ids[2]!, 1);
    expect(ids.map((id) => table.session(id)?.name)).toEqual(['second', 'first', 'second']);
    expect(table.sessions).toEqual([first, second]);
  });

  it('is refused by a place where none is, which would be that of a later one', () => {
    const table = new MessageTable<unknown, object>(['a']);
    const id = table.add(message);
    table.setSession(id, {});
    for (const place of [1, -1, 0.5, Number.NaN]) expect(() => table.setSession(id, place)).toThrow(TypeError);
  });

  it('is none beyond the limit', () => {
    const table = new MessageTable<unknown, object>(['a'], { ...defaultLimits, sessions: 1 });
    const ids = [0, 1].map(() => table.add(message));
    for (const id of ids) table.setSession(id, {});
    expect(ids.map((id) => table.session(id) !== undefined)).toEqual([true, false]);
  });
});
