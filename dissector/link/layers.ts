import { defaultLimits, type Field, type Limits } from '../bytes/index.ts';
import { undecodedField } from './header.ts';
import { ipv4Layer, ipv6Layer } from './iplayers.ts';
import { linkLayers } from './linklayers.ts';
import { transport } from './numbers.ts';
import { PacketView, packetProblem, parsePacket } from './packet.ts';
import { transportLayer } from './transportlayers.ts';

/**
 * The lower layers of one frame. Root fields, payload and trailer tile the captured bytes: `layers`, then
 * [payloadStart, payloadEnd), where the caller puts the protocol's layer (or `undecodedField`), then `trailer`.
 */
export interface LowerLayers {
  readonly layers: Field[];
  readonly payloadStart: number;
  readonly payloadEnd: number;
  /** Padding after the payload (Ethernet's minimum length, frame check sequence), where there is any. */
  readonly trailer?: Field;
  readonly view: PacketView;
}

/** Decodes the headers of a frame in Source `source`. The same bytes give the same fields every time. */
export function decodeLayers(
  bytes: Uint8Array,
  linkType: number,
  originalLength: number = bytes.length,
  limits: Limits = defaultLimits,
  source = 0,
): LowerLayers {
  const view = new PacketView();
  parsePacket(bytes, linkType, view, limits, originalLength);
  const { layers, payload } = linkLayers(bytes, linkType, source, limits);
  let at = payload;
  if (view.version === 4 && layersOk(layers)) layers.push(ipv4Layer(bytes, source, at));
  else if (view.version === 6 && layersOk(layers)) layers.push(ipv6Layer(bytes, source, at, limits));
  at = layers.at(-1)?.end ?? 0;
  // What is wrong with an option before it does not hide a transport header: the view has found it.
  if (view.version !== 0 && view.transport !== transport.none && view.transportStart === at) {
    const message = transportBounds(bytes, view, originalLength);
    const layer = transportLayer(bytes, bytes, view, source, message.end, message.missing);
    if (layer !== undefined) layers.push(layer);
    at = layers.at(-1)?.end ?? at;
  }
  const problem = packetProblem(view);
  const last = layers.at(-1);
  if (problem !== undefined && last !== undefined && !layers.some(hasProblem)) last.problem = problem;
  const payloadEnd = Math.max(at, view.payloadEnd);
  const trailer = payloadEnd < bytes.length ? trailerField(bytes, source, payloadEnd) : undefined;
  return { layers, payloadStart: at, payloadEnd, ...(trailer === undefined ? {} : { trailer }), view };
}

function trailerField(bytes: Uint8Array, source: number, start: number): Field {
  const doc = 'Bytes after the end that the lengths give: padding, or a frame check sequence';
  return undecodedField(bytes, source, start, bytes.length, 'trailer', doc);
}

function layersOk(layers: readonly Field[]): boolean {
  return layers.every((layer) => layer.problem === undefined);
}

function hasProblem(field: Field): boolean {
  return field.problem !== undefined || (field.children?.some(hasProblem) ?? false);
}

/** Where the transport message ends: by the IP length, not by the UDP length that may be shorter. */
function transportBounds(bytes: Uint8Array, view: PacketView, originalLength: number): { end: number; missing: number } {
  const { networkStart } = view;
  const wireEnd = Math.max(bytes.length, originalLength);
  const length = (at: number) => (bytes[at] << 8) | bytes[at + 1];
  const claimed = view.version === 4 ? length(networkStart + 2) : length(networkStart + 4);
  const end = claimed === 0 ? wireEnd : networkStart + claimed + (view.version === 4 ? 0 : 40);
  const captured = Math.min(end, bytes.length);
  return { end: captured, missing: end - captured };
}
