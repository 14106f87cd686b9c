import { defaultLimits, type Field, type Limits } from '../bytes/index.ts';
import { undecodedField } from './header.ts';
import { authenticationLayers, ipv4Layer, ipv6Layer } from './iplayers.ts';
import { linkLayers } from './linklayers.ts';
import { transport } from './numbers.ts';
import { packetProblem, parseFrame, parseNetwork } from './packet.ts';
import { PacketView } from './packetview.ts';
import { transportLayer } from './transportlayers.ts';
import { enterTunnel } from './tunnel.ts';
import { tunnelLayers } from './tunnellayers.ts';

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
  let goesOn = parseFrame(bytes, linkType, view, limits, originalLength);
  const { layers, payload } = linkLayers(bytes, linkType, source, limits);
  let wireEnd = Math.max(bytes.length, originalLength);
  let at = Math.max(payload, layers.at(-1)?.end ?? 0);
  while (goesOn) {
    goesOn = parseNetwork(bytes, view, wireEnd, limits);
    at = networkLayers(bytes, source, view, layers, at, wireEnd, limits);
    const tunnel = goesOn ? enterTunnel(bytes, view, limits) : undefined;
    if (tunnel === undefined) break;
    layers.push(...tunnelLayers(bytes, source, tunnel, limits));
    at = layers.at(-1)?.end ?? at;
    wireEnd = tunnel.wireEnd;
  }
  const problem = packetProblem(view);
  const last = layers.at(-1);
  if (problem !== undefined && last !== undefined && !layers.some(hasProblem)) last.problem = problem;
  const payloadEnd = Math.max(at, view.payloadEnd);
  const trailer = payloadEnd < bytes.length ? trailerField(bytes, source, payloadEnd) : undefined;
  return { layers, payloadStart: at, payloadEnd, ...(trailer === undefined ? {} : { trailer }), view };
}

/** Adds the layers of one packet's network and transport headers, from `start` on; returns where they end. */
function networkLayers(
  bytes: Uint8Array,
  source: number,
  view: PacketView,
  layers: Field[],
  start: number,
  wireEnd: number,
  limits: Limits,
): number {
  if (view.version !== 0 && layersOk(layers)) {
    if (view.version === 4) layers.push(ipv4Layer(bytes, source, start), ...authenticationLayers(bytes, source, start, limits));
    else layers.push(ipv6Layer(bytes, source, start, limits));
  }
  const at = layers.at(-1)?.end ?? start;
  // What is wrong with an option before it does not hide a transport header: the view has found it.
  if (view.version === 0 || view.transport === transport.none || view.transportStart !== at) return at;
  const message = transportBounds(bytes, view, wireEnd);
  const layer = transportLayer(bytes, bytes, view, source, message.end, message.missing);
  if (layer !== undefined) layers.push(layer);
  return layers.at(-1)?.end ?? at;
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
function transportBounds(bytes: Uint8Array, view: PacketView, wireEnd: number): { end: number; missing: number } {
  const { networkStart } = view;
  const length = (at: number) => (bytes[at] << 8) | bytes[at + 1];
  const claimed = view.version === 4 ? length(networkStart + 2) : length(networkStart + 4);
  const end = claimed === 0 ? wireEnd : networkStart + claimed + (view.version === 4 ? 0 : 40);
  const captured = Math.min(end, bytes.length);
  return { end: captured, missing: end - captured };
}
