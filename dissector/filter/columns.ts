import { type Analysis, answerTime } from '../analysis/index.ts';
import type { Value } from '../bytes/index.ts';
import type { Conversation, Protocol } from '../protocol/index.ts';
import { absent, type FilterField, present } from './filterfield.ts';
import type { FilterRow } from './row.ts';

/** Fields that need no tree: what the list's columns and the tables of messages hold. */
export function columns(protocols: readonly Protocol[]): FilterField[] {
  const message = (
    name: string,
    doc: string,
    type: FilterField['type'],
    read: (row: FilterRow) => readonly Value[],
    offers?: readonly string[],
  ): FilterField => ({
    name,
    type,
    doc,
    ...(offers === undefined ? {} : { offers }),
    read: (row) => (row.n < 0 ? absent : read(row)),
  });
  const if_ = (condition: boolean): readonly Value[] => (condition ? present : absent);
  return [
    {
      name: 'frame',
      type: 'bytes',
      doc: "The frame's captured bytes.",
      read: ({ analysis, frame }) => [analysis.reader.frameBytes(frame - 1)],
    },
    { name: 'frame.number', type: 'integer', doc: 'Number of the frame, from 1.', read: ({ frame }) => [frame] },
    {
      name: 'frame.len',
      type: 'integer',
      doc: 'Bytes of the frame on the wire.',
      read: ({ analysis, frame }) => [analysis.reader.frames.original(frame - 1)],
    },
    {
      name: 'frame.cap_len',
      type: 'integer',
      doc: 'Bytes of the frame that were captured.',
      read: ({ analysis, frame }) => [analysis.reader.frames.captured(frame - 1)],
    },
    {
      name: 'frame.time',
      type: 'date',
      doc: 'Date and time of the frame, exact to the nanosecond; written as local time, or with Z or an offset.',
      read: epoch,
    },
    { name: 'frame.time_epoch', type: 'time', doc: 'Seconds since 1970 UTC, exact to the nanosecond.', read: epoch },
    {
      name: 'frame.time_relative',
      type: 'time',
      doc: 'Seconds since the first frame.',
      read: ({ analysis, frame }) => elapsed(analysis, 0, frame - 1),
    },
    {
      name: 'frame.time_delta',
      type: 'time',
      doc: 'Seconds since the frame before; 0 of the first frame.',
      read: ({ analysis, frame }) => elapsed(analysis, Math.max(0, frame - 2), frame - 1),
    },
    {
      name: 'frame.interface_name',
      type: 'text',
      doc: 'Name of the interface that captured the frame, where the file has it.',
      read: ({ analysis: { reader }, frame }) => {
        const name = reader.interfaces[reader.frames.interfaceIndex(frame - 1)]?.name;
        return name === undefined ? absent : [name];
      },
    },
    {
      name: 'frame.process_id',
      type: 'integer',
      doc: 'Process of the frame on the host that captured it, where the file has it: tcpdump of macOS on the interface pktap.',
      read: ({ analysis: { reader }, frame }) => {
        const { process } = reader.facts(frame - 1);
        return process === undefined ? absent : [process];
      },
    },
    {
      name: 'frame.process_name',
      type: 'text',
      doc: 'Name of that process.',
      read: ({ analysis: { reader }, frame }) => {
        const { processName } = reader.facts(frame - 1);
        return processName === undefined ? absent : [processName];
      },
    },
    {
      name: 'frame.comment',
      type: 'text',
      doc: 'Comments of the frame.',
      read: ({ analysis: { reader }, frame }) => reader.comments(frame - 1),
    },
    {
      name: 'tcp.analysis.retransmission',
      type: 'presence',
      doc: 'A TCP segment that brings nothing new: all its bytes, SYN and FIN were captured before.',
      read: (row) => (row.isRetransmission ? present : absent),
    },
    message('message', 'The name of the message.', 'text', ({ info }) => [info!.name], [
      ...new Set(protocols.flatMap(({ names }) => names)),
    ]),
    message('message.number', 'Its number n, as decode --json prints it.', 'integer', ({ n }) => [n]),
    message(
      'protocol',
      'The protocol of the message.',
      'text',
      ({ info }) => [info!.protocol.id],
      protocols.map(({ id }) => id),
    ),
    message('state', 'decoded, encrypted, malformed or incomplete.', 'text', ({ info }) => [info!.state], [
      'decoded',
      'encrypted',
      'malformed',
      'incomplete',
    ]),
    message('encrypted', 'It travelled encrypted.', 'presence', ({ info }) => if_(info!.encrypted)),
    message('decrypted', 'It travelled encrypted, and all of it is decrypted.', 'presence', ({ info }) =>
      if_(info!.decrypted === true),
    ),
    message('answer_time', 'Seconds between the message that this one answers and this one.', 'number', (row) => {
      const seconds = answerTime(row.analysis.reader, row.frame, row.own);
      return seconds === undefined ? absent : [seconds];
    }),
    conversation('conversation', 'Number of the conversation in the capture, from 0.', () => true),
    conversation('tcp.stream', 'Number of the conversation, where that is of TCP.', ({ transport }) => transport === 'tcp'),
    conversation('udp.stream', 'Number of the conversation, where that is of UDP.', ({ transport }) => transport === 'udp'),
    message('finding', 'A rule of the specification is broken, or something is worth a note.', 'presence', ({ info }) =>
      if_(info!.findings.length > 0),
    ),
    message('finding.rule', 'The broken rule.', 'text', ({ info }) => info!.findings.map(({ rule }) => rule), [
      ...new Set(protocols.flatMap(({ rules }) => rules.map(({ id }) => id))),
    ]),
    message('finding.severity', 'error, warning or note.', 'text', ({ info }) => info!.findings.map(({ severity }) => severity), [
      'error',
      'warning',
      'note',
    ]),
    message('finding.text', 'What is wrong.', 'text', ({ info }) => info!.findings.map(({ text }) => text)),
    {
      name: 'event',
      type: 'text',
      doc: 'What the lower layers tell: closed, reset, unreachable, too-big, time-exceeded, parameter.',
      offers: ['closed', 'reset', 'unreachable', 'too-big', 'time-exceeded', 'parameter'],
      read: ({ analysis, frame }) => {
        const event = analysis.event(frame);
        return event === undefined ? absent : [event.kind];
      },
    },
  ];
}

function epoch({ analysis: { reader }, frame }: FilterRow): readonly Value[] {
  const { frames } = reader;
  if (!frames.hasTime(frame - 1)) return absent;
  return [BigInt(frames.seconds(frame - 1)) * 1_000_000_000n + BigInt(frames.nanos(frame - 1))];
}

/** Nanoseconds between two frames (0-based); a hundred days fit into a double. Seconds are NaN of a frame without a time. */
function elapsed({ reader: { frames } }: Analysis, from: number, to: number): readonly Value[] {
  const seconds = frames.seconds(to) - frames.seconds(from);
  const nanos = frames.nanos(to) - frames.nanos(from);
  const whole = seconds * 1e9 + nanos;
  if (Number.isSafeInteger(whole)) return [whole];
  return Number.isNaN(whole) ? absent : [BigInt(seconds) * 1_000_000_000n + BigInt(nanos)];
}

function conversation(name: string, doc: string, counts: (conversation: Conversation) => boolean): FilterField {
  return {
    name,
    type: 'integer',
    doc,
    read({ analysis, frame, info }) {
      const id = info?.conversation.id ?? analysis.conversationOf(frame)?.conversation;
      return id === undefined || !counts(analysis.conversations[id]!) ? absent : [id];
    },
  };
}
