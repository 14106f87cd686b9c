import { generatedFields, type TreeField } from '../../codec/index.ts';

/** Of a packet, or of one of its entries. */
const links = [
  { name: 'answers', kind: { type: 'frame' }, doc: 'The packet that this packet or entry answers.' },
  { name: 'answered_in', kind: { type: 'frame' }, doc: 'The answer to this packet or entry.' },
  { name: 'acknowledged_in', kind: { type: 'frame' }, doc: 'The first packet whose ack covers this entry.' },
  { name: 'retransmission_of', kind: { type: 'frame' }, doc: 'The first copy of this packet or entry.' },
  { name: 'requested_in', kind: { type: 'frame' }, doc: 'The request that led to this introduction.' },
] as const satisfies readonly TreeField[];

const notes = [
  {
    name: 'session',
    kind: { type: 'integer', signed: false, order: 'big' },
    doc: 'The session between these two sockets, counted from 1, where there is more than one.',
  },
  {
    name: 'same_key_as',
    kind: { type: 'frame' },
    doc: 'The packet in which the same x25519_public was seen first, in another session.',
    messages: ['hello'],
  },
  {
    name: 'form',
    kind: { type: 'text' },
    doc: 'Whether data travels sealed or plain, and how that is known.',
    messages: ['data'],
  },
  { name: 'note', kind: { type: 'text' }, doc: 'What cannot be known, and why.' },
] as const satisfies readonly TreeField[];

export const generated = generatedFields([...links, ...notes]);

export const treeFields: readonly TreeField[] = [
  {
    name: 'ciphertext',
    wire: true,
    kind: { type: 'bytes' },
    fresh: { as: 'ciphertext' },
    doc: 'Sealed by a convention that is not in the document: nonce 12, ciphertext, tag 16.',
    messages: ['data'],
  },
  ...links,
  ...links.map((link) => ({ ...link, under: 'channels', messages: ['data'] })),
  ...notes,
];
