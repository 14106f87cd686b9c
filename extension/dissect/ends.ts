/** The endpoints of the capture: what each sent and received in all its conversations. */
import type { ConversationView, EndpointView, WebviewCalls } from '../wire/inspector.ts';
import type { Capture } from './capture.ts';
import type { Tables } from './tables.ts';

type Params = WebviewCalls['ends']['params'];

export class Ends {
  readonly #capture: Capture;
  readonly #tables: Tables;
  #views: { readonly of: readonly ConversationView[]; readonly all: readonly EndpointView[] } | undefined;
  #sorted: { readonly of: readonly EndpointView[]; readonly by: string; readonly views: readonly EndpointView[] } | undefined;

  constructor(capture: Capture, tables: Tables) {
    this.#capture = capture;
    this.#tables = tables;
  }

  look({ start, count, sort, descending }: Params): WebviewCalls['ends']['result'] {
    const { generation } = this.#capture;
    const conversations = this.#tables.summaries();
    if (conversations === undefined) return { rows: [], total: 0, generation, ready: false };
    if (this.#views?.of !== conversations) this.#views = { of: conversations, all: endpointsOf(conversations) };
    const { all } = this.#views;
    const by = `${sort} ${descending}`;
    if (this.#sorted?.of !== all || this.#sorted.by !== by)
      this.#sorted = { of: all, by, views: [...all].sort((a, b) => compare(a, b, sort) * (descending ? -1 : 1)) };
    return { rows: this.#sorted.views.slice(start, start + count), total: all.length, generation, ready: true };
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

function compare(a: EndpointView, b: EndpointView, column: Params['sort']): number {
  const of = (view: EndpointView): number | string =>
    column === 'packets' || column === 'bytes' ? view[column][0] + view[column][1] : view[column];
  const [x, y] = [of(a), of(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
