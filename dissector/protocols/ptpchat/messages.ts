import { type Fresh, fresh } from '../../codec/index.ts';

/**
 * The verbs of ptpchat as data: the elements of `msg_data`, with the specification's words. An element that is not in its
 * verb's list is shown all the same; real servers add some (`also`).
 */
export interface Element {
  readonly name: string;
  readonly required?: false;
  /** `base64` is decoded strictly and shown decoded; `nodes`, `members`, `attachments` are lists of objects. */
  readonly type: 'id' | 'text' | 'base64' | 'flag' | 'socket' | 'list';
  /** Elements of each object of a list. */
  readonly items?: readonly Element[];
  /** Says to whom this copy goes: copies of one message for several nodes differ in it. */
  readonly addressed?: true;
  /** What is new in it in each run, by nature; an `id` and a `socket` are new anyhow. */
  readonly fresh?: Fresh;
  /** May be encrypted for each copy anew, which leaves its length as it is. */
  readonly sealed?: true;
  readonly doc: string;
}

export interface Verb {
  readonly name: string;
  /** Its immediate recipient answers it with ACK. */
  readonly acknowledged?: true;
  readonly doc: string;
  readonly elements: readonly Element[];
}

const msgId: Element = { name: 'msg_id', type: 'id', doc: 'Identifies this message.' };
const nodeId: Element = { name: 'node_id', type: 'id', doc: "The sending node's id." };
const channel: readonly Element[] = [
  { name: 'channel', type: 'text', doc: "The channel's name." },
  { name: 'channel_id', type: 'id', doc: "The channel's id." },
];
const recipientId: Element = { name: 'recipient_id', type: 'id', addressed: true, doc: "The recipient's node id." };
const listed: readonly Element[] = [{ name: 'node_id', type: 'id', doc: 'A node.' }];

export const verbs: readonly Verb[] = [
  {
    name: 'HELLO',
    doc: 'Says that the sender is there, every 0.5 to 2 seconds. msg_data is not required and should be ignored.',
    elements: [
      { ...nodeId, required: false },
      { name: 'version', type: 'text', required: false, doc: 'Software of the sender; real servers send it.' },
    ],
  },
  {
    name: 'ACK',
    doc: 'Acknowledges GETCERTIFICATE, CERTIFICATE, GETKEY, KEY and MESSAGE.',
    elements: [{ ...msgId, doc: 'The id of the message that is acknowledged.' }],
  },
  { name: 'JOIN', doc: 'A node joins a channel.', elements: [msgId, nodeId, ...channel] },
  {
    name: 'CHANNEL',
    doc: 'Maintains a channel between nodes.',
    elements: [
      msgId,
      nodeId,
      ...channel,
      { name: 'members', type: 'list', items: listed, doc: 'The members that the sender knows.' },
      { name: 'closed', type: 'flag', required: false, doc: 'Marks the channel as closed; default false.' },
    ],
  },
  { name: 'LEAVE', doc: 'A node leaves a channel.', elements: [msgId, nodeId, ...channel] },
  { name: 'GETCERTIFICATE', acknowledged: true, doc: "Asks for the recipient's certificate.", elements: [msgId, nodeId] },
  {
    name: 'CERTIFICATE',
    acknowledged: true,
    doc: 'Carries a certificate; answers GETCERTIFICATE with its msg_id, or comes in advance.',
    elements: [
      msgId,
      nodeId,
      recipientId,
      fresh('key', { name: 'certificate', type: 'base64', doc: 'X.509 certificate: base64 of DER, or of PEM text.' } as const, {
        length: 'varies',
      }),
    ],
  },
  { name: 'GETKEY', acknowledged: true, doc: "Asks for a closed channel's key.", elements: [msgId, nodeId, ...channel] },
  {
    name: 'KEY',
    acknowledged: true,
    doc: "Carries a closed channel's key.",
    elements: [
      msgId,
      nodeId,
      recipientId,
      ...channel,
      { name: 'cipher', type: 'text', doc: "The channel's cipher." },
      fresh('ciphertext', {
        ...{ name: 'key', type: 'base64', addressed: true },
        doc: "The channel's key, encrypted with the recipient's public key.",
      } as const),
    ],
  },
  {
    name: 'MESSAGE',
    acknowledged: true,
    doc: 'A text message to a channel.',
    elements: [
      msgId,
      nodeId,
      { name: 'recipient', type: 'list', items: listed, addressed: true, doc: 'The recipients.' },
      fresh('time', { name: 'timestamp', type: 'text', doc: 'When it was written.' } as const),
      ...channel,
      fresh('ciphertext', {
        name: 'message',
        type: 'base64',
        sealed: true,
        doc: 'The signed text; in a closed channel encrypted together with its signature.',
      } as const),
      {
        name: 'attachment',
        type: 'list',
        required: false,
        doc: 'Attachments, neither signed nor encrypted.',
        items: [
          { name: 'attachment', type: 'base64', doc: 'The attachment.' },
          { name: 'attachment_type', type: 'text', doc: 'MIME type of the attachment.' },
        ],
      },
    ],
  },
  {
    name: 'CONNECT',
    doc: 'Opens a path between two nodes with the help of a third.',
    elements: [
      { name: 'dst', type: 'socket', doc: 'Target: a full socket (ip:port) or a part of it.' },
      { name: 'src', type: 'socket', doc: 'Origin: a full socket (ip:port) or a part of it.' },
      { name: 'src_node_id', type: 'id', required: false, doc: 'Node id of the origin; real servers send it.' },
      { name: 'dst_node_id', type: 'id', required: false, doc: 'Node id of the target; real servers send it.' },
    ],
  },
  {
    name: 'ROUTING',
    doc: 'Lists the nodes that the sender can reach.',
    elements: [
      { ...nodeId, required: false },
      {
        name: 'nodes',
        type: 'list',
        doc: 'The nodes.',
        items: [
          { name: 'node_id', type: 'id', doc: 'A node.' },
          { name: 'address', type: 'socket', doc: 'Its address, ip:port; IPv6 without brackets.' },
        ],
      },
    ],
  },
  { name: 'RELAY', doc: 'Named by the specification, without a layout yet.', elements: [] },
];

export const undecodableName = 'undecodable';
export const incompleteName = 'incomplete';

/** Whether its msg_id is its own: an ACK's is another message's. */
export function isIdentified(verb: Verb): boolean {
  return verb.elements.includes(msgId);
}

export function verbOf(name: string): Verb | undefined {
  const upper = name.toUpperCase();
  return verbs.find((verb) => verb.name === upper);
}
