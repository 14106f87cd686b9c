import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { defaultLimits, type Limits, toHex } from '../bytes/index.ts';
import { forgetPassiveKeys } from '../crypto/index.ts';

/** One label of the key log. Fields are those after the label: the session, where there is one, then the value. */
export interface KeyKind<Secret = unknown> {
  readonly label: string;
  /** The fields as the reference shows them: `initiator's e, i2r key, r2i key`. */
  readonly form: string;
  readonly doc: string;
  /**
   * The secret and the public value (lower-case hex or text) by which sessions look it up, or what is wrong in a sentence without the
   * value. The bytes of the secret belong to the ring, which overwrites them once the key is forgotten.
   */
  parse(fields: readonly string[], limits: Limits): { readonly index: string; readonly secret: Secret } | string;
}

export interface Key<Secret = unknown> {
  readonly label: string;
  readonly index: string;
  readonly secret: Secret;
  /** First 8 bytes of SHA-256 of its line in the key log, hex: tells two keys apart without showing them. */
  readonly fingerprint: string;
  /** `file:line`, for explanations. */
  readonly where: string;
}

export interface KeyLogReport {
  /** Keys that were not there before. */
  readonly added: number;
  /** Lines that hold a key, also one that was there before. */
  readonly usable: number;
  /** `name:line: what is wrong`; never the value. */
  readonly problems: readonly string[];
}

/** Each of them is tried on everything of its session. */
const mostOfSession = 256;
const looksLikeLabel = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/**
 * The secrets a user gave, found by the public value they belong to, so that a handshake looks its key up instead of trying
 * them all. Reads the key log format: `LABEL [session] value` or `LABEL = value`, one secret a line, `#` comments at the start of a line.
 */
export class KeyRing {
  #kinds: ReadonlyMap<string, KeyKind>;
  #limits: Limits;
  readonly #keys = new Map<string, Key[]>();
  readonly #byLabel = new Map<string, Key[]>();
  /** Secrets that were there before `clear`, by label and index: a key that comes again has the same bytes as before. */
  readonly #cleared = new Map<string, unknown[]>();
  #count = 0;

  constructor(kinds: readonly KeyKind[], limits: Limits = defaultLimits) {
    this.#kinds = byLabel(kinds);
    this.#limits = limits;
  }

  get size(): number {
    return this.#count;
  }

