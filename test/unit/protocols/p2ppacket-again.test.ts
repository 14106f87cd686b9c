/** Sessions of p2ppacket after the first between two nodes, and what a malformed packet leaves behind. */
import { describe, expect, it } from 'vitest';
import { analyse } from '../../golden/open.ts';
import { cookieOf, data, handshake, Node, recorded, reliable, retry, type Sent } from './p2ppacket.build.ts';

const one = new Node({ address: '192.0.2.1', port: 7000 }, 1);
const two = new Node({ address: '192.0.2.2', port: 7001 }, 2);
const renewed = new Node(one.at, 3);

function told(sent: readonly Sent[]): string[] {
  const analysis = analyse(recorded(sent));
  return Array.from({ length: analysis.messageCount }, (_, n) => n).flatMap((n) =>
    analysis.message(n).findings.map(({ rule }) => `${n} ${rule}`),
  );
}

const zeroed = (a: Node, b: Node, seed: number): Sent[] => [...handshake(a, b, seed).slice(0, 3), [b, a, b.hello()]];
const talk = (a: Node, b: Node): Sent[] => [
  [a, b, data([reliable(1, 1)])],
  [b, a, data([reliable(1, 1, 1)])],
];

describe('a second handshake of two nodes', () => {
  it.each<[string, Sent[]]>([
    ['the initiator has a new key, the responder says the same hello again', [...zeroed(renewed, two, 2), ...talk(renewed, two)]],
    ['both have their keys from before', [...zeroed(one, two, 2), ...talk(one, two)]],
    ['the other one begins, with the keys from before', [...zeroed(two, one, 2), ...talk(two, one)]],
    [
      'its first hello was sent twice',
      [
        [one, two, one.hello()],
        [one, two, one.hello()],
        [two, one, retry(2)],
        [one, two, one.hello()],
        [one, two, one.hello(cookieOf(2))],
        [two, one, two.hello()],
        ...talk(one, two),
      ],
    ],
  ])('conforms when %s', (_, again) => {
    const sent = [...zeroed(one, two, 1), ...talk(one, two), ...again];
    expect(told(sent)).toEqual([]);
    const analysis = analyse(recorded(sent));
    expect(
      (analysis.dissect(sent.length - 1).tree.layers.at(-1)!.children ?? []).find(({ name }) => name === 'session')?.text,
    ).toBe('2 of 2');
  });
});

describe('an entry that is not whole', () => {
  it('takes its sequence number', () => {
    const cut = data([reliable(1, 2, 1)]).slice(0, -1);
    const sent: Sent[] = [
      ...handshake(one, two),
      ...talk(one, two),
      [one, two, cut],
      [one, two, data([reliable(1, 3, 1)])],
      [one, two, data([reliable(1, 4, 1)])],
    ];
    expect(told(sent)).toEqual(['6 p2ppacket.entry-length']);
  });
});
