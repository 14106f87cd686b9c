/** The frames with what their headers say: what a person compares with other tools. */
import { originOf } from '../../../dissector/analysis/jsonline.ts';
import { addressText } from '../../../dissector/bytes/index.ts';
import { type CaptureReader, timeText } from '../../../dissector/capture/index.ts';
import { PacketView, packetProblem, parsePacket, protocolNames, transport } from '../../../dissector/link/index.ts';
import { captureNotices } from '../capture.ts';
import { exitStatus } from '../errors.ts';
import type { Task } from '../task.ts';

const INDEX_BYTES = 4 << 20;
const knownTransports: Readonly<Record<number, string>> = {
  [transport.udp]: 'udp',
  [transport.tcp]: 'tcp',
  [transport.icmp]: 'icmp',
  [transport.icmp6]: 'icmp6',
};

export async function frames(task: Task): Promise<number> {
  const { command, out, tell } = task;
  const { reader } = task.file;
  const view = new PacketView();
  let next = 0;
  task.progress.begin('Writing', 'frames', true);
  for (let more = true; more && !out.closed; ) {
    task.progress.at(reader.position / task.file.unpackedSize, next);
    more = reader.step(INDEX_BYTES);
    for (; next < reader.frames.length && !out.closed; next++) {
      const frame = frameJson(reader, next, view);
      const waiting = out.line(command.json ? JSON.stringify(frame) : readable(frame, packetProblem(view)?.text));
      // Most lines are only gathered: a promise for each would cost more than the line.
      if (waiting !== undefined) await waiting;
    }
  }
  task.progress.end();
  for (const sentence of captureNotices(task)) tell(sentence);
  return exitStatus.read;
}

/** What is not there is left out; `payload` counts as the headers do, so also what the capture has cut off. */
function frameJson(reader: CaptureReader, index: number, view: PacketView) {
  const { frames } = reader;
  const link = frames.linkType(index);
  const bytes = reader.frameBytes(index);
  parsePacket(bytes, link, view, undefined, frames.original(index));
  const { addressLength, srcAt, dstAt } = view;
  const ports = view.transport === transport.udp || view.transport === transport.tcp;
  return {
    n: index + 1,
    ...originOf(reader, index),
    ...(frames.hasTime(index) ? { time: timeText(reader, index) } : {}),
    captured: frames.captured(index),
    length: frames.original(index),
    link,
    ...(addressLength === 0
      ? {}
      : { src: addressText(bytes, srcAt, addressLength), dst: addressText(bytes, dstAt, addressLength) }),
    ...(view.transport === transport.none ? {} : { transport: transportName(view) }),
    ...(ports ? { src_port: view.srcPort, dst_port: view.dstPort } : {}),
    ...(view.transport === transport.none ? {} : { payload: view.payloadEnd - view.payloadStart + view.payloadMissing }),
  };
}

function transportName({ transport, protocol }: PacketView): string {
  return knownTransports[transport] ?? protocolNames[protocol]?.toLowerCase() ?? String(protocol);
}

function readable(frame: ReturnType<typeof frameJson>, problem: string | undefined): string {
  const port = (number: number | undefined): string => (number === undefined ? '' : ` ${number}`);
  const ends = frame.src === undefined ? '' : `${frame.src}${port(frame.src_port)} → ${frame.dst}${port(frame.dst_port)}`;
  const payload = frame.payload === undefined ? '' : `payload ${frame.payload}`;
  const lengths = frame.captured === frame.length ? `${frame.length}` : `${frame.captured}/${frame.length}`;
  const parts = [String(frame.n).padStart(5), frame.time ?? '-', lengths.padStart(5), frame.transport, ends, payload, problem];
  return parts.filter((part) => part !== undefined && part !== '').join('  ');
}
