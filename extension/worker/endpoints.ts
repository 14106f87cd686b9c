/** The endpoints of the capture: what each sent and received in all its conversations. */
import type { TablePart } from '../wire/inspector.ts';
import type { Capture } from './capture.ts';
import type { ConversationTable, ConversationView, Sorted } from './conversations.ts';

/** An endpoint as a line of its table; pairs are sent and received. */
export interface EndpointView {
  /** `127.0.0.1:7000`. */
  readonly endpoint: string;
  /** Of its address, and what its messages say who it is. */
  readonly name?: string;
  readonly transport: 'udp' | 'tcp';
  /** Protocols that it speaks, commas between them. */
  readonly protocol: string;
  readonly conversations: number;
  readonly packets: readonly [number, number];
  readonly bytes: readonly [number, number];
  readonly messages: number;
  readonly findings: number;
}

/** What its table can be sorted by. */
export const endpointColumns = ['endpoint', 'protocol', 'conversations', 'packets', 'bytes', 'messages', 'findings'] as const;
export type EndpointColumn = (typeof endpointColumns)[number];

export class EndpointTable {
  readonly #capture: Capture;
  readonly #conversations: ConversationTable;
  #views: { readonly of: readonly ConversationView[]; readonly all: readonly EndpointView[] } | undefined;
  #sorted: { readonly of: readonly EndpointView[]; readonly by: string; readonly views: readonly EndpointView[] } | undefined;

  constructor(capture: Capture, conversations: ConversationTable) {
    this.#capture = capture;
    this.#conversations = conversations;
  }

  look({ start, count, sort, descending }: Sorted<EndpointColumn>): TablePart<EndpointView> {
    const { generation } = this.#capture;
    const conversations = this.#conversations.summaries();
    if (conversations === undefined) return { rows: [], total: 0, generation, ready: false };
    if (this.#views?.of !== conversations) this.#views = { of: conversations, all: this.#named(endpointsOf(conversations)) };
    const { all } = this.#views;
    const by = `${sort} ${descending}`;
    if (this.#sorted?.of !== all || this.#sorted.by !== by)
      this.#sorted = { of: all, by, views: [...all].sort((a, b) => compare(a, b, sort) * (descending ? -1 : 1)) };
    return { rows: this.#sorted.views.slice(start, start + count), total: all.length, generation, ready: true };
  }

  #named(endpoints: readonly EndpointView[]): EndpointView[] {
    const { names } = this.#capture;
    names.look(Number.POSITIVE_INFINITY);
    return endpoints.map((view) => {
      const name = names.of(view.endpoint);
      return name === undefined ? view : { ...view, name };
    });
  }
}

/** In the order in which they appear. */
function endpointsOf(conversations: readonly ConversationView[]): EndpointView[] {
  const all = new Map<string, EndpointView & { protocols: Set<string> }>();
  for (const view of conversations)
    for (const side of [0, 1] as const) {
      const endpoint = side === 0 ? view.a : view.b;
      const key = `${view.transport} ${endpoint}`;
      const {
        packets,
        bytes,
        conversations: known = 0,
        messages = 0,
        findings = 0,
        protocols = new Set<string>(),
      } = all.get(key) ?? {};
      if (view.protocol !== '') protocols.add(view.protocol);
      const sum = (before: readonly [number, number] | undefined, pair: readonly [number, number]): [number, number] => [
        (before?.[0] ?? 0) + pair[side],
        (before?.[1] ?? 0) + pair[side === 0 ? 1 : 0],
      ];
      all.set(key, {
        ...{ endpoint, transport: view.transport, protocols, protocol: [...protocols].join(', ') },
        ...{ packets: sum(packets, view.packets), bytes: sum(bytes, view.bytes) },
        ...{ conversations: known + 1, messages: messages + view.messages, findings: findings + view.findings },
      });
    }
  return [...all.values()].map(({ protocols: _, ...view }) => view);
}

function compare(a: EndpointView, b: EndpointView, column: EndpointColumn): number {
  const of = (view: EndpointView): number | string =>
    column === 'packets' || column === 'bytes' ? view[column][0] + view[column][1] : view[column];
  const [x, y] = [of(a), of(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
