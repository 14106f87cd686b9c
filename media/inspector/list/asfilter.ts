/** Conditions that the right button offers: each part of a row or tree carries its own for VS Code's menu. */
import type { FieldView, Row } from '../../../extension/wire/inspector.ts';
import type { Column } from './columns.ts';

export type How = 'replace' | 'and' | 'not';

const nothing = {
  isFilterable: false,
  isColumn: false,
  hasBytes: false,
  talks: false,
  isMessage: false,
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
    row: row.row,
  };
  return menuOf('cell', own === undefined ? condition(row, id) : undefined, about);
}

function condition(row: Row, column: string): string | undefined {
  const isMessage = row.n !== undefined;
  switch (column) {
    case 'source':
      return address('ip.src', row.source);
    case 'destination':
      return address('ip.dst', row.destination);
    case 'protocol':
      return isMessage ? row.protocol : lower(row.protocol);
    case 'message':
    case 'info':
      if (isMessage) return `${row.protocol}.message == ${JSON.stringify(row.message)}`;
  }
  return `frame.number == ${row.frame}`;
}

/** `10.0.0.1:7000` and `[::1]:7000` without their ports; a link-layer address is asked for as one. */
function address(field: string, endpoint: string): string | undefined {
  if (/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(endpoint)) return `${field.replace('ip.', 'eth.')} == ${JSON.stringify(endpoint)}`;
  const bare = /^\[(.+)\]:\d+$/.exec(endpoint)?.[1] ?? (/^[\d.]+:\d+$/.test(endpoint) ? endpoint.replace(/:\d+$/, '') : endpoint);
  return bare === '' ? undefined : `${field} == ${bare}`;
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
