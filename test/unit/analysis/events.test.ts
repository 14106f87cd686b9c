import { describe, expect, it } from 'vitest';
import { analyse } from '../../golden/open.ts';
import { capture, type Endpoint, ipFrame, tcpFlags, tcpFrame, udpBody, udpFrame } from './packets.ts';

const ipOf = (frame: Uint8Array): number[] => [...frame.subarray(14)];

/** An ICMP error of `from` about a packet, quoting its IP header and 8 bytes more. */
function icmp4(type: number, code: number, word: readonly number[], from: Endpoint, about: Uint8Array, to: Endpoint): Uint8Array {
  return ipFrame(1, from, to, [type, code, 0, 0, ...word, ...ipOf(about).slice(0, 28)]);
}

function icmp6(type: number, code: number, word: readonly number[], from: Endpoint, about: Uint8Array, to: Endpoint): Uint8Array {
  return ipFrame(58, from, to, [type, code, 0, 0, ...word, ...ipOf(about)]);
}

const zero = [0, 0, 0, 0];

describe('what the lower layers tell of a conversation', () => {
  const a = { address: '192.0.2.1', port: 7000 };
  const b = { address: '192.0.2.2', port: 7001 };
  const sent = udpFrame(a, b, Uint8Array.of(1, 2, 3));

  it.each([
    ['port unreachable', icmp4(3, 3, zero, b, sent, a), 'unreachable', /port unreachable: a packet to 192\.0\.2\.2:7001/],
    ['host unreachable, said by a router', icmp4(3, 1, zero, { address: '192.0.2.9', port: 0 }, sent, a), 'unreachable', /host/],
    ['fragmentation needed', icmp4(3, 4, [0, 0, 2, 188], b, sent, a), 'too-big', /takes 700 bytes/],
    ['time exceeded', icmp4(11, 0, zero, b, sent, a), 'time-exceeded', /time to live/],
  ])('is an ICMP error: %s', (_, error, kind, text) => {
    const analysis = analyse(capture([sent, error]));
    expect(analysis.event(2)).toMatchObject({ conversation: 0, direction: 0, kind });
    expect(analysis.event(2)!.text).toMatch(text);
    expect(analysis.conversationCount).toBe(1);
  });

  it('is an ICMPv6 error', () => {
    const [c, d] = [
      { address: '2001:db8::1', port: 7000 },
      { address: '2001:db8::2', port: 7001 },
    ];
    const packet = udpFrame(c, d, Uint8Array.of(1, 2, 3));
    const analysis = analyse(capture([packet, icmp6(1, 4, zero, d, packet, c), icmp6(2, 0, [0, 0, 5, 0], d, packet, c)]));
    expect(analysis.event(2)).toMatchObject({
      kind: 'unreachable',
      text: 'port unreachable: a packet to [2001:db8::2]:7001 came back',
    });
    expect(analysis.event(3)).toMatchObject({ kind: 'too-big' });
  });

  it('is no event where no conversation is meant, nor an echo', () => {
    const stranger = udpFrame({ address: '192.0.2.7', port: 1 }, b, Uint8Array.of(1));
    const analysis = analyse(capture([sent, icmp4(3, 3, zero, b, stranger, a), icmp4(8, 0, zero, a, sent, b)]));
    expect([analysis.event(2), analysis.event(3)]).toEqual([undefined, undefined]);
  });

  it('survives a quote that is cut short', () => {
    for (let length = 0; length < 36; length++) {
      const error = ipFrame(1, b, a, [3, 3, 0, 0, ...zero, ...ipOf(sent)].slice(0, length));
      expect(() => analyse(capture([sent, error]))).not.toThrow();
    }
  });

  it('is the close or the reset of a stream', () => {
    const frames = [
      tcpFrame(a, b, 999, 0, tcpFlags.syn, new Uint8Array(0)),
      tcpFrame(a, b, 1000, 1, tcpFlags.fin | tcpFlags.ack, new Uint8Array(0)),
      tcpFrame(b, a, 1, 1001, 4, new Uint8Array(0)),
    ];
    const analysis = analyse(capture(frames));
    expect([1, 2, 3].map((frame) => analysis.event(frame)?.kind)).toEqual([undefined, 'closed', 'reset']);
  });

  it('of a fragmented packet is known too', () => {
    const body = udpBody(a, b, new Uint8Array(40));
    const first = ipFrame(17, a, b, body.slice(0, 24), { id: 9, offset: 0, more: true });
    const second = ipFrame(17, a, b, body.slice(24), { id: 9, offset: 24, more: false });
    const whole = udpFrame(a, b, new Uint8Array(40));
    expect(analyse(capture([first, second, icmp4(3, 3, zero, b, whole, a)])).event(3)?.kind).toBe('unreachable');
  });
});
