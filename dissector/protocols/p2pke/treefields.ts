import { generatedFields, type TreeField } from '../../codec/index.ts';

const notes = [
  {
    name: 'retransmission_of',
    kind: { type: 'frame' },
    doc: 'The first copy of this message.',
    messages: ['InitHello', 'RespHello', 'InitDone'],
  },
  { name: 'session', kind: { type: 'text' }, doc: "The session: the initiator's ephemeral public value, in hex." },
  {
    name: 'handshake_hash',
    kind: { type: 'bytes', length: 64 },
    doc: 'The Noise handshake hash that the signature binds.',
    messages: ['RespHello', 'InitDone'],
  },
  { name: 'same_key_as', kind: { type: 'frame' }, doc: 'The message in which the same long-term key was seen first.' },
  { name: 'note', kind: { type: 'text' }, doc: 'What cannot be known, and why.' },
] as const satisfies readonly TreeField[];

export const generated = generatedFields(notes);

export const treeFields: readonly TreeField[] = [
  {
    name: 'ciphertext',
    wire: true,
    kind: { type: 'bytes' },
    fresh: { as: 'ciphertext' },
    doc: 'Sealed with ChaCha20-Poly1305; the last 16 bytes are the tag.',
    messages: ['RespHello', 'InitDone', 'data', 'closing', 'reserved'],
  },
  ...notes,
];
