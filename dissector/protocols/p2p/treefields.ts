import { generatedFields, type TreeField } from '../../codec/index.ts';

const notes = [
  { name: 'answers', kind: { type: 'frame' }, doc: 'The packet that this one answers.' },
  { name: 'answered_in', kind: { type: 'frame' }, doc: 'The answer to this packet.' },
  { name: 'opened_by', kind: { type: 'text' }, doc: 'How the packet was decrypted, and the proof that the key is the one.' },
  {
    name: 'tunnel_requested_in',
    kind: { type: 'frame' },
    doc: 'The TUNNEL_REQ of the tunnel that this packet belongs to.',
  },
  { name: 'note', kind: { type: 'text' }, doc: 'Why nothing more can be said.' },
  {
    name: 'inner',
    under: 'data',
    json: true,
    kind: { type: 'bytes' },
    // The private key of TUNNEL_CREATE travels in it.
    fresh: { as: 'ciphertext', secret: true },
    doc: "The tunnel's bytes, decrypted.",
    messages: ['TUNNEL_REQ', 'TUNNEL_DATA'],
  },
] as const satisfies readonly TreeField[];

export const generated = generatedFields(notes);

export const treeFields: readonly TreeField[] = [
  {
    name: 'ciphertext',
    wire: true,
    kind: { type: 'bytes' },
    // Of as many random bytes as a random number says, in the handshake.
    fresh: { as: 'ciphertext', length: 'varies' },
    doc: 'Encrypted after the handshake, the type byte included.',
  },
  ...notes,
];
