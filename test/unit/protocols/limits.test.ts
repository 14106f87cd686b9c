/** Nesting and lengths at their extremes: nothing throws, a limit is named, and the rest of the capture is decoded. */
import { describe, expect, it } from 'vitest';
import { capture, tcpConversation, udpFrame } from '../analysis/packets.ts';
import * as botd from './botd.build.ts';
import { nested, read } from './hostile.build.ts';
import * as p2p from './p2p.build.ts';
import * as p2ppacket from './p2ppacket.build.ts';

const levels = 10_000;
describe('nesting of 10,000 levels', () => {
  const text = new TextEncoder();
  const good = text.encode('{"msg_type":"HELLO"}');
  const ends = [
    { address: '192.0.2.1', port: 9001 },
    { address: '192.0.2.2', port: 9001 },
  ] as const;

  it.each([
    ['arrays', '['.repeat(levels) + ']'.repeat(levels)],
    ['objects', `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`],
  ])('of JSON %s in ptpchat', (_, deep) => {
    const bomb = text.encode(`{"msg_type":"HELLO","msg_data":${deep}}`);
    const datagrams = [good, bomb, good].map((bytes) => udpFrame(ends[0], ends[1], bytes));
    const stream = Buffer.concat([good, bomb, good]);
    const prefixed = Buffer.concat([good, bomb, good].flatMap((bytes) => [Uint8Array.from(botd.u32(bytes.length)), bytes]));
    const none = new Uint8Array(0);
    for (const frames of [
      datagrams,
      tcpConversation(ends[0], ends[1], [stream, none], 1400),
      tcpConversation(ends[0], ends[1], [prefixed, none], 1400),
    ]) {
      const { states, told } = read(capture(frames));
      expect(states.filter((state) => state === 'HELLO decoded')).toHaveLength(2);
      expect(states).toHaveLength(3);
      expect(told).toContain('over the limit depth of 64');
    }
  });

  it('of protobuf in botd, in clear and encrypted', () => {
    const own = botd.session();
    const bomb = nested(1, levels);
    const sent: botd.Sent[] = [
      [0, own.init],
      [1, own.ack],
      [0, own.seal(bomb)],
      [0, own.ping('0123456789abcdef')],
    ];
    const { states, told } = read(botd.recorded({ sent }), own.keys);
    expect(states).toEqual(['Init decoded', 'Ack decoded', 'protobuf decoded', 'Ping decoded']);
    expect(told).toContain('over the limit depth of 64');
    const inClear = botd.recorded({
      sent: [[0, botd.clearFrame(Uint8Array.from([10, 4, ...text.encode('bomb'), ...nested(9, levels)]))], ...sent.slice(0, 2)],
      opened: false,
    });
    const clear = read(inClear, own.keys);
    expect(clear.states).toEqual(['protobuf decoded', 'Init decoded', 'Ack decoded']);
    expect(clear.told).toContain('over the limit depth of 64');
  });
});

