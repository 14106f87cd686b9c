import { describe, expect, it } from 'vitest';
import {
  ack,
  certificate,
  channel,
  check,
  findingsOf,
  getCertificate,
  join,
  key,
  type Line,
  linksOf,
  message,
  scriptFile,
} from './ptpchat-script.ts';

/** HELLOs of B to A, once a second. */
const hellos = (from: number, to: number): Line[] =>
  Array.from({ length: to - from + 1 }, (_, i) => [from + i, 'B A', 'HELLO'] as const);

const long = 'f18df073-00c4-47da-883e-81595454a8f6';

describe('an ACK', () => {
  it('closes its message, whether the id is a number or its text', () => {
    expect(check([0, 'A B', 'MESSAGE', message(5)], [0.1, 'B A', 'ACK', ack('5')], ...hellos(1, 20))).toEqual([]);
  });

  it.each(['GETCERTIFICATE', 'GETKEY', 'MESSAGE'])('that does not come after %s is missed once its time is over', (verb) => {
    const lines: Line[] = [[0, 'A B', verb, message(5)], ...hellos(1, 11)];
    expect(check(...lines)).toEqual(['1 ptpchat.unacknowledged (12)']);
    // Before that, at the end of the capture, and where the recipient is silent, nothing is known.
    expect(check(...lines.slice(0, 5))).toEqual([]);
    expect(check(lines[0]!, [20, 'A B', 'ROUTING', { nodes: [] }])).toEqual([]);
  });

  it.each(['JOIN', 'LEAVE'])('does not follow %s', (verb) => {
    expect(check([0, 'A B', verb, join(5, 'a')], ...hellos(1, 20))).toEqual([]);
  });

  it('is missed at the end when a later message was acknowledged and the recipient went on', () => {
    const lines: Line[] = [
      [0, 'A B', 'MESSAGE', message(1)],
      [0.5, 'A B', 'MESSAGE', message(2)],
      [0.6, 'B A', 'ACK', ack(2)],
    ];
    expect(check(...lines)).toEqual([]);
    expect(check(...lines, [2, 'B A', 'HELLO'])).toEqual(['1 ptpchat.unacknowledged (3 4)']);
    expect(check(...lines, [2, 'B A', 'HELLO'], [3, 'A B', 'MESSAGE', message(1)], [3.1, 'B A', 'ACK', ack(1)])).toEqual([]);
  });

  it('closes a message that was sent again after each copy, and says so', () => {
    const lines: Line[] = [
      [0, 'A B', 'MESSAGE', message(1)],
      [4, 'A B', 'MESSAGE', message(1)],
      [8, 'A B', 'MESSAGE', message(1)],
      [12, 'B A', 'HELLO'],
      [12.1, 'B A', 'ACK', ack(1)],
    ];
    expect(check(...lines)).toEqual([]);
    expect(linksOf(...lines)).toEqual([
      '1 acknowledged_in 5',
      '2 retransmission_of 1',
      '2 acknowledged_in 5',
      '3 retransmission_of 1',
      '3 acknowledged_in 5',
      '5 acknowledges 3',
    ]);
  });

  it('is expected from each node that got the message', () => {
    const lines: Line[] = [
      [0, 'A B', 'MESSAGE', message(1)],
      [0, 'A C', 'MESSAGE', message(1)],
      [0.1, 'B A', 'ACK', ack(1)],
    ];
    expect(check(...lines, [0.2, 'C A', 'ACK', ack(1)], [11, 'C A', 'HELLO'])).toEqual([]);
    expect(check(...lines, [11, 'C A', 'HELLO'])).toEqual(['2 ptpchat.unacknowledged (4)']);
    expect(linksOf(...lines)).toEqual(['1 acknowledged_in 3', '2 same_message_as 1', '3 acknowledges 1']);
  });

  it('can come from another socket of the recipient', () => {
    expect(check([0, 'A B', 'MESSAGE', message(1)], [0.1, 'C A', 'ACK', ack(1)], ...hellos(1, 12))).toEqual([]);
  });

  it('is not expected for what could not be received correctly', () => {
    expect(check([0, 'A B', 'MESSAGE', message(1, 'a', { message: '?' })], ...hellos(1, 12))).toEqual(['1 ptpchat.base64 ()']);
  });

  it('names an id that was seen', () => {
    expect(check([0, 'B A', 'HELLO'], [1, 'B A', 'ACK', ack(7)])).toEqual(['2 ptpchat.ack-unknown ()']);
    expect(check([0, 'A B', 'MESSAGE', message(7)], [1, 'B A', 'ACK', ack(7)])).toEqual([]);
    expect(check([0, 'A B', 'MESSAGE', message(1)], [0.1, 'B A', 'ACK', ack(2)])).toEqual(['2 ptpchat.ack-unknown (1)']);
    expect(check([0, 'A B', 'MESSAGE', message(1)], [0.1, 'B A', 'ACK', ack(1)], [0.2, 'B A', 'ACK', ack(long)])).toEqual([
      '3 ptpchat.ack-unknown ()',
    ]);
  });

  it('can be for a message from before the capture', () => {
    expect(check([0, 'B A', 'ACK', ack(7)])).toEqual([]);
    const later: Line[] = [
      [0, 'A B', 'MESSAGE', message(2)],
      [0.1, 'B A', 'ACK', ack(1)],
      [0.2, 'B A', 'ACK', ack(2)],
    ];
    expect(check(...later)).toEqual([]);
  });
});

