/** p2pke in a capture that begins after the InitHello. */
import { describe, expect, it } from 'vitest';
import { recognise } from '../../../dissector/protocols/p2pke/recognise.ts';

const message = (direction: 0 | 1, header: number, length = 40) => {
  const bytes = new Uint8Array(length).fill(0xa5);
  new DataView(bytes.buffer).setUint32(0, header);
  return { direction, bytes };
};
const responder = 0x8000_0000;
const score = (...datagrams: ReturnType<typeof message>[]): number =>
  recognise({ transport: 'udp', ports: [1, 2], datagrams, streams: [new Uint8Array(0), new Uint8Array(0)] });

describe('the recognition of p2pke without an InitHello', () => {
  const rest = [message(1, responder + 1, 120), message(0, 2, 120)];
  const data = [16, 17, 18].flatMap((n) => [message(0, n), message(1, responder + n)]);

  it('takes the rest of a handshake, data, and a closing message', () => {
    expect(score(...rest)).toBeGreaterThanOrEqual(40);
    expect(score(...data)).toBeGreaterThanOrEqual(40);
    expect(score(...rest, ...data, message(0, 0x7fff_ffff))).toBeGreaterThanOrEqual(40);
  });

  it('takes neither a little of it nor other bytes', () => {
    expect(score(...data.slice(0, 4))).toBe(0);
    expect(score(rest[0]!)).toBe(0);
    expect(score(...data, message(0, 900_000))).toBe(0);
    expect(score(...data, message(0, 5))).toBe(0);
    expect(score(message(1, 1, 120), message(0, responder + 2, 120))).toBe(0);
  });
});
