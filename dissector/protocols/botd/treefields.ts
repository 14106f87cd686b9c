import { describeProto, generatedFields, recordReadings, type TreeField } from '../../codec/index.ts';
import { payloads } from './messages.ts';

/** What frames a message on the stream. */
const framing: readonly TreeField[] = [
  {
    name: 'length',
    wire: true,
    kind: { type: 'integer', bits: 32, signed: false, order: 'big' },
    doc: 'Bytes of the payload, or of the encrypted bytes.',
  },
  {
    name: 'checksum',
    wire: true,
    kind: { type: 'bytes', length: 4 },
    fresh: { as: 'checksum' },
    doc: 'In a clear frame: the first 4 bytes of SHA-256 of the payload.',
  },
  {
    name: 'encrypted',
    wire: true,
    kind: { type: 'bytes', length: { ref: 'length' } },
    fresh: { as: 'ciphertext' },
    doc: 'The payload, encrypted under the key that both ephemeral keys yield.',
  },
  ...Object.entries(payloads).map(
    ([message, layout]): TreeField => ({
      ...{ name: 'payload', wire: true, kind: { type: 'record', length: { ref: 'length' } }, doc: layout.doc },
      ...{ messages: [message], fields: describeProto(layout) },
    }),
  ),
];

const notes = [
  { name: 'answers', kind: { type: 'frame' }, doc: 'The message that this one answers.', messages: ['Ack', 'Pong'] },
  { name: 'answered_in', kind: { type: 'frame' }, doc: 'The Pong that names this Ping.', messages: ['Ping'] },
  { name: 'opened_by', kind: { type: 'text' }, doc: 'How the frame was decrypted: cipher, and how its key came about.' },
  {
    name: 'proof',
    kind: { type: 'text' },
    doc: 'Why that counts as the way in which the session is encrypted; or that keys are given for it, and none of them is proven.',
  },
  { name: 'note', kind: { type: 'text' }, doc: 'Why nothing more can be said.' },
] as const satisfies readonly TreeField[];

export const generated = generatedFields(notes);

export const treeFields: readonly TreeField[] = [...framing, ...recordReadings, ...notes];
