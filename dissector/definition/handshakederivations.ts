import { noise as framework } from '../crypto/index.ts';
import { type Derivation, derivedValue, NoiseDerivations, type NoiseQuantities, secretValue } from '../protocol/index.ts';
import type { KeySearch } from './keysearch.ts';

/** A handshake as far as it was read. */
interface Read {
  readonly protocol: framework.NoiseProtocol;
  readonly search: KeySearch;
  readonly prologue: Uint8Array;
  /** The Noise messages, in their order. */
  readonly recorded: readonly Uint8Array[];
  /** A side's static public key, where it is known. */
  readonly staticOf: (role: framework.Role) => Uint8Array | undefined;
  /** Any one of these sets is needed, with the labels that they have in a key log. */
  readonly words: (sets: readonly (readonly framework.Secret[])[]) => string;
}

/** What both sides compute for the message `at` of a handshake (0-based), with what they compute before the first and after the last. */
export function handshakeDerivations(read: Read, at: number): readonly Derivation[] {
  const { protocol, prologue, recorded } = read;
  const { messages } = protocol.pattern;
  const steps = new NoiseDerivations(protocol, quantitiesOf(read));
  // The hash and the chaining key of a message go on from all before it.
  const begun = steps.begin(prologue);
  const computed = messages.slice(0, at + 1).map((message, each) => steps.message(message, recorded[each]!));
  return [...(at === 0 ? begun : []), ...computed[at]!, ...(at === messages.length - 1 ? [steps.split()] : [])];
}

function quantitiesOf({ protocol, search, recorded, staticOf, words }: Read): NoiseQuantities {
  const needs = (...sets: readonly framework.Secret[]) => `needs ${words(sets.map((secret) => [secret]))}`;
  const { messages } = protocol.pattern;
  const ephemeralOf = (role: framework.Role) => {
    const sent = messages.findIndex(({ sender, tokens }) => sender === role && tokens.includes('e'));
    return recorded[sent]?.subarray(0, protocol.dh.dhLength);
  };
  return {
    privateKey: (role, kind) =>
      secretValue(`${role}'s private key`, search.secretOf(`${role}.${kind}`), needs(`${role}.${kind}`)),
    publicKey: (role, kind) => {
      if (kind === 'e')
        return derivedValue(`${role}'s e`, ephemeralOf(role), `the message with the ${role}'s e is not in the capture`);
      const isAhead = protocol.pattern.preMessages.includes(role);
      const why = isAhead ? needs(`${role}.s.public`, `${role}.s`) : `the message with the ${role}'s s is not decrypted`;
      return derivedValue(`${role}'s s`, staticOf(role), why);
    },
    psk: (number) => secretValue('psk', search.secretOf(`psk${number}`), needs(`psk${number}`)),
    needs: (token) => needs(...framework.secretsOf([token])),
  };
}
