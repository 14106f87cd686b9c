/** p2pke in a capture that begins after the InitHello. */
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { recognise } from '../../../dissector/protocols/p2pke/recognise.ts';

const message = (direction: 0 | 1, header: number, length = 40) => {
  const bytes = new Uint8Array(length).fill(0xa5);
  new DataView(bytes.buffer).setUint32(0, header);
  return { direction, bytes };
};
const responder = 0x8000_0000;
const score = (...datagrams: ReturnType<typeof message>[]): number =>
  recognise({
    transport: 'udp',
    ports: [1, 2],
    datagrams,
    streams: [new Uint8Array(0), new Uint8Array(0)],
    limits: defaultLimits,
  });

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

  /** One way, as a stream of media or a tunnel goes; `at` is what changes from one to the next. */
  const oneWay = (make: (n: number) => string) =>
    Array.from({ length: 12 }, (_, n) => ({ direction: 0 as const, bytes: Uint8Array.from(Buffer.from(make(n), 'hex')) }));
  const noise = (n: number): string =>
    Buffer.from(Array.from({ length: 20 }, (_, i) => (n * 151 + i * 97 + n * i * 31) & 0xff)).toString('hex');
  const hex = (n: number, bytes: number): string => n.toString(16).padStart(2 * bytes, '0');

  it('takes one side alone where its counters move and nothing else has a form', () => {
    expect(score(...oneWay((n) => hex(16 + n, 4) + noise(n)))).toBeGreaterThanOrEqual(40);
  });

  it.each([
    ['RTP', (n: number) => `8060${hex(n, 2)}${hex(n * 160, 4)}deadbeef${noise(n)}`],
    ['RTP of payload type 0', (n: number) => `8000${hex(100 + n, 2)}${hex(n * 160, 4)}deadbeef${noise(n)}`],
    ['VXLAN', (n: number) => `0800000000002a00${noise(n)}`],
    ['SSDP', (n: number) => Buffer.from(`M-SEARCH * HTTP/1.1\r\nHOST: ${n}`).toString('hex')],
    ['NTP', (n: number) => `230000200000000000000000${hex(n, 2)}${noise(n)}`],
    ['STUN', (n: number) => `000100002112a442${noise(n)}`],
    ['WireGuard', (n: number) => `0400000001000000${hex(n, 1)}00000000000000${noise(n)}`],
    ['one header again and again', (n: number) => `00000040${noise(n)}`],
  ])('leaves %s alone, one way', (_, make) => {
    expect(score(...oneWay(make))).toBe(0);
  });
});
