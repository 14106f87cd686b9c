/** Secrets of keys and of messages, and where they stand again: no answer holds one of them, in whatever form. */
import type { Analysis } from '../../dissector/analysis/index.ts';
import { toHex } from '../../dissector/bytes/index.ts';
import { bytesOfInteger } from '../../dissector/crypto/index.ts';
import type { KeyRing, Quantity } from '../../dissector/protocol/index.ts';

/** Shorter ones stand in other values by chance. */
const LEAST_BYTES = 8;
/** Characters by which a form is found. */
const HEAD = 8;
/** Records inside each other in a secret of a module. */
const DEPTH = 4;
/** Bytes of a secret beyond which it is known by its beginning alone. */
const MOST_BYTES = 65_536;
/** Of a record: what everybody may know of a key. */
const publicParts = ['modulus', 'exponent', 'size', 'origin', 'kind', 'curve'];

/** A text that gives a secret away. */
interface Form {
  readonly text: string;
  readonly bytes: number;
}

export class Secrets {
  /** By their bytes in hex. */
  readonly #known = new Set<string>();
  /** By their first characters: as they are, and hex in lower case. */
  readonly #exact = new Map<string, Form[]>();
  readonly #hex = new Map<string, Form[]>();

  /** The keys of a ring, those of the capture among them. */
  addRing(ring: KeyRing): void {
    for (const { secret } of ring.every) this.#addAny(secret, 0);
  }

  /** What both sides compute for a message, as far as it opens traffic. A module that fails in it has told nothing. */
  addComputed(analysis: Analysis, n: number): void {
    let computed: readonly Quantity[];
    try {
      computed = analysis.compute(n).flatMap(({ inputs, results }) => [...inputs, ...results]);
    } catch {
      return;
    }
    for (const { secret, value } of computed) if (secret) this.#addAny(value, 0);
  }

  add(secret: Uint8Array): void {
    const bytes = secret.subarray(0, MOST_BYTES);
    const hex = toHex(bytes);
    if (bytes.length < LEAST_BYTES || this.#known.has(hex) || bytes.every((byte) => byte === bytes[0])) return;
    this.#known.add(hex);
    const size = secret.length;
    keep(this.#hex, { text: hex, bytes: size });
    for (const text of [...base64Forms(bytes), ...textForms(bytes)]) keep(this.#exact, { text, bytes: size });
  }

  /** Whether a secret stands in a value, or the value is half of a secret or more of it. */
  isIn(value: unknown): boolean {
    if (typeof value === 'string') return this.without(value) !== value;
    if (!(value instanceof Uint8Array) || value.length < LEAST_BYTES) return false;
    const hex = toHex(value);
    return this.without(hex) !== hex || [...this.#known].some((known) => 2 * hex.length >= known.length && known.includes(hex));
  }

  /** The text with `[secret, 32 bytes]` in the place of each secret: hex in either case, base64, base64url, and text itself. */
  without(text: string): string {
    return replaced(replaced(text, text.toLowerCase(), this.#hex), undefined, this.#exact);
  }

  #addAny(secret: unknown, depth: number): void {
    if (secret instanceof Uint8Array) this.add(secret);
    else if (typeof secret === 'bigint') this.add(bytesOfInteger(secret, Math.ceil(secret.toString(16).length / 2)));
    else if (typeof secret === 'string') this.#addText(secret);
    else if (typeof secret === 'object' && secret !== null && depth < DEPTH)
      for (const [name, part] of Object.entries(secret)) if (!publicParts.includes(name)) this.#addAny(part, depth + 1);
  }

  #addText(text: string): void {
    this.add(new TextEncoder().encode(text));
    if (/^([0-9a-fA-F]{2})+$/.test(text)) this.add(Uint8Array.from(Buffer.from(text, 'hex')));
  }
}

/** As many characters of base64 as the bytes decide by themselves, wherever they stand among others. */
function base64Forms(bytes: Uint8Array): string[] {
  return [0, 1, 2].flatMap((before) => {
    const all = Buffer.concat([new Uint8Array(before), bytes]);
    const from = Math.ceil((before * 8) / 6);
    const text = all.toString('base64').slice(from, Math.floor((all.length * 8) / 6));
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** The bytes where they are text: as it is, and as JSON writes it. */
function textForms(bytes: Uint8Array): string[] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return [text, JSON.stringify(text).slice(1, -1)];
  } catch {
    return [];
  }
}

function keep(forms: Map<string, Form[]>, form: Form): void {
  if (form.text.length < HEAD) return;
  const head = form.text.slice(0, HEAD);
  const same = forms.get(head) ?? [];
  if (same.some(({ text }) => text === form.text)) return;
  // Of two that begin alike the longer one is replaced.
  same.push(form);
  same.sort((a, b) => b.text.length - a.text.length);
  forms.set(head, same);
}

/** `looked`: the text in which forms are found, character by character the same as `text` but for case. */
function replaced(text: string, looked: string | undefined, forms: ReadonlyMap<string, readonly Form[]>): string {
  const where = looked === undefined || looked.length !== text.length ? text : looked;
  const parts: string[] = [];
  let done = 0;
  for (let at = 0; at + HEAD <= where.length; at++) {
    const found = forms.get(where.slice(at, at + HEAD))?.find((form) => where.startsWith(form.text, at));
    if (found === undefined) continue;
    parts.push(text.slice(done, at), secretText(found.bytes));
    done = at + found.text.length;
    at = done - 1;
  }
  return done === 0 ? text : parts.join('') + text.slice(done);
}

/** In the place of a secret. */
export function secretText(bytes: number | undefined): string {
  return bytes === undefined ? '[secret]' : `[secret, ${bytes} ${bytes === 1 ? 'byte' : 'bytes'}]`;
}
