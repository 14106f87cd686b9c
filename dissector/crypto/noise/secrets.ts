import type { DhToken, Role, Token } from './pattern.ts';

/**
 * What a reader of a recorded handshake may hold: a private key of one side, the static public key of one side where the pattern has it
 * known beforehand, a pre-shared key (psk1 is the first that is used).
 */
export type Secret = `${Role}.${'s' | 'e'}` | `${Role}.s.public` | `psk${number}`;

/** Secrets of which any one is enough. */
export type Clause = readonly Secret[];

/** A DH result is computed by whoever holds either private key: the public ones travel, or were known beforehand. */
export function clauseOf(token: DhToken): Clause {
  const [initiator, responder] = [...token] as ['e' | 's', 'e' | 's'];
  return [`initiator.${initiator}`, `responder.${responder}`];
}

/** The private keys that the DH tokens among these depend on: of each, either side's. */
export function secretsOf(tokens: readonly Token[]): readonly Secret[] {
  return tokens.flatMap((token) => (token === 'e' || token === 's' || token === 'psk' ? [] : clauseOf(token)));
}

/** By their clauses: a capture may hold a million handshakes, and what they lack is the same few sets. */
const knownSets = new Map<string, readonly (readonly Secret[])[]>();
const mostKnownSets = 1000;

/**
 * The sets of secrets that satisfy all clauses and of which none can be left out, fewest secrets first. For no clauses it is the
 * empty set alone. The same clauses give the same object.
 */
export function sufficientSets(clauses: readonly Clause[]): readonly (readonly Secret[])[] {
  const id = clauses.join(' ');
  const known = knownSets.get(id);
  if (known !== undefined) return known;
  if (knownSets.size >= mostKnownSets) knownSets.clear();
  const made = setsOf(clauses);
  knownSets.set(id, made);
  return made;
}

function setsOf(clauses: readonly Clause[]): readonly (readonly Secret[])[] {
  let sets: (readonly Secret[])[] = [[]];
  for (const clause of clauses) {
    sets = sets.flatMap((set) => (clause.some((one) => set.includes(one)) ? [set] : clause.map((one) => [...set, one])));
    const seen = new Map(sets.map((set) => [[...set].sort().join(), set]));
    const all = [...seen.values()];
    // A set with another one inside it asks for too much.
    sets = all.filter((set) => !all.some((other) => other.length < set.length && other.every((one) => set.includes(one))));
  }
  return sets.sort((a, b) => a.length - b.length);
}

/** Sets of secrets as a sentence's part: "the initiator's ephemeral private key, or the responder's static and ephemeral private keys". */
export function secretsInWords(sets: readonly (readonly Secret[])[]): string {
  const known = knownWords.get(sets);
  if (known !== undefined) return known;
  const words = sets.map(setInWords).join(', or ');
  knownWords.set(sets, words);
  return words;
}

const knownWords = new WeakMap<readonly (readonly Secret[])[], string>();

const names = { s: 'static', e: 'ephemeral' } as const;

function setInWords(set: readonly Secret[]): string {
  const psks = set.filter((one) => one.startsWith('psk'));
  const sides = (['initiator', 'responder'] as const).flatMap((role) => {
    const own = (['s', 'e'] as const).filter((key) => set.includes(`${role}.${key}`)).map((key) => names[key]);
    const keys = own.length > 0 ? [`the ${role}'s ${own.join(' and ')} private key${own.length > 1 ? 's' : ''}`] : [];
    return set.includes(`${role}.s.public`) ? [...keys, `the ${role}'s static public key`] : keys;
  });
  const shared = psks.map((one) => `pre-shared key ${one.slice(3)}`);
  return [...sides, ...shared].join(' and ');
}
