/** Text for a terminal. */
export { printable } from '../wire/printable.ts';

/** Message counts by protocol, then by message name, in the order they were met. */
export type MessageCounts = Map<string, Map<string, number>>;

export function counted(counts: MessageCounts, protocol: string, message: string, count = 1): void {
  const own = counts.get(protocol) ?? new Map<string, number>();
  counts.set(protocol, own.set(message, (own.get(message) ?? 0) + count));
}

export function countsByProtocol(counts: MessageCounts): [string, string][] {
  return [...counts].map(([protocol, own]) => [protocol, [...own].map(([name, count]) => `${name} ${count}`).join(', ')]);
}

/** Two columns. */
export function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}

export function indented(text: string): string {
  return `  ${text}`;
}

export function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
