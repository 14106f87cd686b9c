import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { type KeyOrigin, type Limits, toHex } from '../bytes/index.ts';
import type { KeyKind } from './keykind.ts';

export interface Key<Secret = unknown> {
  readonly label: string;
  readonly index: string;
  readonly secret: Secret;
  /** Who brought it: what is done with it is paid from the budget of that. */
  readonly origin: KeyOrigin;
  /** First 8 bytes of SHA-256 of its line in the key log, hex: tells two keys apart without showing them. */
  readonly fingerprint: string;
  /** `file:line`, for explanations. */
  readonly where: string;
}

/** Each of them is tried on everything of its session. */
const mostOfSession = 256;

/** Keys of one origin: each once, by its label, and by label and index. */
export class KeyStore {
  readonly #origin: KeyOrigin;
  readonly #limit: 'keys' | 'captureKeys';
  readonly #keys = new Map<string, Key[]>();
  readonly #byLabel = new Map<string, Key[]>();
  /** What became of each line: its key, or what is wrong with it. A line that comes again is not parsed again. */
  #lines = new Map<string, Key | string>();
  /** The same of what was there before `clear`. */
  #linesBefore = new Map<string, Key | string>();
  /** Secrets that were there before `clear`, by label and index: a key that comes again has the same bytes as before. */
  readonly #cleared = new Map<string, unknown[]>();
  #count = 0;
  #changes = 0;

  constructor(origin: KeyOrigin, limit: 'keys' | 'captureKeys') {
    this.#origin = origin;
    this.#limit = limit;
  }

  get size(): number {
    return this.#count;
  }

  /** Grows whenever keys come or go. */
  get changes(): number {
    return this.#changes;
  }

  find(label: string, index: string): readonly Key[] {
    return this.#keys.get(`${label} ${index}`) ?? [];
  }

  all(label: string): readonly Key[] {
    return this.#byLabel.get(label) ?? [];
  }

  /** Parses a line and keeps its key; what is wrong, in a sentence without the value. */
  add(kind: KeyKind, fields: readonly string[], where: string, limits: Limits): string | undefined {
    const { label } = kind;
    const line = [label, ...fields].join(' ');
    const known = this.#lines.get(line);
    if (known !== undefined) return typeof known === 'string' ? known : undefined;
    const most = limits[this.#limit];
    if (this.#count >= most) return `more keys than the limit ${this.#limit} of ${most}`;
    const before = this.#linesBefore.get(line);
    const parsed = before ?? kind.parse(fields, limits);
    const kept = typeof parsed === 'string' ? parsed : this.#keep(kind, parsed, line, where);
    const made = typeof kept === 'string' ? `${label}: ${kept}` : kept;
    this.#lines.set(line, made);
    return typeof made === 'string' ? made : undefined;
  }

  #keep(
    { label, isSole }: KeyKind,
    parsed: { readonly index: string; readonly secret: unknown },
    line: string,
    where: string,
  ): Key | string {
    const index = `${label} ${parsed.index}`;
    const same = this.#keys.get(index) ?? [];
    const known = same.find((key) => isSole || sameSecret(key.secret, parsed.secret));
    if (known !== undefined || same.length >= mostOfSession) {
      if (known?.secret !== parsed.secret) overwrite(parsed.secret);
      return known ?? `more than ${mostOfSession} keys of one session`;
    }
    const secret = this.#takeCleared(index, parsed.secret);
    const key = { label, index: parsed.index, secret, origin: this.#origin, fingerprint: fingerprintOf(line), where };
    this.#keys.set(index, same);
    same.push(key);
    const all = this.#byLabel.get(label) ?? [];
    this.#byLabel.set(label, all);
    all.push(key);
    this.#count++;
    this.#changes++;
    return key;
  }

  clear(): void {
    for (const [index, keys] of this.#keys)
      this.#cleared.set(index, [...(this.#cleared.get(index) ?? []), ...keys.map(({ secret }) => secret)]);
    this.#keys.clear();
    this.#byLabel.clear();
    // What is wrong with a line depends on kinds and limits, which may be others now.
    this.#linesBefore = new Map([...this.#linesBefore, ...this.#lines].filter(([, made]) => typeof made !== 'string'));
    this.#lines = new Map();
    this.#count = 0;
    this.#changes++;
  }

  /** Overwrites the bytes of keys that were cleared and did not come again. */
  wipe(): void {
    for (const secrets of this.#cleared.values()) secrets.forEach(overwrite);
    this.#cleared.clear();
    this.#linesBefore.clear();
  }

  /** The same secret as it was there before, or the one that was just read. */
  #takeCleared(index: string, secret: unknown): unknown {
    const cleared = this.#cleared.get(index) ?? [];
    const at = cleared.findIndex((each) => sameSecret(each, secret));
    if (at < 0) return secret;
    const [known] = cleared.splice(at, 1);
    if (cleared.length === 0) this.#cleared.delete(index);
    if (known !== secret) overwrite(secret);
    return known;
  }
}

function fingerprintOf(line: string): string {
  return toHex(sha256(utf8ToBytes(line)).subarray(0, 8));
}

function overwrite(secret: unknown): void {
  if (secret instanceof Uint8Array) secret.fill(0);
  else if (typeof secret === 'object' && secret !== null)
    for (const value of Object.values(secret)) if (value instanceof Uint8Array) value.fill(0);
}

/** Secrets are bytes, or records of bytes. */
export function sameSecret(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((byte, i) => byte === b[i]);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((name) => sameSecret(left[name], right[name]));
}
