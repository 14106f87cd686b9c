/** A capture of what the golden ones do not have: tunnels, IPv6, VLANs, comments, interfaces with names, segments sent twice. */
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../dissector/capture/index.ts';
import { tcpFlag } from '../../../dissector/link/index.ts';
import { bytes, client, ethernet, ipv4, ipv6, server, tcp, u16, udp } from '../link/build.ts';

const text = (content: string) => new TextEncoder().encode(content);
const near = Uint8Array.of(10, 0, 0, 1);
const far = Uint8Array.of(10, 0, 0, 9);
const { syn, ack, psh, fin } = tcpFlag;

const inside = ipv4(udp(7000, 7001, text('inside'), near, far), { src: near, dst: far, id: 2 });
const segment = (seq: number, flags: number, content = '', back = false) => {
  const [from, to] = back ? [server, client] : [client, server];
  const message = tcp(back ? 80 : 5000, back ? 5000 : 80, { seq, ack: back ? 101 : 901, flags }, text(content), from, to);
  return ethernet(0x0800, ipv4(message, { protocol: 6, src: from, dst: to }));
};

/** Frames (from 1) that bring nothing new. tshark takes the first for one out of order: it came within a round trip. */
export const sentTwice = [12, 14];

const frames: readonly Uint8Array[] = [
  ethernet(0x0800, ipv4(udp(7000, 7001, text('plain')))),
  ethernet(0x0800, ipv4(inside, { protocol: 4 })),
  ethernet(0x0800, ipv4(udp(40_000, 4789, bytes('0800000000000700', ethernet(0x0800, inside))))),
  ethernet(0x0800, ipv4(bytes(u16(0), u16(0x0800), inside), { protocol: 47 })),
  ethernet(0x86dd, ipv6(17, udp(9000, 9001, text('six')))),
  ethernet(0x86dd, ipv6(4, inside)),
  ethernet(0x8100, bytes(u16(5), u16(0x0800), ipv4(udp(1, 2, text('tagged'))))),
  segment(100, syn),
  segment(900, syn | ack, '', true),
  segment(101, psh | ack, 'first'),
  segment(106, psh | ack, 'second'),
  segment(101, psh | ack, 'first'),
  segment(901, ack, 'answer', true),
  segment(106, psh | ack, 'second'),
  segment(112, fin | ack),
  ethernet(0x0800, ipv4(bytes('0800', u16(0), u16(1), u16(1), text('ping')), { protocol: 1 })),
];

/** Three interfaces, of which the last has no name; two frames have comments, one of them two. */
export function layered(): Uint8Array {
  const start = 1_700_000_000;
  return Buffer.concat([
    sectionHeader(),
    interfaceDescription({ linkType: 1, name: 'eth0' }),
    interfaceDescription({ linkType: 1, name: 'tun7' }),
    interfaceDescription({ linkType: 1 }),
    ...frames.map((content, i) =>
      enhancedPacket({
        ...{ bytes: content, seconds: start + Math.floor(i / 4), nanos: (i % 4) * 250_000_000 + i, interfaceIndex: i % 3 },
        ...(i === 2 ? { comment: 'a tunnel' } : {}),
        ...(i === 4 ? { options: [{ code: 1, bytes: text('IPv6') }], comment: 'second comment' } : {}),
      }),
    ),
  ]);
}
