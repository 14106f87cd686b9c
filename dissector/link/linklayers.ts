import { type Field, ipv4Text, type Limits, macText, overLimit } from '../bytes/index.ts';
import { llcSize, llcType, nflogPayload } from './datalink.ts';
import { HeaderFields } from './header.ts';
import { etherType, familyVersion, firstEtherType, isVlan, linkType } from './numbers.ts';
import { u32, u32le } from './read.ts';

const etherNames: Readonly<Record<number, string>> = {
  2048: 'IPv4',
  2054: 'ARP',
  33024: 'VLAN (802.1Q)',
  34525: 'IPv6',
  34984: 'service VLAN (802.1ad)',
  37120: 'VLAN (QinQ)',
  37376: 'VLAN (QinQ)',
};

/** Name of an EtherType, or the number; of what is below them, the length that it is. */
export function typeText(type: number): string {
  if (type < firstEtherType) return `length ${type}`;
  return etherNames[type] ?? `0x${type.toString(16).padStart(4, '0')}`;
}

/** The link header's layers. `payload` is the offset after them. */
export function linkLayers(
  bytes: Uint8Array,
  type: number,
  source: number,
  limits: Limits,
  start = 0,
): { layers: Field[]; payload: number } {
  switch (type) {
    case linkType.ethernet:
      return ethernet(bytes, source, limits, start);
    case linkType.linuxCooked:
      return linuxCooked(bytes, source, limits, start);
    case linkType.linuxCooked2:
      return linuxCooked2(bytes, source, limits, start);
    case linkType.null:
    case linkType.loop:
      return loopback(bytes, source, start);
    case linkType.nflog:
      return nflog(bytes, source);
    case linkType.pktap:
      return pktap(bytes, source, limits, start);
    default:
      return { layers: [], payload: start };
  }
}

function ethernet(bytes: Uint8Array, source: number, limits: Limits, start: number): { layers: Field[]; payload: number } {
  const header = new HeaderFields(bytes, source, 'ethernet', 'Ethernet II (IEEE 802.3 clause 3), 14 bytes', start, bytes.length);
  header.address('dst', 6, 'Destination MAC address', macText);
  header.address('src', 6, 'Source MAC address', macText);
  const next = header.u16('type', 'EtherType of the payload; below 1536 the payload length in bytes');
  if (header.cut) return { layers: [header.done()], payload: bytes.length };
  header.last.text = typeText(next);
  const text = `Ethernet, ${macText(bytes, start + 6)} → ${macText(bytes, start)}`;
  return typeLayers(bytes, source, next, [header.done(text)], start + 14, limits);
}

function linuxCooked(bytes: Uint8Array, source: number, limits: Limits, start: number): { layers: Field[]; payload: number } {
  const header = new HeaderFields(
    bytes,
    source,
    'linux_cooked',
    'Linux cooked capture (LINKTYPE_LINUX_SLL), 16 bytes',
    start,
    bytes.length,
  );
  const kind = header.u16('packet_type', 'Direction: 0 to us, 1 broadcast, 2 multicast, 3 to another, 4 from us');
  header.u16('device_type', 'ARPHRD_ number of the device');
  header.u16('address_length', "Bytes of the sender's link-layer address that count");
  header.take('address', 8, "Sender's link-layer address, padded to 8 bytes", (from, at) => macText(from, at, 8));
  const next = header.u16('protocol', 'EtherType of the payload');
  if (header.cut) return { layers: [header.done()], payload: bytes.length };
  header.last.text = typeText(next);
  const text = `Linux cooked capture, ${packetTypes[kind] ?? `type ${kind}`}`;
  return typeLayers(bytes, source, next, [header.done(text)], start + 16, limits);
}

