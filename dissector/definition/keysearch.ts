import { type Budget, equalBytes, fromHex, type KeyOrigin, operationsOf, toHex } from '../bytes/index.ts';
import { noise as framework } from '../crypto/index.ts';
import type { KeyRing } from '../protocol/index.ts';

/** Where the keys of a Noise handshake come from. */
export interface NoiseKeyOptions {
  /**
   * Labels of the key log: private keys, static (`s`) and ephemeral (`e`), which are found by their public keys; public keys of patterns
   * that have them known beforehand (`rs`); pre-shared keys (`psk`). The last two, and static private keys that stand for the public ones, are tried.
   */
  readonly keys: { readonly s?: string; readonly e?: string; readonly rs?: string; readonly psk?: string };
  /** Static public keys that are known otherwise, for patterns that have them known beforehand. They are not doubted. */
  readonly statics?: { readonly initiator?: Uint8Array | undefined; readonly responder?: Uint8Array | undefined };
  /** Pre-shared keys to try beside those of the key log, 32 bytes each: zeros, where a protocol has them for none. */
  readonly psks?: readonly Uint8Array[];
  readonly prologue?: Uint8Array;
}

/** What all handshakes of a protocol in one capture have together. */
export class SearchTotals {
  /** Handshakes that no key opens. */
  handshakes = 0;
  /** Keys that fitted, the last one last: the next handshake is likely to have one of them. */
  readonly fitting = new Set<string>();
  readonly #sentences = new Map<string, readonly string[]>();

  /** What is missing, as a list of one sentence: the same list for all rows that miss the same. */
  sentence(text: string): readonly string[] {
    const known = this.#sentences.get(text);
    if (known !== undefined) return known;
    if (this.#sentences.size >= mostSentences) this.#sentences.clear();
    const made = [text];
    this.#sentences.set(text, made);
    return made;
  }
}

const mostSentences = 1000;
/** Of an operation with 2048 bits: what a DH of 32 bytes costs; one of 56 bytes takes five times as long. */
const dhCost = 1 / 16;
const longDhCost = 5 / 16;

interface Known {
  readonly initiator: { s?: Uint8Array; e?: Uint8Array; sPublic?: Uint8Array };
  readonly responder: { s?: Uint8Array; e?: Uint8Array; sPublic?: Uint8Array };
  readonly psks: readonly Uint8Array[];
  /** Who pays for what is computed with the private keys: the user, where one of them is the user's. */
  origin: KeyOrigin;
}

interface Found {
  readonly known: Known;
  readonly read: framework.ReadHandshake;
  /** Parts that were decrypted: a key that was tried is right where there are more of them with it. */
  readonly opened: number;
}

interface Candidate {
  readonly id: string;
  readonly known: Known;
}

const roles = ['initiator', 'responder'] as const;

/** Looks the keys of one recorded handshake up, by its public keys where it has them, by trial where nothing tells which they are. */
export class KeySearch {
  readonly #protocol: framework.NoiseProtocol;
  readonly #options: NoiseKeyOptions;
  readonly #ring: KeyRing;
  readonly #totals: SearchTotals;
  readonly #budget: Budget;
  #known: Known;
  /** The public keys of the handshake, and whose each is: a few, in the bytes of their messages. */
  readonly #publics: [key: Uint8Array, whose: framework.Secret][] = [];
  /** Keys were left untried at the limit `privateOperations`. */
  isCut = false;

  constructor(
    protocol: framework.NoiseProtocol,
    options: NoiseKeyOptions,
    ring: KeyRing,
    totals: SearchTotals,
    budget: Budget,
    known?: Known,
  ) {
    this.#protocol = protocol;
    this.#options = options;
    this.#ring = ring;
    this.#totals = totals;
    this.#budget = budget;
    const { initiator, responder } = options.statics ?? {};
    this.#known = known ?? { initiator: given(initiator), responder: given(responder), psks: [], origin: 'capture' };
  }

  /** Goes on from here on its own. */
  copy(): KeySearch {
    const copy = new KeySearch(this.#protocol, this.#options, this.#ring, this.#totals, this.#budget, cloned(this.#known));
    copy.#publics.push(...this.#publics);
    return copy;
  }

  /** Reads the messages so far with all keys that can be found for them. */
  read(recorded: readonly Uint8Array[]): framework.ReadHandshake {
    this.isCut = false;
    const { known, read } = this.#search(recorded, this.#known);
    this.#known = known;
    for (const role of roles) {
      const key = this.staticOf(read, role);
      if (key !== undefined) this.#publish(key, `${role}.s`);
    }
    return read;
  }

  #publish(key: Uint8Array, whose: framework.Secret): void {
    const known = this.#publics.find(([each]) => equalBytes(each, key));
    if (known === undefined) this.#publics.push([key, whose]);
    else known[1] = whose;
  }

  /** Whose public key of the handshake this is, in hex; undefined for another one. */
  ownerOf(hex: string): framework.Secret | undefined {
    return this.#publics.find(([key]) => toHex(key) === hex)?.[1];
  }

  /** The static public key of a side: from its message, or known beforehand. */
  staticOf({ messages }: framework.ReadHandshake, role: framework.Role): Uint8Array | undefined {
    for (const { sender, s } of messages) if (sender === role && (s?.state === 'clear' || s?.state === 'opened')) return s.bytes;
    return this.#known[role].sPublic;
  }

  /** A private or pre-shared key of the handshake, where it was found. */
  secretOf(name: framework.Secret): Uint8Array | undefined {
    if (name.startsWith('psk')) return this.#known.psks[Number(name.slice(3)) - 1];
    const [role, kind] = name.split('.') as [framework.Role, 'e' | 's'];
    return this.#known[role][kind];
  }

