/** A capture as Peerscope reads it, by the way that the command line and the extension take. */
import { readFileSync } from 'node:fs';
import { Analysis } from '../../dissector/analysis/index.ts';
import { Packets } from '../../dissector/analysis/packets.ts';
import { addressText, defaultLimits } from '../../dissector/bytes/index.ts';
import { type CaptureReader, memoryFile, timeText } from '../../dissector/capture/index.ts';
import { packetIssue, transport } from '../../dissector/link/index.ts';
import { KeyRing } from '../../dissector/protocol/index.ts';
import { protocols } from '../../dissector/protocols/index.ts';
import { UnreadableCapture } from '../../extension/capture/failures.ts';
import { isCutShort, notices, type OpenFile, openFile } from '../../extension/capture/open.ts';
import { collect } from '../unit/analysis/collect.ts';
import { type Claim, noEnds, type OurFrame, type OurReading, type OurStream } from './reading.ts';

export async function readOurs(path: string): Promise<OurReading> {
  let file: OpenFile;
  try {
    file = await openFile(memoryFile(new Uint8Array(readFileSync(path))), defaultLimits);
  } catch (error) {
    if (!(error instanceof UnreadableCapture)) throw error;
    return { refused: error.message, frames: [], streams: [], conversations: 0, claims: [] };
  }
  const { reader } = file;
  while (reader.step());
  const isUnread = isCutShort(file) || reader.stopped || reader.unlisted > 0 || file.unpackProblem !== undefined;
  const frames = readFrames(reader);
  return {
    ...(isUnread ? { unread: notices(file).join(' ') } : {}),
    frames,
    streams: readStreams(reader, frames),
    ...readClaims(reader),
  };
}

function readFrames(reader: CaptureReader): OurFrame[] {
  const { frames } = reader;
  const packets = new Packets(reader, defaultLimits);
  const { view } = packets;
  return Array.from({ length: frames.length }, (_, i) => {
    packets.read(i, true);
    const isCopy = packets.copies.has(i);
    // A copy is read no further: what it says counts here, too.
    if (isCopy) packets.read(i);
    const { srcAt, dstAt, addressLength, srcPort, dstPort } = view;
    const text = (at: number) => addressText(packets.frame, at, addressLength);
    const name = view.transport === transport.udp ? 'udp' : view.transport === transport.tcp ? 'tcp' : '';
    const hasPorts = name !== '' && addressLength !== 0 && (view.transportRead || srcPort !== 0 || dstPort !== 0);
    const payload = Buffer.from(packets.carrier.subarray(view.payloadStart, view.payloadEnd)).toString('hex');
    const isUnknownLink = view.issue === packetIssue.unknownLink;
    return {
      time: frames.hasTime(i) ? timeText(reader, i) : '',
      captured: frames.captured(i),
      original: frames.original(i),
      links: [frames.linkType(i)],
      ends: {
        addresses: addressLength === 0 ? noEnds.addresses : `${text(srcAt)} > ${text(dstAt)}`,
        ports: hasPorts ? `${name} ${srcPort} > ${dstPort}` : noEnds.ports,
      },
      ...(name !== '' && view.transportRead && addressLength !== 0 ? { payload } : {}),
      ...{ isUnknownLink, isCopy, isFragment: view.isFragment, issue: view.issue, seq: view.seq },
    };
  });
}

/** In the order of the file, as tshark reads it: what comes out of order in time is another matter. */
function readStreams(reader: CaptureReader, rows: readonly OurFrame[]): OurStream[] {
  return collect(reader, 'at once', 'file').flatMap(({ transport, frames, endpoints, streams, ends }) =>
    transport === 'udp'
      ? []
      : [
          {
            frames: frames.filter((frame) => isSegment(rows[frame - 1]!)),
            sides: [0, 1].map((side) => ({ endpoint: endpoints[side]!, bytes: streams[side]!, end: ends[side]! })),
          },
        ],
  );
}

/** An error about a packet belongs to its conversation without being a segment of it. */
function isSegment({ ends }: OurFrame): boolean {
  return ends.ports.startsWith('tcp');
}

function readClaims(reader: CaptureReader): { conversations: number; claims: Claim[] } {
  const ring = new KeyRing(protocols.flatMap((protocol) => protocol.keys));
  const analysis = new Analysis(reader, protocols, ring);
  while (analysis.step(65_536));
  analysis.finish();
  const claims = analysis.conversations.flatMap(({ id, transport, endpoints }) => {
    const protocol = analysis.protocolOf(id);
    return protocol === undefined ? [] : [{ protocol: protocol.id, conversation: `${transport} ${endpoints.join(' – ')}` }];
  });
  return { conversations: analysis.conversationCount, claims };
}
