/** The conversations of the capture: a table to sort, whose lines narrow the list of packets. */
import { html } from 'lit';
import type { ConversationsQuestions } from '../../../extension/worker/answers/conversations.ts';
import type { ConversationColumn, ConversationView } from '../../../extension/worker/conversations.ts';
import { grouped, hueOf, pair } from '../../base/texts.ts';
import { debuggable } from '../list/asfilter.ts';
import { endpointCell } from '../list/endpoint.ts';
import { asking } from '../page/asking.ts';
import { type GridColumn, GridTable } from './gridtable.ts';

const HUES = 5;

const seconds = (value: number | null): string => (value === null ? '' : value.toFixed(3));

const columns: readonly GridColumn<ConversationView, ConversationColumn>[] = [
  { id: 'id', width: '5ch', title: 'No.', number: true, cell: ({ id }) => String(id) },
  { id: 'a', width: 'minmax(80px, 1.2fr)', title: 'From', cell: ({ a }) => endpointCell(a) },
  { id: 'b', width: 'minmax(80px, 1.2fr)', title: 'To', cell: ({ b }) => endpointCell(b) },
  {
    id: 'protocol',
    width: 'minmax(104px, 1fr)',
    title: 'Protocol',
    cell: ({ protocol, transport }) =>
      html`<span class="hue hue-${protocol === '' ? 'none' : hueOf(protocol, HUES)}" aria-hidden="true"></span>${protocol === '' ? transport : `${protocol}, ${transport}`}`,
  },
  {
    id: 'state',
    width: 'minmax(70px, 0.8fr)',
    title: 'State',
    says: 'State of its newest session at the end of the capture',
    cell: ({ state, stateDoc }) => (state === '' ? '' : html`<span title=${stateDoc}>${state}</span>`),
  },
  {
    id: 'packets',
    width: 'minmax(98px, 1.2fr)',
    title: 'Packets →/←',
    says: 'Packets from and to, → / ←',
    number: true,
    cell: ({ packets }) => pair(packets),
  },
  {
    id: 'bytes',
    width: 'minmax(104px, 1.6fr)',
    title: 'Bytes →/←',
    says: 'Bytes on the wire from and to, → / ←',
    number: true,
    cell: ({ bytes }) => pair(bytes),
  },
  {
    id: 'start',
    width: 'minmax(56px, 0.6fr)',
    title: 'Start',
    says: 'Seconds from the first frame of the capture',
    number: true,
    cell: ({ start }) => seconds(start),
  },
  {
    id: 'seconds',
    width: 'minmax(56px, 0.6fr)',
    title: 'Length',
    says: 'Seconds from its first frame to its last',
    number: true,
    cell: (view) => seconds(view.seconds),
  },
  {
    id: 'messages',
    width: 'minmax(56px, 0.6fr)',
    title: 'Msgs',
    says: 'Messages',
    number: true,
    cell: ({ messages }) => grouped(messages),
  },
  {
    id: 'encrypted',
    width: 'minmax(64px, 1.1fr)',
    title: 'Decrypted',
    says: 'Decrypted messages, of those that travelled encrypted',
    number: true,
    cell: decrypted,
  },
  {
    id: 'findings',
    width: 'minmax(56px, 0.6fr)',
    title: 'Finds',
    says: 'Findings',
    number: true,
    cell: ({ findings }) => (findings === 0 ? '' : grouped(findings)),
  },
];

/** How many of the messages that travelled encrypted are decrypted. */
function decrypted({ encrypted, decrypted: count }: ConversationView): string {
  return encrypted === 0 ? '' : `${grouped(count)} of ${grouped(encrypted)}`;
}

export class ConversationTable extends GridTable<ConversationView, ConversationColumn> {
  constructor() {
    super({
      ...{ name: 'conversation', title: 'Conversations', columns },
      follows: 'All conversations of the capture: the filter narrows the graph, not this table.',
      empty: 'No conversations: UDP and TCP alone have some',
      ask: (call, part) => asking<ConversationsQuestions>(call, 'conversations')('conversations', part),
      filter: ({ id }) => `conversation == ${id}`,
      about: ({ id, messages }) => (messages === 0 ? {} : debuggable(id)),
    });
  }
}
