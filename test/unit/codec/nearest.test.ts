import { describe, expect, it } from 'vitest';
import { nearest } from '../../../dissector/codec/index.ts';

describe('the word that was meant', () => {
  const fields = ['p2pke.counter', 'p2pke.e', 'p2pke.s', 'p2pke.version', 'p2pke', 'frame.number'];

  it.each([
    ['p2pke.cou', 'p2pke.counter'],
    ['p2pke.conter', 'p2pke.counter'],
    ['p2pke.Counter', 'p2pke.counter'],
    ['p2pke.verison', 'p2pke.version'],
    ['p2pk.counter', 'p2pke.counter'],
    ['frame.numbr', 'frame.number'],
    ['p2pke.f', 'p2pke.e'],
    ['counter', 'p2pke.counter'],
    ['number', 'frame.number'],
  ])('by %s is %s', (typed, meant) => expect(nearest(typed, fields)).toBe(meant));

  it.each(['p2pke.random', 'tcp.port', 'zzz'])('by %s is none of them', (typed) =>
    expect(nearest(typed, fields)).toBeUndefined(),
  );

  it('is the shortest of those that it begins', () => {
    expect(nearest('handshake', ['handshake_hash', 'handshakes', 'hand'])).toBe('handshakes');
  });
});
