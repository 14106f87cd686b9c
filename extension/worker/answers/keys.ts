/** What each key of the ring opens, and what none does: tried on one message of each kind in each session, a moment at a time. */
import type { Analysis } from '../../../dissector/analysis/index.ts';
import type { Key } from '../../../dissector/protocol/index.ts';
import type { Answers, Opened } from '../answer.ts';
import type { Capture } from '../capture.ts';

/** A key of the ring: never the key itself. */
export interface KeyView {
  readonly label: string;
  readonly fingerprint: string;
  /** The public value, or the session, that it belongs to. */
  readonly belongsTo: string;
  /** `file:line`. */
  readonly where: string;
  /** What it was seen to open: the first message of each kind in each session. */
  readonly opens: readonly KeyUse[];
}

export interface KeyUse {
  readonly n: number;
  readonly frame: number;
  readonly protocol: string;
  readonly message: string;
  /** The session, or the two endpoints. */
  readonly of: string;
}

/** Something that no key opens, and a sentence for each key that would. */
export interface LockedView extends KeyUse {
  readonly missing: readonly string[];
}

export type KeysQuestions = {
  /** The keys, what each opens, and what none opens; tried in the background until `done`. */
  ring: {
    params: Record<never, never>;
    result: {
      keys: readonly KeyView[];
      locked: readonly LockedView[];
      progress: number;
      done: boolean;
      more: boolean;
      generation: number;
    };
  };
};

const MOMENT_MS = 30;
/** Messages that keys are tried on. */
const MOST_TRIED = 500;
const MOST_SHOWN = 500;

interface Tried {
  readonly of: number;
  readonly messages: readonly number[];
  readonly more: boolean;
  at: number;
  /** By fingerprint. */
  readonly uses: Map<string, KeyUse[]>;
  readonly locked: LockedView[];
}

export function answers({ capture }: Opened): Answers<KeysQuestions> {
  const ring = new KeyRingView(capture);
  return { ring: { read: () => ({}), answer: () => ring.look() } };
}

class KeyRingView {
  readonly #capture: Capture;
  #tried: Tried | undefined;

  constructor(capture: Capture) {
    this.#capture = capture;
  }

  /** Tries for a moment, and tells what is known by now. */
  look(): KeysQuestions['ring']['result'] {
    const { analysis, generation, done: ready } = this.#capture;
    const keys = analysis.ring.every;
    const viewed = (uses?: Tried['uses']) =>
      keys.slice(0, MOST_SHOWN).map((key) => keyView(key, uses?.get(key.fingerprint) ?? []));
    if (!ready) return { keys: viewed(), locked: [], progress: 0, done: false, more: keys.length > MOST_SHOWN, generation };
    if (this.#tried?.of !== generation) this.#tried = begin(analysis, generation);
    const tried = this.#tried;
    const end = performance.now() + MOMENT_MS;
    while (tried.at < tried.messages.length && performance.now() < end) attempt(analysis, tried, tried.messages[tried.at++]!);
    return {
      keys: viewed(tried.uses),
      locked: tried.locked,
      progress: tried.messages.length === 0 ? 1 : tried.at / tried.messages.length,
      done: tried.at === tried.messages.length,
      more: tried.more || keys.length > MOST_SHOWN,
      generation,
    };
  }
}

/** The first message of each kind in each session that travelled encrypted. */
function begin(analysis: Analysis, generation: number): Tried {
  const met = new Map<unknown, Set<string>>();
  const messages: number[] = [];
  let more = false;
  for (let n = 0; n < analysis.messageCount; n++) {
    const { encrypted, conversation, name, state } = analysis.message(n);
    // What is broken tells nothing of keys.
    if (!encrypted || (state !== 'decoded' && state !== 'encrypted')) continue;
    const session = analysis.part(n)?.session ?? conversation.id;
    const names = met.get(session) ?? new Set();
    met.set(session, names);
    const kind = `${name} ${state}`;
    if (names.has(kind)) continue;
    names.add(kind);
    more = messages.length === MOST_TRIED;
    if (more) break;
    messages.push(n);
  }
  return { of: generation, messages, more, at: 0, uses: new Map(), locked: [] };
}

function attempt(analysis: Analysis, { uses, locked }: Tried, n: number): void {
  const { frame, protocol, name, state, decrypted, conversation, direction } = analysis.message(n);
  const [from, to] = [conversation.endpoints[direction], conversation.endpoints[direction === 0 ? 1 : 0]];
  const of = `${from} → ${to}${titleOf(analysis, n)}`;
  const use: KeyUse = { n, frame, protocol: protocol.id, message: name, of };
  if (state === 'encrypted') {
    locked.push({ ...use, missing: analysis.dissect(n).dissection.missing });
    if (decrypted === false) return;
  }
  for (const { fingerprint, steps } of analysis.explain(n)) {
    // A step that fails may be tried again another way: the last one says what came of the key.
    if (fingerprint === '' || steps.at(-1)?.ok !== true) continue;
    uses.set(fingerprint, [...(uses.get(fingerprint) ?? []), use]);
  }
}

function titleOf(analysis: Analysis, n: number): string {
  const title = analysis.part(n)?.title;
  return title === undefined ? '' : `, ${title}`;
}

function keyView({ label, fingerprint, index, where }: Key, opens: readonly KeyUse[]) {
  return { label, fingerprint, belongsTo: index, where, opens };
}