describe('a length of the most that its field can hold', () => {
  const after: p2p.Sent[] = [['inbound', p2p.disconnect('bye')]];
  const withLength = (name: string, values: object, at: number, size: number): Uint8Array => {
    const bytes = p2p.packet(name, values as never);
    bytes.fill(0xff, at, at + size);
    return bytes;
  };

  it.each([
    ['TUNNEL_REQ key_size', withLength('TUNNEL_REQ', tunnelRequest(), 13, 2)],
    ['TUNNEL_REQ enc_size', withLength('TUNNEL_REQ', tunnelRequest(), 15, 2)],
    ['TUNNEL_REQ data_size', withLength('TUNNEL_REQ', tunnelRequest(), 17, 2)],
    ['TUNNEL_DATA size', withLength('TUNNEL_DATA', { tunnel_id: 1n, data: new Uint8Array(8) }, 9, 2)],
    ['TUNNEL_CLOSE random_size', withLength('TUNNEL_CLOSE', tunnelClose(), 9, 2)],
    ['TUNNEL_CLOSE sig_size', withLength('TUNNEL_CLOSE', tunnelClose(), 11, 2)],
    ['NLIST_RES size of 3 bytes', Uint8Array.from([7, 3, 0xff, 0xff, 0xff])],
  ])('of p2p, %s: the packet waits for its bytes', (_, bytes) => {
    const { states, told } = read(p2p.recorded([...p2p.handshake, ['outbound', bytes], ...after]), p2p.dhKey('inbound'));
    expect(states).toContain('DISCONNECT decoded');
    expect(states.some((state) => state.endsWith(' incomplete'))).toBe(true);
    expect(told).toContain('needs');
  });

  it.each([4, 5, 16, 255])('of p2p, NLIST_RES size of %d bytes: over the limit', (n) => {
    const bomb = Uint8Array.from([7, n, ...new Array(n).fill(0xff), ...new Array(40).fill(0x42)]);
    const { states, told } = read(p2p.recorded([...p2p.handshake, ['outbound', bomb], ...after]), p2p.dhKey('inbound'));
    expect(told).toContain('over the limit pendingStream of 67108864');
    expect(states).toContain('DISCONNECT decoded');
  });

  it.each([
    ['a_peer_public_key_size', 1, 2],
    ['param_g_size', 3, 1],
    ['param_p_size', 4, 1],
  ])('of p2p, HELLO %s', (_, at, size) => {
    const bytes = p2p.hello();
    bytes.fill(0xff, at, at + size);
    const file = p2p.recorded([
      ['outbound', bytes, 'clear'],
      ['inbound', p2p.disconnect('what?'), 'clear'],
    ]);
    const { states, told } = read(file, p2p.dhKey('inbound'));
    expect(states.toSorted()).toEqual(['DISCONNECT decoded', 'HELLO incomplete']);
    expect(told).toContain('needs');
  });

  it('of botd, in clear and encrypted', () => {
    const own = botd.session();
    const huge = Uint8Array.from([0xff, 0xff, 0xff, 0xff, ...new Array(60).fill(7)]);
    const sealed = read(
      botd.recorded({
        sent: [
          [0, own.init],
          [1, own.ack],
          [0, own.ping('0123456789abcdef')],
          [0, huge],
          [1, own.pong('fedcba9876543210', '0123456789abcdef')],
        ],
      }),
      own.keys,
    );
    expect(sealed.told).toContain('limit frameLength');
    expect(sealed.states).toEqual(expect.arrayContaining(['Ping decoded', 'Pong decoded']));
    const clear = read(
      botd.recorded({
        sent: [
          [0, own.init],
          [1, huge],
        ],
      }),
    );
    expect(clear.told).toContain('limit frameLength');
    expect(clear.states).toContain('Init decoded');
  });

  it('of ptpchat, where a length prefix is expected', () => {
    const text = new TextEncoder().encode('{"msg_type":"HELLO"}');
    const good = Uint8Array.from([...botd.u32(text.length), ...text]);
    const huge = Uint8Array.from([0xff, 0xff, 0xff, 0xff, ...text]);
    const ends = [
      { address: '192.0.2.1', port: 9001 },
      { address: '192.0.2.2', port: 9001 },
    ] as const;
    const streams = [Buffer.concat([good, good, huge, good]), good] as const;
    const { states, told } = read(capture(tcpConversation(ends[0], ends[1], streams, 1400)));
    expect(told).toContain('limit frameLength');
    expect(states.filter((state) => state === 'HELLO decoded').length).toBeGreaterThan(3);
  });

  it('of p2ppacket, an entry and the count of channels', () => {
    const [a, b] = [1, 2].map((i) => new p2ppacket.Node({ address: `10.0.0.${i}`, port: i * 1000 }, i)) as [
      p2ppacket.Node,
      p2ppacket.Node,
    ];
    const good = p2ppacket.data([p2ppacket.reliable(1, 1)]);
    const length = p2ppacket.data([p2ppacket.reliable(2, 1)]).fill(0xff, -3, -1);
    const count = p2ppacket.data([p2ppacket.reliable(2, 1)], { channel_count: 0xff });
    for (const [bomb, text] of [
      [length, 'as "length" says'],
      [count, 'channel_count is 255, the bytes hold 1 whole entries'],
    ] as const) {
      const { states, told } = read(p2ppacket.recorded([...p2ppacket.handshake(a, b), [a, b, good], [a, b, bomb], [b, a, good]]));
      expect(states.slice(-3)).toEqual(['data decoded', 'data malformed', 'data decoded']);
      expect(told).toContain(text);
    }
  });
});

function tunnelRequest(): object {
  const bytes = new Uint8Array(4);
  return {
    hops: 1,
    tunnel_id: 9n,
    public_key: bytes,
    test_hash: new Uint8Array(32),
    test_encrypted: bytes,
    shared_key: bytes,
    data: bytes,
  };
}

function tunnelClose(): object {
  return { tunnel_id: 9n, random: new Uint8Array(4), signature: new Uint8Array(4) };
}
