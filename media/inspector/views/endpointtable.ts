/** The endpoints of the capture: a table to sort, whose lines narrow the list of packets. */
import { html } from 'lit';
import type { ConversationsQuestions } from '../../../extension/worker/answers/conversations.ts';
import type { EndpointColumn, EndpointView } from '../../../extension/worker/endpoints.ts';
import { grouped, pair, splitEndpoint } from '../../base/texts.ts';
import { endpointCell } from '../list/endpoint.ts';
import { asking } from '../page/asking.ts';
import { type GridColumn, GridTable } from './gridtable.ts';

const columns: readonly GridColumn<EndpointView, EndpointColumn>[] = [
  {
    id: 'endpoint',
    width: 'minmax(140px, 2fr)',
    title: 'Endpoint',
    cell: ({ endpoint, name }) => (name === undefined ? endpointCell(endpoint) : html`${endpointCell(endpoint)} ${name}`),
  },
  {
    id: 'protocol',
    width: 'minmax(104px, 1fr)',
    title: 'Protocols',
    cell: ({ protocol, transport }) => (protocol === '' ? transport : `${protocol}, ${transport}`),
  },
  {
    id: 'conversations',
    width: 'minmax(56px, 0.6fr)',
    title: 'Talks',
    says: 'Conversations that it takes part in',
    number: true,
    cell: ({ conversations }) => grouped(conversations),
  },
  {
    id: 'packets',
    width: 'minmax(98px, 1fr)',
    title: 'Packets ↑/↓',
    says: 'Packets that it sent and received, ↑ / ↓',
    number: true,
    cell: ({ packets }) => pair(packets),
  },
  {
    id: 'bytes',
    width: 'minmax(104px, 1.2fr)',
    title: 'Bytes ↑/↓',
    says: 'Bytes on the wire that it sent and received, ↑ / ↓',
    number: true,
    cell: ({ bytes }) => pair(bytes),
  },
  {
    id: 'messages',
    width: 'minmax(56px, 0.6fr)',
    title: 'Msgs',
    says: 'Messages of its conversations',
    number: true,
    cell: ({ messages }) => grouped(messages),
  },
  {
    id: 'findings',
    width: 'minmax(56px, 0.6fr)',
    title: 'Finds',
    says: 'Findings in its conversations',
    number: true,
    cell: ({ findings }) => (findings === 0 ? '' : grouped(findings)),
  },
];

export class EndpointTable extends GridTable<EndpointView, EndpointColumn> {
  constructor() {
    super({
      ...{ name: 'endpoint', title: 'Endpoints', columns },
      follows: 'All endpoints of the capture: the filter narrows the graph, not this table.',
      empty: 'No endpoints: UDP and TCP alone have some',
      ask: (call, part) => asking<ConversationsQuestions>(call, 'conversations')('endpoints', part),
      filter: endpointFilter,
    });
  }
}

/** Its packets in either direction: address and port of one side belong together. */
function endpointFilter({ endpoint, transport }: EndpointView): string {
  const [address, port] = splitEndpoint(endpoint);
  const ip = address.replace(/^\[|\]$/g, '');
  const side = (end: 'src' | 'dst'): string => `(ip.${end} == ${ip} && ${transport}.${end}port == ${port.replace(/^:/, '')})`;
  return `${side('src')} || ${side('dst')}`;
}
