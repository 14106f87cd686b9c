/** What was computed from secrets of a script (`env`, `prompt`), and where it stands again. */
import { fromBase64, fromHex, toBase64, toHex } from '../../../dissector/bytes/index.ts';
import type { Encodable } from '../../../dissector/codec/index.ts';
import { secretText } from '../../../dissector/script/index.ts';

/** Bytes in a row that are told apart from chance: shorter values stand in other words, too. */
const LEAST = 3;
/** Longer texts are not looked for in sentences, which are short. */
const MOST_WRITTEN = 4096;
const MOST_FORMS = 4096;

export class ScriptSecrets {
  /** What is shown in the place of a text, by that text. */
  readonly #written = new Map<string, string>();
  /** A bit for each three bytes that follow each other in a secret; made with the first one. */
  #runs: Uint8Array | undefined;
  readonly #integers = new Set<string>();

  /** A value that was computed from a secret. */
  add(value: Encodable): void {
    for (const leaf of leavesOf(value)) {
      if (isInteger(leaf)) this.#integers.add(String(leaf));
      const bytes = bytesOf(leaf);
      this.#remember(bytes);
      if (bytes.length < LEAST || bytes.length > MOST_WRITTEN || this.#written.size > MOST_FORMS) continue;
      const text = typeof leaf === 'string' ? leaf : new TextDecoder().decode(bytes);
      for (const form of [text, JSON.stringify(text).slice(1, -1), toHex(bytes), toBase64(bytes).replace(/=+$/, '')])
        if (form.length >= LEAST) this.#written.set(form, secretText(leaf));
    }
  }

  /** The text with each secret told by its size, as it is or as hex or base64. */
  without(text: string): string {
    let out = text;
    for (const form of [...this.#written.keys()].sort((a, b) => b.length - a.length))
      out = out.replaceAll(form, this.#written.get(form)!);
    return out;
  }

  /** Three bytes or more of a secret stand in the value, as they are or as hex or base64; or it is an integer that is one. */
  holds(value: Encodable): boolean {
    if (this.#runs === undefined) return false;
    return leavesOf(value).some(
      (leaf) => (isInteger(leaf) && this.#integers.has(String(leaf))) || readings(leaf).some((bytes) => this.#hasRun(bytes)),
    );
  }

  #remember(bytes: Uint8Array): void {
    this.#runs ??= new Uint8Array(0x20_0000);
    for (let at = 0; at + LEAST <= bytes.length; at++) {
      const run = runAt(bytes, at);
      // Zeros stand everywhere and tell nothing.
      if (run !== 0) this.#runs[run >> 3]! |= 1 << (run & 7);
    }
  }

  #hasRun(bytes: Uint8Array): boolean {
    for (let at = 0; at + LEAST <= bytes.length; at++) {
      const run = runAt(bytes, at);
      if ((this.#runs![run >> 3]! & (1 << (run & 7))) !== 0) return true;
    }
    return false;
  }
}

function runAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
}

/** The bytes that a value may mean: its own, and those whose digits stand in it. */
function readings(leaf: Encodable): Uint8Array[] {
  const own = bytesOf(leaf);
  if (typeof leaf !== 'string' && !(leaf instanceof Uint8Array)) return [own];
  const text = typeof leaf === 'string' ? leaf : new TextDecoder('latin1').decode(leaf);
  const hex = (text.match(/[0-9a-fA-F]{2}(?:[ :-]?[0-9a-fA-F]{2}){2,}[0-9a-fA-F]?/g) ?? []).flatMap((run) => {
    const digits = run.replace(/[ :-]/g, '');
    return [0, 1].map((skip) => fromHex(digits.slice(skip, skip + 2 * Math.floor((digits.length - skip) / 2))));
  });
  const base64 = (text.match(/[A-Za-z0-9+/_-]{4,}/g) ?? []).flatMap((run) => {
    const digits = run.replaceAll('-', '+').replaceAll('_', '/');
    // The digits of a secret may stand inside of others.
    return [0, 1, 2, 3].map((skip) => fromBase64(digits.slice(skip, skip + 4 * Math.floor((digits.length - skip) / 4))));
  });
  return [own, ...[...hex, ...base64].filter((bytes) => bytes !== undefined)];
}

function leavesOf(value: Encodable): Encodable[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [value];
  return Object.values(value).flatMap((each: Encodable) => leavesOf(each));
}

function bytesOf(leaf: Encodable): Uint8Array {
  if (leaf instanceof Uint8Array) return leaf;
  if (typeof leaf === 'string') return new TextEncoder().encode(leaf);
  if (!isInteger(leaf)) return new Uint8Array(0);
  const digits = BigInt(leaf).toString(16).replace('-', '');
  return fromHex(digits.padStart(digits.length + (digits.length % 2), '0'))!;
}

function isInteger(leaf: Encodable): leaf is number | bigint {
  return typeof leaf === 'bigint' || (typeof leaf === 'number' && Number.isInteger(leaf));
}