  /** Which pre-shared key of the handshake these bytes are, from 1; 0 for none. */
  pskNumber(secret: Uint8Array): number {
    return this.#known.psks.findIndex((psk) => toHex(psk) === toHex(secret)) + 1;
  }

  #search(recorded: readonly Uint8Array[], from: Known): Found {
    const known = cloned(from);
    const read = this.#follow(recorded, known);
    const parts = read.messages.flatMap(({ s, payload }) => [s, payload]).filter((part) => part !== undefined);
    const opened = parts.filter(({ state }) => state === 'opened').length;
    const found = { known, read, opened };
    const closed = parts.find((part) => part.state === 'closed');
    if (parts.some(({ state }) => state === 'failed') || closed?.state !== 'closed') return found;
    for (const { id, known: tried } of this.#candidates(known, closed.missing)) {
      // Who floods a capture with handshakes does not keep a key from being tried that has fitted before.
      const isPaid = !this.#totals.fitting.has(id);
      if (isPaid && !this.#budget.spend('privateOperations', 1)) {
        this.isCut = true;
        break;
      }
      const next = this.#search(recorded, tried);
      // A tag that verifies proves it, also where a later one does not.
      if (next.opened > opened) {
        if (isPaid) this.#budget.giveBack('privateOperations', 1);
        this.#totals.fitting.delete(id);
        this.#totals.fitting.add(id);
        return next;
      }
    }
    return found;
  }

  /** With every private key that belongs to a public key of the handshake; each may open a message that brings a further one. */
  #follow(recorded: readonly Uint8Array[], known: Known): framework.ReadHandshake {
    for (const role of roles) this.#add(known, role, 's', known[role].sPublic);
    for (;;) {
      const read = framework.readHandshake(this.#protocol, recorded, this.#paid(known), this.#options.prologue);
      let isNew = false;
      for (const { sender, e, s } of read.messages) {
        const own = s?.state === 'clear' || s?.state === 'opened' ? s.bytes : undefined;
        for (const [kind, key] of [
          ['e', e],
          ['s', own],
        ] as const) {
          if (key !== undefined) this.#publish(key, `${sender}.${kind}`);
          if (this.#add(known, sender, kind, key)) isNew = true;
        }
      }
      if (!isNew) return read;
    }
  }

  /** With the private keys, where what is computed with them may be paid for; else with the public ones alone. */
  #paid(known: Known): framework.KnownSecrets {
    const privates = roles.flatMap((role) => [known[role].s, known[role].e]).filter((key) => key !== undefined).length;
    // Each yields its public key, and a secret or two.
    const cost = 2 * privates * (this.#protocol.dh.dhLength > 32 ? longDhCost : dhCost);
    if (privates === 0 || this.#budget.spend(operationsOf(known.origin), cost)) return known;
    this.isCut = true;
    const publicOf = ({ sPublic }: Known['initiator']) => ({ sPublic });
    return { initiator: publicOf(known.initiator), responder: publicOf(known.responder), psks: known.psks };
  }

  /** Whether a private key that was not known belongs to a public one. */
  #add(known: Known, role: framework.Role, kind: 'e' | 's', key: Uint8Array | undefined): boolean {
    const label = this.#options.keys[kind];
    if (key === undefined || label === undefined || known[role][kind] !== undefined) return false;
    const [found] = this.#ring.find(label, toHex(key));
    if (!(found?.secret instanceof Uint8Array)) return false;
    known[role][kind] = found.secret;
    if (found.origin === 'user') known.origin = 'user';
    return true;
  }

  /** What may be one of the keys that are missing, those first that fitted before. */
  #candidates(known: Known, missing: readonly (readonly framework.Secret[])[]): readonly Candidate[] {
    const role = this.#protocol.pattern.preMessages.find(
      (each) => known[each].s === undefined && known[each].sPublic === undefined,
    );
    if (role !== undefined) {
      return this.#sorted(
        publicKeysOf(this.#ring, this.#options.keys).map((sPublic) => ({
          id: `${role} ${toHex(sPublic)}`,
          known: { ...known, [role]: { ...known[role], sPublic } },
        })),
      );
    }
    // Worth a trial only where nothing else is missing.
    if (!missing.some((set) => set.every((secret) => secret.startsWith('psk')))) return [];
    const psks = [...(this.#options.psks ?? []), ...secretsOfLabel(this.#ring, this.#options.keys.psk)];
    return this.#sorted(psks.map((psk) => ({ id: toHex(psk), known: { ...known, psks: [...known.psks, psk] } })));
  }

  #sorted(candidates: readonly Candidate[]): readonly Candidate[] {
    const { fitting } = this.#totals;
    return [...candidates.filter(({ id }) => fitting.has(id)), ...candidates.filter(({ id }) => !fitting.has(id))];
  }
}

/** Static public keys that a key ring knows: of private keys, and alone. */
export function publicKeysOf(ring: KeyRing, { s, rs }: NoiseKeyOptions['keys']): readonly Uint8Array[] {
  const indexes = [s, rs].filter((label) => label !== undefined).flatMap((label) => ring.all(label).map(({ index }) => index));
  return [...new Set(indexes)].map((index) => fromHex(index)).filter((key) => key !== undefined);
}

function secretsOfLabel(ring: KeyRing, label: string | undefined): readonly Uint8Array[] {
  const keys = label === undefined ? [] : ring.all(label);
  return keys.map(({ secret }) => secret).filter((secret) => secret instanceof Uint8Array);
}

function given(sPublic: Uint8Array | undefined): { sPublic?: Uint8Array } {
  return sPublic === undefined ? {} : { sPublic };
}

function cloned({ initiator, responder, psks, origin }: Known): Known {
  return { initiator: { ...initiator }, responder: { ...responder }, psks, origin };
}
