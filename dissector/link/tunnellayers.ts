import type { Field, Limits } from '../bytes/index.ts';
import { HeaderFields } from './header.ts';
import { linkLayers, typeLayers, typeText } from './linklayers.ts';
import { linkType } from './numbers.ts';
import type { Tunnel } from './tunnel.ts';

/** EtherType of WCCP in GRE. */
const redirected = 0x883e;

/** The tunnel's own header, and the link header of the frame inside it where there is one. */
export function tunnelLayers(bytes: Uint8Array, source: number, tunnel: Tunnel, limits: Limits): Field[] {
  const { at, inner } = tunnel;
  const own = ownLayer(bytes, source, tunnel);
  const layers = own === undefined ? [] : [own];
  if (inner === 'ethernet') return [...layers, ...linkLayers(bytes, linkType.ethernet, source, limits, at).layers];
  return typeLayers(bytes, source, inner, layers, at, limits).layers;
}

function ownLayer(bytes: Uint8Array, source: number, { kind, start, at, network }: Tunnel): Field | undefined {
  switch (kind) {
    case 'IP in IP':
      return undefined;
    case 'GRE': {
      const header = new HeaderFields(bytes, source, 'gre', 'Generic Routing Encapsulation (RFC 2784, RFC 2890)', start, at);
      const flags = header.u16('flags_version', 'Checksum (1 bit), source routes, key and sequence present, version (3 bits)');
      const next = header.u16('protocol', 'EtherType of what is inside');
      header.last.text = typeText(next);
      if ((flags & 0x8000) !== 0) header.u32('checksum_reserved', 'Internet checksum (16 bits), reserved (16 bits)');
      if ((flags & 0x2000) !== 0) header.u32('key', 'Tells tunnels between the same ends apart');
      if ((flags & 0x1000) !== 0) header.u32('sequence', 'Number of the packet in the tunnel');
      if (header.at < at && next === redirected) header.take('redirect', at - header.at, 'Header of a redirected packet (WCCP)');
      else if (header.at < at) header.take('erspan', at - header.at, 'Header of a mirrored frame (ERSPAN)');
      return header.done('GRE');
    }
    case 'VXLAN': {
      const header = new HeaderFields(bytes, source, 'vxlan', 'Virtual eXtensible LAN (RFC 7348), 8 bytes', start, at);
      header.u32(
        'flags_reserved',
        'Flags (8 bits, of which the fifth says that there is a VNI), reserved or a group policy (24 bits)',
      );
      header.u32('vni_reserved', 'Network identifier (24 bits), reserved (8 bits)');
      header.last.text = `network ${network}`;
      return header.done(`VXLAN, network ${network}`);
    }
    case 'Geneve': {
      const header = new HeaderFields(
        bytes,
        source,
        'geneve',
        'Generic Network Virtualization (RFC 8926), 8 to 260 bytes',
        start,
        at,
      );
      header.u16('version_length_flags', 'Version (2 bits), bytes of options in words of 4 (6 bits), flags (8 bits)');
      const next = header.u16('protocol', 'EtherType of what is inside');
      header.last.text = typeText(next);
      header.u32('vni_reserved', 'Network identifier (24 bits), reserved (8 bits)');
      header.last.text = `network ${network}`;
      if (header.at < at) header.take('options', at - header.at, 'Options');
      return header.done(`Geneve, network ${network}`);
    }
  }
}
