import { type PacketIssue, packetIssue } from './issue.ts';
import { transport } from './numbers.ts';

/**
 * The addresses, ports and payload of one packet, filled by `parsePacket` and reused from packet to packet: reading a
 * packet allocates nothing. Every `…At`, `…Start` and `…End` is an offset in the bytes that were parsed.
 */
export class PacketView {
  /** One of `packetIssue`, and where it is; what was read before it stays. */
  issue: PacketIssue = packetIssue.none;
  issueAt = 0;
  /** EtherType of what the link layer carries; 0 when the link layer has none. */
  etherType = 0;
  /** Network layer: 0 for none that is known, 4 or 6. */
  version: 0 | 4 | 6 = 0;
  networkStart = 0;
  srcAt = 0;
  dstAt = 0;
  /** Bytes of each address: 0, 4 or 16. */
  addressLength = 0;
  /** IP protocol number of the payload, after all IPv6 extension headers; -1 without a network layer. */
  protocol = -1;
  /** IPv4 identification, or that of the IPv6 fragment header; offset in bytes; whether more follow. */
  isFragment = false;
  fragmentId = 0;
  fragmentOffset = 0;
  moreFragments = false;
  /**
   * One of `transport`. For a fragment it is `none`: the payload is then a part of the transport bytes, also in the first
   * fragment, and goes to FragmentTable.
   */
  transport = 0;
  transportStart = 0;
  /**
   * Whether the UDP or TCP header was read as far as it counts: ports, TCP's numbers and flags, where the payload begins.
   * Ports may be known without it.
   */
  transportRead = false;
  srcPort = 0;
  dstPort = 0;
  /** TCP sequence and acknowledgement numbers (unsigned), flags (`tcpFlag`) and window (unscaled). */
  seq = 0;
  ack = 0;
  flags = 0;
  window = 0;
  /**
   * The payload's captured bytes; padding after it is outside. Of a packet without a known transport: what follows the
   * last header that was understood.
   */
  payloadStart = 0;
  payloadEnd = 0;
  /** Bytes of the payload that the lengths claim and the capture does not hold. */
  payloadMissing = 0;
  /** Tunnels that were entered: addresses, ports and payload are those of the packet inside. */
  depth = 0;
  /** What keeps equal addresses of different networks apart: VLANs and tunnels' networks, as a number; 0 without any. */
  scope = 0;
  /** A packet without addresses was received by whoever captured, not sent: set by who knows (pcapng's direction flags). */
  inbound = false;
  /** Name of the innermost layer that was recognized: "TCP", "IPv4 fragment", "ARP", "Ethernet"… */
  highest = '';

  reset(end: number): void {
    this.issue = packetIssue.none;
    this.issueAt = 0;
    this.depth = 0;
    this.scope = 0;
    this.inbound = false;
    this.payloadEnd = end;
    this.payloadMissing = 0;
    this.resetHeaders();
  }

  /** Goes on with the packet at `at` inside a tunnel of the kind `name`; the payload's end stays. */
  enter(name: string, at: number, network: number): void {
    this.resetHeaders();
    this.depth++;
    this.narrow(network);
    this.payloadStart = at;
    this.highest = name;
  }

  /** One more network that the packet is inside of. Exact for four of 12 bits; beyond that two may look alike. */
  narrow(network: number): void {
    this.scope = (this.scope * 4099 + network + 1) % Number.MAX_SAFE_INTEGER;
  }

  private resetHeaders(): void {
    this.etherType = 0;
    this.version = 0;
    this.networkStart = 0;
    this.srcAt = 0;
    this.dstAt = 0;
    this.addressLength = 0;
    this.protocol = -1;
    this.isFragment = false;
    this.fragmentId = 0;
    this.fragmentOffset = 0;
    this.moreFragments = false;
    this.transport = transport.none;
    this.transportStart = 0;
    this.transportRead = false;
    this.srcPort = 0;
    this.dstPort = 0;
    this.seq = 0;
    this.ack = 0;
    this.flags = 0;
    this.window = 0;
    this.payloadStart = 0;
    this.highest = '';
  }

  get ok(): boolean {
    return this.issue === packetIssue.none;
  }

  /** Notes the first issue; later ones are its consequences. */
  fail(issue: PacketIssue, at: number): false {
    if (this.issue === packetIssue.none) {
      this.issue = issue;
      this.issueAt = at;
    }
    return false;
  }
}