describe('a CERTIFICATE', () => {
  const asked: Line[] = [
    [0, 'A B', 'GETCERTIFICATE', getCertificate(long, 'a')],
    [0.1, 'B A', 'ACK', ack(long)],
  ];
  const other = long.replace('f', 'e');

  it('answers with the id of its GETCERTIFICATE', () => {
    const lines: Line[] = [...asked, [0.2, 'B A', 'CERTIFICATE', certificate(long, 'b', 'a')], [0.3, 'A B', 'ACK', ack(long)]];
    expect(check(...lines)).toEqual([]);
    expect(linksOf(...lines)).toEqual([
      '1 acknowledged_in 2',
      '1 answered_in 3',
      '2 acknowledges 1',
      '3 answers 1',
      '3 acknowledged_in 4',
      '4 acknowledges 3',
    ]);
  });

  it('with another id breaks the rule when nothing else answers', () => {
    const wrong: Line = [0.2, 'B A', 'CERTIFICATE', certificate(other, 'b', 'a')];
    expect(check(...asked, wrong)).toEqual(['3 ptpchat.certificate-id (1)']);
    // It crossed the request on its way.
    expect(check(...asked, wrong, [0.4, 'B A', 'CERTIFICATE', certificate(long, 'b', 'a')])).toEqual([]);
    expect(check(asked[0]!, [0.2, 'B A', 'CERTIFICATE', certificate(other, 'b', 'c')])).toEqual([]);
  });

  it('can come in advance, to several nodes, and again', () => {
    const advance = (at: number, way: 'B A' | 'B C', recipient: string): Line => [
      at,
      way,
      'CERTIFICATE',
      certificate(other, 'b', recipient),
    ];
    expect(
      check(
        advance(0, 'B A', 'a'),
        advance(0, 'B C', 'c'),
        [0.1, 'A B', 'GETCERTIFICATE', getCertificate(long, 'a')],
        advance(0.2, 'B A', 'a'),
      ),
    ).toEqual([]);
  });

  it('of each of several nodes answers one request', () => {
    const lines: Line[] = [
      [0, 'A B', 'GETCERTIFICATE', getCertificate(long, 'a')],
      [0, 'A C', 'GETCERTIFICATE', getCertificate(long, 'a')],
      [0.1, 'B A', 'CERTIFICATE', certificate(long, 'b', 'a')],
      [0.1, 'C A', 'CERTIFICATE', certificate(long, 'c', 'a')],
    ];
    expect(check(...lines)).toEqual([]);
  });
});

describe('a KEY', () => {
  it('answers the GETKEY for its channel', () => {
    const lines: Line[] = [
      [0, 'B A', 'GETKEY', join(1, 'b')],
      [0.1, 'A B', 'KEY', key(2, 'a', 'b')],
    ];
    expect(linksOf(...lines)).toEqual(expect.arrayContaining(['1 answered_in 2', '2 answers 1']));
    expect(linksOf(lines[0]!, [0.1, 'A B', 'KEY', key(2, 'a', 'c')])).toEqual([]);
  });
});

