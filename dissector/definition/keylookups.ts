import { type Key, type KeyKind, type KeyRing, type KeySteps, keyStep, type TriedKey, triedKeys } from '../protocol/index.ts';
import { type Declared, notDeclared } from './declared.ts';
import type { MessageSink } from './sink.ts';

/** How a field was or would be decrypted, for an explanation: `opens` is asked of each key that no public value tells. */
export interface Attempt {
  readonly field: string;
  readonly length: number;
  readonly how: string;
  readonly opens: (key: Key) => boolean;
}

/** The keys of the key log that a conversation asks for, and what each does for its messages. */
export class KeyLookups {
  readonly #ring: KeyRing;
  readonly #declared: Declared;
  readonly #limits: MessageSink['limits'];
  /** By label, the public values that were asked for. Limit `explainedKeys` for each label. */
  readonly #asked = new Map<string, Set<string>>();

  constructor(ring: KeyRing, declared: Declared, limits: MessageSink['limits']) {
    this.#ring = ring;
    this.#declared = declared;
    this.#limits = limits;
  }

  /** Keys of one kind: those of a public value (hex), or all of them. Throws a TypeError for a kind that the definition does not declare. */
  find(kind: KeyKind | string, index?: string): readonly Key[] {
    const { label } = this.kindOf(kind);
    const asked = this.#asked.get(label) ?? new Set();
    this.#asked.set(label, asked);
    if (index === undefined) return this.#ring.all(label);
    if (asked.size < this.#limits.explainedKeys) asked.add(index);
    return this.#ring.find(label, index);
  }

  /** The kind with this label. Throws a TypeError where the definition declares none: no line of a key log would be read under it. */
  kindOf(kind: KeyKind | string): KeyKind {
    const label = typeof kind === 'string' ? kind : kind?.label;
    const { id, keys } = this.#declared;
    const found = keys.find((each) => each.label === label);
    if (found !== undefined) return found;
    const labels = keys.map((each) => each.label);
    throw new TypeError(notDeclared(id, 'keys', label, labels));
  }

  /** What each key of the kinds that were asked for did for a message; nothing where the conversation asked for none. */
  tried(attempt?: Attempt): ((ring: KeyRing) => readonly TriedKey[]) | undefined {
    if (this.#asked.size === 0) return undefined;
    return (ring) => {
      const trials = [...this.#asked].map(([label, indexes]) => ({
        keys: ring.all(label),
        explain: (key: Key) => steps(key, indexes, attempt),
      }));
      return triedKeys(trials, this.#limits);
    };
  }
}

function* steps(key: Key, indexes: ReadonlySet<string>, attempt: Attempt | undefined): KeySteps {
  if (indexes.size > 0) {
    const isAsked = indexes.has(key.index);
    yield keyStep('find its public value in the conversation', { public: key.index }, isAsked ? 'yes' : 'no', isAsked);
    if (!isAsked) return;
  }
  if (attempt === undefined) return;
  const opens = attempt.opens(key);
  const inputs = { [attempt.field]: `${attempt.length} bytes` };
  yield keyStep(`decrypt ${attempt.field}: ${attempt.how}`, inputs, opens ? 'it opens' : 'it does not open', opens);
}
