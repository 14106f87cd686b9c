/** LINKTYPE_ numbers (tcpdump.org/linktypes.html) whose frames are decoded. */
export const linkType = Object.freeze({
  null: 0,
  ethernet: 1,
  rawOpenBsd: 12,
  rawBsdOs: 14,
  raw: 101,
  loop: 108,
  linuxCooked: 113,
  /** Whatever its writer means by it. Here it is what a datagram carries, without any header around it. */
  user0: 147,
  ipv4: 228,
  ipv6: 229,
  nflog: 239,
  pktap: 258,
  linuxCooked2: 276,
});

export const etherType = Object.freeze({
  ipv4: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  serviceVlan: 0x88a8,
  oldVlan: 0x9100,
  ipv6: 0x86dd,
});

/** A type field below this is a length: an IEEE 802.3 frame with LLC (IEEE 802.3 clause 3.2.6). */
export const firstEtherType = 0x0600;

/** LLC service access points and the control field of unnumbered information (IEEE 802.2), and the OUI of 802.1H. */
export const llc = Object.freeze({ snap: 0xaa, ipv4: 0x06, unnumbered: 0x03, bridgeTunnel: 0x0000f8 });

export function isVlan(type: number): boolean {
  return type === etherType.vlan || type === etherType.serviceVlan || type === etherType.oldVlan || type === 0x9200;
}

/** IP protocol numbers (IANA). */
export const ipProtocol = Object.freeze({
  hopByHop: 0,
  icmp: 1,
  ipv4: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  authentication: 51,
  icmp6: 58,
  noNext: 59,
  destination: 60,
  mobility: 135,
});

export const protocolNames: Readonly<Record<number, string>> = Object.freeze({
  0: 'IPv6 hop-by-hop options',
  1: 'ICMP',
  2: 'IGMP',
  4: 'IPv4',
  6: 'TCP',
  17: 'UDP',
  41: 'IPv6',
  43: 'IPv6 routing header',
  44: 'IPv6 fragment header',
  47: 'GRE',
  50: 'ESP',
  51: 'Authentication Header',
  58: 'ICMPv6',
  59: 'nothing',
  60: 'IPv6 destination options',
  132: 'SCTP',
  135: 'IPv6 mobility header',
});

/** TCP flags, as in the low byte of the header's 13th and 14th bytes (RFC 9293 section 3.1). */
export const tcpFlag = Object.freeze({
  fin: 0x01,
  syn: 0x02,
  rst: 0x04,
  psh: 0x08,
  ack: 0x10,
  urg: 0x20,
  ece: 0x40,
  cwr: 0x80,
});

/** Whether IP protocol `next` is an IPv6 extension header that says what follows it. */
export function isExtension(next: number): boolean {
  return (
    next === ipProtocol.hopByHop ||
    next === ipProtocol.routing ||
    next === ipProtocol.fragment ||
    next === ipProtocol.authentication ||
    next === ipProtocol.destination ||
    next === ipProtocol.mobility
  );
}

/**
 * The version that the address family of a BSD loopback header means: 4, 6, or 0. Its byte order is the sender's, some fill 16 of
 * its 32 bits only, some put an EtherType there: of the readings the one counts that agrees with `nibble`, the first half of the
 * byte behind it, and the first that is known where none does.
 */
export function familyVersion(word: number, nibble = 0): 0 | 4 | 6 {
  const swapped = ((word << 24) | ((word << 8) & 0xff_0000) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
  let first: 0 | 4 | 6 = 0;
  for (const family of [word, swapped, word >>> 16, word & 0xffff, swapped >>> 16, swapped & 0xffff]) {
    const version = versionOf(family);
    if (version !== 0 && version === nibble) return version;
    // Half a word that is zero by chance says less than the whole.
    if (first === 0 && (family === word || family === swapped)) first = version;
  }
  return first;
}

function versionOf(family: number): 0 | 4 | 6 {
  if (family === 2 || family === etherType.ipv4) return 4;
  // 10 Linux, 23 Windows, 24 NetBSD and OpenBSD, 28 FreeBSD, 30 macOS.
  const isIpv6 = family === 10 || family === 23 || family === 24 || family === 28 || family === 30;
  return isIpv6 || family === etherType.ipv6 ? 6 : 0;
}

/** What the bytes after the network header are. */
export const transport = Object.freeze({ none: 0, udp: 1, tcp: 2, icmp: 3, icmp6: 4, other: 5 });