describe('HELLO', () => {
  it.each([
    [[0, 0.5, 2.5, 4.5, 6.9], []],
    [[0, 0.41, 0.85], []],
    [[0, 0.3, 1], ['2 ptpchat.hello-interval (1)']],
    [[0, 2.6, 3.6], ['2 ptpchat.hello-interval (1)']],
    [[0, 12], ['2 ptpchat.hello-interval (1)']],
    // Both had gone.
    [[0, 1, 60, 61], []],
  ])('at %j is found as %j', (times, found) => {
    expect(check(...times.map((time): Line => [time, 'A B', 'HELLO']))).toEqual(found);
  });

  it('has a clock for each direction and pair of sockets', () => {
    expect(check([0, 'A B', 'HELLO'], [0.1, 'B A', 'HELLO'], [0.1, 'A C', 'HELLO'], [0.2, 'S A', 'HELLO'])).toEqual([]);
  });
});

describe('JOIN', () => {
  it('to a node that listed the sender is flagged', () => {
    expect(check([0, 'B A', 'CHANNEL', channel(1, 'b', ['b', 'a'])], [1, 'A B', 'JOIN', join(2, 'a')])).toEqual([
      '2 ptpchat.join-member (1)',
    ]);
  });

  it.each<[string, Line[]]>([
    ['that did not', [[0, 'B A', 'CHANNEL', channel(1, 'b', ['b'])]]],
    [
      'that had not heard of it',
      [
        [0, 'B A', 'CHANNEL', channel(1, 'b', ['b', 'a'])],
        [0.5, 'C A', 'CHANNEL', channel(2, 'c', ['c', 'b'])],
      ],
    ],
    [
      'that it left',
      [
        [0, 'B A', 'CHANNEL', channel(1, 'b', ['b', 'a'])],
        [0.5, 'A B', 'LEAVE', join(2, 'a')],
      ],
    ],
    [
      'whose CHANNEL crossed a copy',
      [
        [0, 'A B', 'JOIN', join('j', 'a')],
        [0.5, 'B A', 'CHANNEL', channel(1, 'b', ['b', 'a'])],
      ],
    ],
  ])('to a node %s is fine', (_, lines) => {
    expect(check(...lines, [1, 'A B', 'JOIN', join('j', 'a')])).toEqual([]);
  });
});

describe('LEAVE', () => {
  it('by a node that was not listed and never joined is flagged', () => {
    const listed: Line = [0, 'B C', 'CHANNEL', channel(1, 'b', ['b', 'c'])];
    expect(check(listed, [1, 'A B', 'LEAVE', join(2, 'a')])).toEqual(['2 ptpchat.leave-nonmember (1)']);
    expect(check(listed, [0.5, 'A B', 'JOIN', join(3, 'a')], [1, 'A B', 'LEAVE', join(2, 'a')])).toEqual([]);
  });

  it('where the capture has not shown who the members are is fine', () => {
    expect(check([1, 'A B', 'LEAVE', join(2, 'a')], [1, 'A C', 'LEAVE', join(2, 'a')])).toEqual([]);
    expect(check([0, 'C B', 'CHANNEL', channel(1, 'c', ['c'])], [1, 'A B', 'LEAVE', join(2, 'a')])).toEqual([]);
  });

  it('twice is flagged, to one node and without a JOIN or a CHANNEL in between', () => {
    const first: Line = [1, 'A B', 'LEAVE', join(2, 'a')];
    const again: Line = [2, 'A B', 'LEAVE', join(3, 'a')];
    expect(check(first, again)).toEqual(['2 ptpchat.leave-nonmember (1)']);
    expect(check(first, [2, 'A B', 'LEAVE', join(2, 'a')])).toEqual([]);
    expect(check(first, [2, 'A C', 'LEAVE', join(3, 'a')])).toEqual([]);
    expect(check(first, [1.5, 'B A', 'CHANNEL', channel(4, 'b', ['a', 'b'])], again)).toEqual([]);
    expect(check(first, [1.5, 'A B', 'JOIN', join(4, 'a')], again)).toEqual([]);
  });
});

describe('20,000 messages of a conforming group', () => {
  it('give no finding', () => {
    const lines: Line[] = [];
    for (let i = 0; lines.length < 20_000; i++) {
      const at = i;
      for (const way of ['A B', 'B A', 'A C', 'C A'] as const) lines.push([at, way, 'HELLO']);
      if (i % 10 === 0) lines.push([at + 0.05, 'A B', 'CHANNEL', channel(`ch${i}`, 'a', ['a', 'b', 'c'])]);
      for (const way of ['A B', 'A C'] as const) lines.push([at + 0.1, way, 'MESSAGE', message(i)]);
      for (const way of ['B A', 'C A'] as const) lines.push([at + 0.2, way, 'ACK', ack(i)]);
    }
    expect(findingsOf(scriptFile(lines))).toEqual([]);
  });
});