  /**
   * Sessions that were observed before may still use the keys; those that do not come again are overwritten by `wipe`. `kinds`: labels
   * that are known from now on, where they are others; `limits`: those that hold from now on.
   */
  clear(kinds?: readonly KeyKind[], limits?: Limits): void {
    if (kinds !== undefined) this.#kinds = byLabel(kinds);
    if (limits !== undefined) this.#limits = limits;
    for (const [index, keys] of this.#keys)
      this.#cleared.set(index, [...(this.#cleared.get(index) ?? []), ...keys.map(({ secret }) => secret)]);
    this.#keys.clear();
    this.#byLabel.clear();
    this.#count = 0;
  }

  /**
   * Overwrites the bytes of keys that were cleared and did not come again, once no session uses them any more. Numbers (of DH and
   * RSA) cannot be overwritten, nor can the text that a key was read from: they are let go.
   */
  wipe(): void {
    for (const secrets of this.#cleared.values()) secrets.forEach(overwrite);
    this.#cleared.clear();
    forgetPassiveKeys();
  }

  /**
   * The keys of one kind that belong to a public value. No two kinds have one label, so the kind tells what the secrets are; who has
   * only the label has to know that.
   */
  find<Secret>(kind: KeyKind<Secret>, index: string): readonly Key<Secret>[];
  find(label: string, index: string): readonly Key[];
  find(kind: KeyKind | string, index: string): readonly Key[] {
    return this.#keys.get(`${labelOf(kind)} ${index}`) ?? [];
  }

  /** Every key of one kind, in the order they were given. */
  all<Secret>(kind: KeyKind<Secret>): readonly Key<Secret>[];
  all(label: string): readonly Key[];
  all(kind: KeyKind | string): readonly Key[] {
    return this.#byLabel.get(labelOf(kind)) ?? [];
  }

  /** Every key, by label. */
  get every(): readonly Key[] {
    return [...this.#byLabel.values()].flat();
  }

  /** Adds each line of a key log; a line that does not parse is reported and the rest is used. */
  add(name: string, text: string): KeyLogReport {
    if (text.length > this.#limits.keyLogSize) {
      return {
        added: 0,
        usable: 0,
        problems: [`${name}: ${text.length} characters are over the limit keyLogSize of ${this.#limits.keyLogSize}`],
      };
    }
    const before = this.#count;
    const problems: string[] = [];
    let [usable, wrong] = [0, 0];
    // Some editors begin a text with a byte order mark.
    text
      .replace(/^\ufeff/, '')
      .split('\n')
      .forEach((line, at) => {
        const words = wordsOf(line);
        if (words === undefined) return;
        const problem = this.#line(words, `${name}:${at + 1}`);
        if (problem === undefined) usable++;
        else if (++wrong <= this.#limits.keyLogProblems) problems.push(`${name}:${at + 1}: ${problem}`);
      });
    if (wrong > problems.length)
      problems.push(
        `${name}: ${wrong - problems.length} more lines are wrong, over the limit keyLogProblems of ${problems.length}`,
      );
    return { added: this.#count - before, usable, problems };
  }

  #line([label = '', ...fields]: readonly string[], where: string): string | undefined {
    const kind = this.#kinds.get(label);
    // Not quoted: a key pasted without its label would be shown.
    if (kind === undefined) {
      const hint = looksLikeLabel.test(label) ? '; is the module of its protocol missing?' : '';
      return `the line does not start with a known label${hint}`;
    }
    const parsed = kind.parse(fields, this.#limits);
    if (typeof parsed === 'string') return `${label}: ${parsed}`;
    const index = `${label} ${parsed.index}`;
    const same = this.#keys.get(index) ?? [];
    const isKnown = same.some((key) => sameSecret(key.secret, parsed.secret));
    const problem =
      this.#count >= this.#limits.keys
        ? `more keys than the limit keys of ${this.#limits.keys}`
        : same.length >= mostOfSession
          ? `${label}: more than ${mostOfSession} keys of one session`
          : undefined;
    if (isKnown || problem !== undefined) {
      overwrite(parsed.secret);
      return isKnown ? undefined : problem;
    }
    const secret = this.#takeCleared(index, parsed.secret);
    const key = { label, index: parsed.index, secret, fingerprint: fingerprintOf(label, fields), where };
    this.#keys.set(index, same);
    same.push(key);
    const all = this.#byLabel.get(label) ?? [];
    this.#byLabel.set(label, all);
    all.push(key);
    this.#count++;
    return undefined;
  }

  /** The same secret as it was there before, or the one that was just read. */
  #takeCleared(index: string, secret: unknown): unknown {
    const cleared = this.#cleared.get(index) ?? [];
    const at = cleared.findIndex((each) => sameSecret(each, secret));
    if (at < 0) return secret;
    const [known] = cleared.splice(at, 1);
    if (cleared.length === 0) this.#cleared.delete(index);
    overwrite(secret);
    return known;
  }
}

function labelOf(kind: KeyKind | string): string {
  return typeof kind === 'string' ? kind : kind.label;
}

function byLabel(kinds: readonly KeyKind[]): ReadonlyMap<string, KeyKind> {
  return new Map(kinds.map((kind) => [kind.label, kind]));
}

/**
 * The label and what follows it; undefined for a line that is empty or a comment. `LABEL = value`, as other programs write their logs, is
 * the same as `LABEL value`: only the first `=`, since base64 ends in them.
 */
function wordsOf(line: string): string[] | undefined {
  const words = line
    .replace(/\r$/, '')
    .replace(/^([ \t]*[A-Z][A-Z0-9_]*)[ \t]*=/, '$1 ')
    .split(/[ \t]+/)
    .filter((word) => word !== '');
  return words.length === 0 || words[0]!.startsWith('#') ? undefined : words;
}

function fingerprintOf(label: string, fields: readonly string[]): string {
  return toHex(sha256(utf8ToBytes([label, ...fields].join(' '))).subarray(0, 8));
}

function overwrite(secret: unknown): void {
  if (secret instanceof Uint8Array) secret.fill(0);
  else if (typeof secret === 'object' && secret !== null)
    for (const value of Object.values(secret)) if (value instanceof Uint8Array) value.fill(0);
}

/** Secrets are bytes, or records of bytes. */
function sameSecret(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((byte, i) => byte === b[i]);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((name) => sameSecret(left[name], right[name]));
}
