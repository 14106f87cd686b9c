/** Lines of the packet list. */

import type { Analysis } from '../../dissector/analysis/index.ts';
import { addressText, endpointText, macText } from '../../dissector/bytes/index.ts';
import { linkType, PacketView, packetProblem, parsePacket, tcpFlag, transport } from '../../dissector/link/index.ts';
import type { Finding } from '../../dissector/protocol/index.ts';
import type { Row, Show } from '../wire/inspector.ts';

const severities = ['error', 'warning', 'note'] as const;

/** A row of the whole list; `row` is its place in the list that is shown. */
export function rowView(analysis: Analysis, show: Show, position: number, row = position): Row {
  const { frame, n } = analysis.rowAt(show, position);
  const { frames } = analysis.reader;
  const line: Line = n < 0 ? bareFrame(analysis, frame - 1) : message(analysis, n);
  line.row = row;
  line.frame = frame;
  line.seconds = frames.hasTime(frame - 1) ? frames.seconds(frame - 1) : 0;
  line.nanos = frames.nanos(frame - 1);
  const conversation = analysis.conversationOf(frame)?.conversation;
  if (conversation !== undefined) {
    line.conversation = conversation;
    line.transport = analysis.conversations[conversation]!.transport;
  }
  return line;
}

/** A row as it is filled. (No spread: that would make a slow object of each, and a list has a million.) */
type Line = { -readonly [name in keyof Row]: Row[name] };

/** Nanoseconds between two frames (1-based); undefined where one has no time. */
export function gapOf({ reader: { frames } }: Analysis, before: number, frame: number): number | undefined {
  if (!frames.hasTime(before - 1) || !frames.hasTime(frame - 1)) return undefined;
  const seconds = frames.seconds(frame - 1) - frames.seconds(before - 1);
  return seconds * 1e9 + frames.nanos(frame - 1) - frames.nanos(before - 1);
}

function message(analysis: Analysis, n: number): Line {
  const told = analysis.message(n);
  const { conversation, direction, protocol, name, state, encrypted } = told;
  const line: Line = {
    row: 0,
    frame: 0,
    n,
    seconds: 0,
    nanos: 0,
    source: conversation.endpoints[direction],
    destination: conversation.endpoints[direction === 0 ? 1 : 0],
    protocol: protocol.id,
    message: name,
    info: analysis.dissectAlone(told).info,
    state,
    encrypted,
  };
  const severity = worst(told.findings);
  if (severity !== undefined) line.severity = severity;
  return line;
}

/** The gravest of some findings. */
export function worst(findings: readonly Finding[]): Finding['severity'] | undefined {
  if (findings.length === 0) return undefined;
  return severities.find((severity) => findings.some((finding) => finding.severity === severity));
}

/** A frame that completes no message: what its headers say. */
function bareFrame(analysis: Analysis, index: number): Line {
  const { reader } = analysis;
  const bytes = reader.frameBytes(index);
  const link = reader.frames.linkType(index);
  const view = new PacketView();
  parsePacket(bytes, link, view, undefined, reader.frames.original(index));
  const [source, destination] = endpoints(bytes, link, view);
  return {
    row: 0,
    frame: 0,
    seconds: 0,
    nanos: 0,
    source,
    destination,
    protocol: view.highest === '' ? 'frame' : view.highest,
    message: '',
    info: packetProblem(view)?.text ?? eventText(analysis, index) + partText(analysis, index, view) + headersText(view),
    state: 'none',
    encrypted: false,
  };
}

/** What the frame does to its conversation, before what its headers say. */
function eventText(analysis: Analysis, index: number): string {
  const event = analysis.event(index + 1);
  return event === undefined ? '' : `${event.text}; `;
}

/** Which message the bytes of the frame are a part of, before what its headers say too. */
function partText(analysis: Analysis, index: number, { payloadStart, payloadEnd }: PacketView): string {
  if (payloadStart === payloadEnd) return '';
  const whole = analysis.carriedBy(index + 1);
  return whole === undefined ? '' : `part of ${whole.protocol.id} ${whole.name}, frame ${whole.frame}; `;
}

function endpoints(bytes: Uint8Array, link: number, view: PacketView): [string, string] {
  const { srcAt, dstAt, addressLength, srcPort, dstPort } = view;
  if (addressLength === 0) {
    const ethernet = link === linkType.ethernet && bytes.length >= 12;
    return ethernet ? [macText(bytes, 6), macText(bytes, 0)] : ['', ''];
  }
  if (view.transport !== transport.udp && view.transport !== transport.tcp)
    return [addressText(bytes, srcAt, addressLength), addressText(bytes, dstAt, addressLength)];
  return [endpointText(bytes, srcAt, addressLength, srcPort), endpointText(bytes, dstAt, addressLength, dstPort)];
}

function headersText(view: PacketView): string {
  const length = view.payloadEnd - view.payloadStart + view.payloadMissing;
  const payload = `${length} ${length === 1 ? 'byte' : 'bytes'}`;
  if (view.transport === transport.udp) return `${view.srcPort} → ${view.dstPort}, ${payload}`;
  if (view.transport === transport.tcp) {
    const flags = Object.entries(tcpFlag).flatMap(([name, bit]) => (view.flags & bit ? [name.toUpperCase()] : []));
    return `${view.srcPort} → ${view.dstPort} [${flags.join(' ')}] seq ${view.seq} ack ${view.ack}, ${payload}`;
  }
  if (view.isFragment)
    return `fragment of ${view.fragmentId.toString(16).padStart(4, '0')} from byte ${view.fragmentOffset}, ${payload}`;
  return payload;
}
