import { generatedFields, type TreeField } from '../../codec/index.ts';
import { type Element, verbs } from './messages.ts';

const links = [
  { name: 'acknowledged_in', kind: { type: 'frame' }, doc: 'The ACK that names the id of this message.' },
  {
    name: 'acknowledges',
    kind: { type: 'frame' },
    doc: 'The message that this ACK is for; the last copy of it.',
    messages: ['ACK'],
  },
  { name: 'answers', kind: { type: 'frame' }, doc: 'The request that this message answers.' },
  { name: 'answered_in', kind: { type: 'frame' }, doc: 'The first answer to this request.' },
  { name: 'retransmission_of', kind: { type: 'frame' }, doc: 'The first copy of this message between the same sockets.' },
  { name: 'same_message_as', kind: { type: 'frame' }, doc: 'The first copy of this message, sent to another node.' },
  { name: 'note', kind: { type: 'text' }, doc: 'Why it was not looked into.' },
] as const satisfies readonly TreeField[];

const certificate = { under: 'msg_data.certificate', messages: ['CERTIFICATE'] } as const;
const key = { under: 'msg_data.key', messages: ['KEY'] } as const;
const message = { under: 'msg_data.message', messages: ['MESSAGE'] } as const;

const opened = [
  { ...certificate, name: 'certificate', kind: { type: 'text' }, doc: 'Why the bytes are not read as a certificate.' },
  { ...certificate, name: 'subject', kind: { type: 'text' }, doc: 'Whose certificate it is (RFC 5280).' },
  { ...certificate, name: 'issuer', kind: { type: 'text' }, doc: 'Who signed it.' },
  { ...certificate, name: 'serial', kind: { type: 'text' }, doc: 'Serial number, in hex, big-endian.' },
  { ...certificate, name: 'notBefore', kind: { type: 'time' }, doc: 'Valid from, ISO 8601, UTC.' },
  { ...certificate, name: 'notAfter', kind: { type: 'time' }, doc: 'Valid until, ISO 8601, UTC.' },
  { ...certificate, name: 'public_key', kind: { type: 'text' }, doc: 'Algorithm and size of its public key.' },
  { ...key, name: 'opened_by', kind: { type: 'text' }, doc: 'How it was decrypted.' },
  {
    ...key,
    name: 'key_decrypted',
    kind: { type: 'text' },
    fresh: { as: 'key', secret: true },
    doc: "The channel's key, in hex.",
  },
  { ...message, name: 'text', plaintext: true, kind: { type: 'text' }, doc: 'The signed text.' },
  { ...message, name: 'signed_form', kind: { type: 'text' }, doc: 'How text and signature are put together.' },
  { ...message, name: 'opened_by', kind: { type: 'text' }, doc: 'How it was decrypted.' },
] as const satisfies readonly TreeField[];

type Decoded = TreeField & { readonly name: `${string}_bytes` };

/** What the base64 elements of a verb hold. */
function decodedIn(verb: string, elements: readonly Element[], under: string): Decoded[] {
  return elements.flatMap(({ name, type, items = [] }): Decoded[] => {
    const path = `${under}.${name}`;
    if (type !== 'base64') return decodedIn(verb, items, path);
    const doc = `The bytes of ${name}, decoded from base64.`;
    return [{ name: `${name}_bytes`, under: path, kind: { type: 'bytes' }, doc, messages: [verb] }];
  });
}

const decoded = verbs.flatMap(({ name, elements }) => decodedIn(name, elements, 'msg_data'));

export const treeFields = [...links, ...opened, ...decoded];

export const generated = generatedFields(treeFields);