function linuxCooked2(bytes: Uint8Array, source: number, limits: Limits, start: number): { layers: Field[]; payload: number } {
  const doc = 'Linux cooked capture, version 2 (LINKTYPE_LINUX_SLL2), 20 bytes';
  const header = new HeaderFields(bytes, source, 'linux_cooked', doc, start, bytes.length);
  const next = header.u16('protocol', 'EtherType of the payload');
  if (!header.cut) header.last.text = typeText(next);
  header.u16('reserved', 'Must be zero');
  const device = header.u32('interface_index', 'Index of the interface on the machine that captured');
  header.u16('device_type', 'ARPHRD_ number of the device');
  const kind = header.u8('packet_type', 'Direction: 0 to us, 1 broadcast, 2 multicast, 3 to another, 4 from us');
  header.u8('address_length', "Bytes of the sender's link-layer address that count");
  header.take('address', 8, "Sender's link-layer address, padded to 8 bytes", (from, at) => macText(from, at, 8));
  if (header.cut) return { layers: [header.done()], payload: bytes.length };
  const text = `Linux cooked capture, interface ${device}, ${packetTypes[kind] ?? `type ${kind}`}`;
  return typeLayers(bytes, source, next, [header.done(text)], start + 20, limits);
}

const packetTypes = ['to us', 'broadcast', 'multicast', 'to another host', 'from us'];

function loopback(bytes: Uint8Array, source: number, start: number): { layers: Field[]; payload: number } {
  const doc = 'BSD loopback (LINKTYPE_NULL, LINKTYPE_LOOP), 4 bytes';
  const header = new HeaderFields(bytes, source, 'bsd_loopback', doc, start, bytes.length);
  header.u32('family', "Address family, in the capturing machine's byte order (NULL) or big-endian (LOOP)");
  if (header.cut) return { layers: [header.done()], payload: bytes.length };
  const version = familyVersion(u32(bytes, start), bytes.length > start + 4 ? bytes[start + 4] >>> 4 : 0);
  header.last.text = version === 0 ? 'unknown' : `IPv${version}`;
  return { layers: [header.done('BSD loopback')], payload: start + 4 };
}

function nflog(bytes: Uint8Array, source: number): { layers: Field[]; payload: number } {
  const packet = nflogPayload(bytes);
  const end = Math.min(bytes.length, packet?.start ?? bytes.length);
  const header = new HeaderFields(bytes, source, 'nflog', 'Linux netfilter log (LINKTYPE_NFLOG)', 0, end);
  header.u8('family', 'Address family of the packet: 2 IPv4, 10 IPv6');
  header.u8('version', '0');
  header.u16('resource_id', 'Group of the log');
  header.take('attributes', end - header.at, "Attributes in the capturing machine's byte order, up to the packet");
  return { layers: [header.done('NFLOG')], payload: header.at };
}

function pktap(bytes: Uint8Array, source: number, limits: Limits, start: number): { layers: Field[]; payload: number } {
  const had = bytes.length - start;
  const size = had < 12 ? had : Math.min(had, Math.max(12, u32le(bytes, start)));
  const header = new HeaderFields(
    bytes,
    source,
    'pktap',
    'Packet tap of macOS (LINKTYPE_PKTAP), little-endian',
    start,
    start + size,
  );
  header.take('length', 4, 'Bytes of this header', (from, at) => String(u32le(from, at)));
  header.take('next', 4, 'Type of what follows: 1 is a packet', (from, at) => String(u32le(from, at)));
  header.take('link_type', 4, 'Link type of what follows', (from, at) => String(u32le(from, at)));
  header.take('rest', start + size - header.at, 'Interface, process and more');
  const inner = header.cut ? -1 : u32le(bytes, start + 8);
  const layers = [header.done('PKTAP')];
  if (inner < 0 || inner === linkType.pktap || inner === linkType.nflog) return { layers, payload: header.at };
  const behind = linkLayers(bytes, inner, source, limits, start + size);
  return { layers: [...layers, ...behind.layers], payload: behind.payload };
}

