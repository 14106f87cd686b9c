/** Conditions that the right button offers: each part of a row or tree carries its own for VS Code's menu. */
import type { FieldView, Row } from '../../../extension/wire/inspector.ts';
import { splitEndpoint } from '../../base/texts.ts';
import type { Column } from './columns.ts';

export type How = 'replace' | 'and' | 'not';

const nothing = {
  isFilterable: false,
  isColumn: false,
  hasBytes: false,
  talks: false,
  isMessage: false,
  isDebuggable: false,
  isTime: false,
  isOwn: false,
};

/**
 * What VS Code hands to the command of a menu entry: the page's elements say it in `data-vscode-context`. Elements inherit
 * what those around them say, so each says everything.
 */
export function menuOf(
  section: 'cell' | 'field' | 'header' | 'line' | 'bytes',
  filter: string | undefined,
  more: object = {},
): string {
  const condition = filter === undefined ? {} : { filter, isFilterable: true };
  return JSON.stringify({ webviewSection: section, ...nothing, ...condition, ...more, preventDefaultContextMenuItems: true });
}

/** A line about a message outside of the packet list, whose places its commands do not know. */
export function messageMenu(row: Row): string {
  return menuOf('line', condition(row, 'message'), debuggable(row.conversation));
}

/** What lets a menu debug a conversation, where there is one. */
export function debuggable(conversation: number | undefined): object {
  return conversation === undefined ? {} : { conversation, isDebuggable: true };
}

/** `key` names the field in its tree. */
export function fieldMenu(field: FieldView, key: string): string {
  const { filter, start, end } = field;
  const column = filter === undefined ? undefined : /^[\w.]+/.exec(filter)?.[0];
  return menuOf('field', filter, { key, hasBytes: end > start, ...(column === undefined ? {} : { column, isColumn: true }) });
}

/** The condition of a cell by its column: that of its own field, where it shows one. */
export function cellMenu(row: Row, { id, own }: Pick<Column, 'id' | 'own'>): string {
  const { frame, n, protocol, conversation, transport, source, destination } = row;
  const about = {
    frame,
    protocol,
    isMessage: n !== undefined,
    ...(conversation === undefined ? {} : { talks: true, transport, source, destination }),
    ...(n === undefined ? {} : debuggable(conversation)),
    row: row.row,
  };
  return menuOf('cell', own === undefined ? condition(row, id) : undefined, about);
}

function condition(row: Row, column: string): string | undefined {
  const isMessage = row.n !== undefined;
  switch (column) {
    case 'ports':
      return conversationOf(row);
    case 'source':
      return endpoint('src', row.source, row.transport);
    case 'destination':
      return endpoint('dst', row.destination, row.transport);
    case 'protocol':
      return isMessage ? row.protocol : lower(row.protocol);
    case 'message':
    case 'info':
      if (isMessage) return `${row.protocol}.message == ${JSON.stringify(row.message)}`;
  }
  return `frame.number == ${row.frame}`;
}

/** `10.0.0.1:7000` and `[::1]:7000` with their ports; a link-layer address is asked for as one. */
function endpoint(side: 'src' | 'dst', text: string, transport: Row['transport']): string | undefined {
  if (/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(text)) return `eth.${side} == ${JSON.stringify(text)}`;
  const [host, port] = splitEndpoint(text);
  const address = host.replace(/^\[(.*)\]$/, '$1');
  if (address === '') return undefined;
  const own = `ip.${side} == ${address}`;
  return port === '' || transport === undefined ? own : `${own} && ${transport}.${side}port == ${port.slice(1)}`;
}

/** The condition that leaves the conversation of a row, both directions of it. */
export function conversationOf({ conversation, transport }: Row): string | undefined {
  return conversation === undefined || transport === undefined ? undefined : `${transport}.stream == ${conversation}`;
}

/** The condition that leaves these frames, ascending: neighbours as a range. */
export function framesFilter(frames: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const frame of frames) {
    const last = ranges.at(-1);
    if (last !== undefined && frame === last[1] + 1) last[1] = frame;
    else ranges.push([frame, frame]);
  }
  const texts = ranges.map(([first, end]) => (first === end ? String(first) : `${first}..${end}`));
  return frames.length === 1 ? `frame.number == ${frames[0]}` : `frame.number in {${texts.join(', ')}}`;
}

function lower(layer: string): string | undefined {
  const names: Readonly<Record<string, string>> = { TCP: 'tcp', UDP: 'udp', ICMP: 'icmp', ICMPv6: 'icmpv6', ARP: 'arp' };
  return names[layer];
}

/** The filter that a choice in the menu makes of the one at hand. */
export function combined(before: string, filter: string, how: How): string {
  const condition = how === 'not' ? `!(${filter})` : filter;
  if (how === 'replace' || before === '') return condition;
  const kept = /\|\|| or /.test(before) ? `(${before})` : before;
  return `${kept} && ${/\|\|| or /.test(condition) ? `(${condition})` : condition}`;
}
