/** Conditions that the right button offers: each part of a row or tree carries its own for VS Code's menu. */
import type { FieldView, Row } from '../../extension/wire/inspector.ts';

export type How = 'replace' | 'and' | 'not';

/** What VS Code hands to the command of a menu entry: the page's elements say it in `data-vscode-context`. */
export function menuOf(filter: string | undefined): string {
  return JSON.stringify({
    webviewSection: filter === undefined ? 'plain' : 'filterable',
    filter,
    preventDefaultContextMenuItems: true,
  });
}

export function fieldMenu(field: FieldView): string {
  return menuOf(field.filter);
}

/** One for each column: frame, time, source, destination, protocol, message, info. */
export function rowMenus(row: Row): string[] {
  const isMessage = row.n !== undefined;
  const number = `frame.number == ${row.frame}`;
  const named = isMessage ? `${row.protocol}.message == ${JSON.stringify(row.message)}` : number;
  const protocol = isMessage ? row.protocol : lower(row.protocol);
  return [number, number, address('ip.src', row.source), address('ip.dst', row.destination), protocol, named, named].map(menuOf);
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