/** IEEE 802.2 LLC at `start`, with SNAP where that follows; `type` is the EtherType that it leads to, or undefined. */
function llcLayer(bytes: Uint8Array, source: number, start: number): { layer: Field; type: number | undefined } {
  const header = new HeaderFields(bytes, source, 'llc', 'Logical Link Control (IEEE 802.2)', start, bytes.length);
  const size = llcSize(bytes, start);
  header.u8('dsap', 'Destination service access point: aa is SNAP, 06 IPv4');
  header.u8('ssap', 'Source service access point');
  header.u8('control', '03: unnumbered information');
  if (size === 8) {
    header.take('organization', 3, 'Organization whose types these are; 0 for EtherTypes');
    const type = header.u16('type', 'EtherType of the payload');
    header.last.text = typeText(type);
  }
  return { layer: header.done(size === 8 ? 'LLC, SNAP' : 'LLC'), type: size === 0 ? undefined : llcType(bytes, start) };
}

/** The layers that follow a type field: VLAN tags, LLC where it is a length, ARP. */
export function typeLayers(
  bytes: Uint8Array,
  source: number,
  first: number,
  layers: Field[],
  start: number,
  limits: Limits,
): { layers: Field[]; payload: number } {
  let type = first;
  let at = start;
  for (let tags = 0; isVlan(type); tags++) {
    const header = new HeaderFields(bytes, source, 'vlan', 'VLAN tag (IEEE 802.1Q clause 9.6), 4 bytes', at, bytes.length);
    if (tags === limits.headers) {
      header.fail(overLimit('headers', limits.headers, tags + 1, 'VLAN tags', at));
      layers[layers.length - 1].problem = header.field.problem!;
      break;
    }
    const control = header.u16('tag_control', 'Priority (3 bits), drop eligible (1 bit), VLAN identifier (12 bits)');
    if (!header.cut) {
      const drop = (control & 0x1000) !== 0 ? ', drop eligible' : '';
      header.last.text = `VLAN ${control & 0xfff}, priority ${control >>> 13}${drop}`;
    }
    type = header.u16('type', 'EtherType of what follows the tag');
    const cut = header.cut;
    if (!cut) header.last.text = typeText(type);
    at = header.at;
    layers.push(header.done(`VLAN ${control & 0xfff}`));
    if (cut) break;
  }
  if (type < firstEtherType && llcSize(bytes, at) !== 0) {
    const { layer, type: inner } = llcLayer(bytes, source, at);
    layers.push(layer);
    at = layer.end;
    type = inner ?? type;
  }
  if (type === etherType.arp) {
    const arp = arpLayer(bytes, source, at);
    return { layers: [...layers, arp], payload: arp.end };
  }
  return { layers, payload: at };
}

/** ARP (RFC 826). Addresses are shown for Ethernet and IPv4, the only pair in use. */
function arpLayer(bytes: Uint8Array, source: number, start: number): Field {
  const header = new HeaderFields(bytes, source, 'arp', 'Address Resolution Protocol (RFC 826)', start, bytes.length);
  header.u16('hardware_type', '1 is Ethernet');
  header.u16('protocol_type', 'EtherType of the protocol addresses');
  const hardware = header.u8('hardware_length', 'Bytes of a hardware address');
  const protocol = header.u8('protocol_length', 'Bytes of a protocol address');
  const operation = header.u16('operation', '1 request, 2 reply');
  const network = (from: Uint8Array, at: number) => (protocol === 4 ? ipv4Text(from, at) : macText(from, at, protocol));
  const device = (from: Uint8Array, at: number) => macText(from, at, hardware);
  header.take('sender_hardware', hardware, "Sender's hardware address", device);
  header.take('sender_protocol', protocol, "Sender's protocol address", network);
  header.take('target_hardware', hardware, "Target's hardware address", device);
  header.take('target_protocol', protocol, "Target's protocol address", network);
  return header.done(`ARP ${operation === 1 ? 'request' : operation === 2 ? 'reply' : `operation ${operation}`}`);
}
