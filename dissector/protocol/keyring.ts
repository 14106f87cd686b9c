import { Budget, defaultLimits, type Limits } from '../bytes/index.ts';
import { forgetPassiveKeys } from '../crypto/index.ts';
import { CapturedKeys } from './capturedkeys.ts';
import { type KeyKind, unknownLabel } from './keykind.ts';
import { type Key, KeyStore, sameSecret } from './keystore.ts';

export interface KeyLogReport {
  /** Keys that were not there before. */
  readonly added: number;
  /** Lines that hold a key, also one that was there before. */
  readonly usable: number;
  /** `name:line: what is wrong`; never the value. */
  readonly problems: readonly string[];
}

/**
 * The secrets a user gave, found by the public value they belong to, so that a handshake looks its key up instead of trying
 * them all. Reads the key log format: `LABEL [session] value` or `LABEL = value`, one secret a line, `#` comments at the start of a line.
 * Those that a capture brings itself come after all that the user gave, and have limits of their own.
 */
export class KeyRing {
  #kinds: ReadonlyMap<string, KeyKind>;
  #limits: Limits;
  readonly #given: KeyStore;
  readonly #captured: CapturedKeys;
  /** Both together by what was asked for, until either changes. */
  readonly #merged = new Map<string, readonly Key[]>();
  #mergedOf = -1;

  constructor(kinds: readonly KeyKind[], limits: Limits = defaultLimits) {
    this.#kinds = byLabel(kinds);
    this.#limits = limits;
    this.#given = new KeyStore('user', 'keys');
    this.#captured = new CapturedKeys(this.#kinds, new Budget(limits));
  }

  get size(): number {
    return this.#given.size + this.#captured.size;
  }

  /** What was wrong with the capture's own secrets, summed up; never the value. It grows as they are looked at. */
  get capturedProblems(): readonly string[] {
    return this.#captured.problems;
  }

  /**
   * Sessions that were observed before may still use the keys; those that do not come again are overwritten by `wipe`. `kinds`: labels
   * that are known from now on, where they are others; `limits`: those that hold from now on.
   */
  clear(kinds?: readonly KeyKind[], limits?: Limits): void {
    if (kinds !== undefined) this.#kinds = byLabel(kinds);
    if (limits !== undefined) this.#limits = limits;
    this.clearGiven();
    this.#captured.clear(this.#kinds, new Budget(this.#limits));
  }

  /** As `clear`, but those that the capture brought stay. */
  clearGiven(): void {
    this.#given.clear();
  }

  /**
   * Overwrites the bytes of keys that were cleared and did not come again, once no session uses them any more. Numbers (of DH and
   * RSA) cannot be overwritten, nor can the text that a key was read from: they are let go.
   */
  wipe(): void {
    this.#given.wipe();
    this.#captured.wipe();
    forgetPassiveKeys();
  }

  /**
   * The keys of one kind that belong to a public value. No two kinds have one label, so the kind tells what the secrets are; who has
   * only the label has to know that.
   */
  find<Secret>(kind: KeyKind<Secret>, index: string): readonly Key<Secret>[];
  find(label: string, index: string): readonly Key[];
  find(kind: KeyKind | string, index: string): readonly Key[] {
    const label = labelOf(kind);
    return this.#both(`${label} ${index}`, this.#given.find(label, index), this.#captured.find(label, index));
  }

  /** Every key of one kind, in the order they were given. */
  all<Secret>(kind: KeyKind<Secret>): readonly Key<Secret>[];
  all(label: string): readonly Key[];
  all(kind: KeyKind | string): readonly Key[] {
    const label = labelOf(kind);
    return this.#both(label, this.#given.all(label), this.#captured.all(label));
  }

  /** Every key, by label. */
  get every(): readonly Key[] {
    return [...this.#kinds.keys()].flatMap((label) => this.all(label));
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
    const before = this.#given.size;
    const problems: string[] = [];
    let [usable, wrong] = [0, 0];
    linesOf(text).forEach((line, at) => {
      const words = wordsOf(line, this.#limits);
      if (words === undefined) return;
      const problem = typeof words === 'string' ? words : this.#line(words, `${name}:${at + 1}`);
      if (problem === undefined) usable++;
      else if (++wrong <= this.#limits.keyLogProblems) problems.push(`${name}:${at + 1}: ${problem}`);
    });
    if (wrong > problems.length)
      problems.push(
        `${name}: ${wrong - problems.length} more lines are wrong, over the limit keyLogProblems of ${problems.length}`,
      );
    return { added: this.#given.size - before, usable, problems };
  }

  /**
   * Adds each line of a key log that the capture holds. A line is parsed when keys of its kind are asked for, if that costs anything.
   * `isForeign`: the log is that of another program, whose labels nobody has to know.
   */
  addCaptured(name: string, text: string, isForeign = false): void {
    const { keyLogSize } = this.#limits;
    if (text.length > keyLogSize) {
      this.#captured.refuse(`${name}: ${text.length} characters are over the limit keyLogSize of ${keyLogSize}`);
      return;
    }
    linesOf(text).forEach((line, at) => {
      const words = wordsOf(line, this.#limits);
      const where = `${name}:${at + 1}`;
      if (typeof words === 'string') this.#captured.refuse(`${where}: ${words}`);
      else if (words !== undefined && (!isForeign || this.#kinds.has(words[0]!))) this.#captured.add(words, where);
    });
  }

  #line([label = '', ...fields]: readonly string[], where: string): string | undefined {
    const kind = this.#kinds.get(label);
    return kind === undefined ? unknownLabel(label) : this.#given.add(kind, fields, where, this.#limits);
  }

  #both(asked: string, given: readonly Key[], captured: readonly Key[]): readonly Key[] {
    if (captured.length === 0) return given;
    if (given.length === 0) return captured;
    const state = this.#given.changes + this.#captured.changes;
    if (this.#mergedOf !== state) this.#merged.clear();
    this.#mergedOf = state;
    const known = this.#merged.get(asked);
    if (known !== undefined) return known;
    const isGiven = ({ label, index, secret }: Key): boolean =>
      this.#given.find(label, index).some((one) => sameSecret(one.secret, secret));
    const both = [...given, ...captured.filter((key) => !isGiven(key))];
    this.#merged.set(asked, both);
    return both;
  }
}

function labelOf(kind: KeyKind | string): string {
  return typeof kind === 'string' ? kind : kind.label;
}

function byLabel(kinds: readonly KeyKind[]): ReadonlyMap<string, KeyKind> {
  return new Map(kinds.map((kind) => [kind.label, kind]));
}

/** Some editors begin a text with a byte order mark. */
function linesOf(text: string): string[] {
  return text.replace(/^\ufeff/, '').split('\n');
}

/**
 * The label and what follows it; undefined for a line that is empty or a comment, a sentence for one that is too long for any key.
 * `LABEL = value`, as other programs write their logs, is the same as `LABEL value`: only the first `=`, since base64 ends in them.
 */
function wordsOf(line: string, { keyLineSize }: Limits): string[] | string | undefined {
  const start = line.search(/[^ \t\r]/);
  if (start < 0 || line[start] === '#') return undefined;
  if (line.length > keyLineSize) return `${line.length} characters are over the limit keyLineSize of ${keyLineSize}`;
  return line
    .replace(/\r$/, '')
    .replace(/^([ \t]*[A-Z][A-Z0-9_]*)[ \t]*=/, '$1 ')
    .split(/[ \t]+/)
    .filter((word) => word !== '');
}
