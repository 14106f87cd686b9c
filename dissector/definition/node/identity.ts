import { fromHex, toHex } from '../../bytes/index.ts';

/** What a node has of its own, by name: random bytes. */
export type Identity = Readonly<Record<string, Uint8Array>>;

/** Bytes that a node draws for itself, by name: `{ id: 20 }`. */
export type IdentityLengths = Readonly<Record<string, number>>;

/** A new identity: a JSON object with hex. */
export function newIdentity(lengths: IdentityLengths, random: (length: number) => Uint8Array): string {
  return JSON.stringify(Object.fromEntries(Object.entries(lengths).map(([name, length]) => [name, toHex(random(length))])));
}

/** A sentence where the text is no identity with these lengths. */
export function readIdentity(text: string, lengths: IdentityLengths): Identity | string {
  const given = parsed(text);
  const out: Record<string, Uint8Array> = {};
  for (const [name, length] of Object.entries(lengths)) {
    const value = given?.[name];
    const bytes = typeof value === 'string' ? fromHex(value) : undefined;
    if (bytes?.length !== length) return `The identity is a JSON object with "${name}", ${length} bytes in hex.`;
    out[name] = bytes;
  }
  return out;
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
